# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A package as a folder, and its own verifier run over it before anybody else sees it."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

from privity.production.building import MESSAGES_VERIFIER, VERIFIER, Package
from privity.production.errors import BadPlace, DoesNotVerify

PATIENCE_S: Final = 120.0
"""Of the verifier. Its bar is ten seconds for a hundred thousand rows."""
MESSAGES_PATIENCE_S: Final = 900.0
"""Of that of messages: about ten seconds for the most that one disclosure holds, longer for long proofs of the log."""


class Check(msgspec.Struct, frozen=True):
    """One line of the verifier."""

    check: str
    status: str
    detail: str


class Report(msgspec.Struct, frozen=True):
    """All of them."""

    verified: bool
    kind: str
    checks: tuple[Check, ...]


def write(package: Package, folder: Path) -> None:
    """Into a folder that is not there yet, readable by its owner alone. Raises BadPlace."""
    try:
        folder.mkdir(mode=0o700)
        for path, data in package.files.items():
            (folder / path).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with (folder / path).open("xb") as file:
                file.write(data)
    except OSError as err:
        raise BadPlace(f"a package cannot be written to {folder}: {err.strerror}") from None


def verify(folder: Path, keys: Path, roots: Path | None = None, rulebook: Path | None = None) -> Report:
    """What this house's verifier says of a package, in a process of its own without anything of the house in it.

    Only what a participant hands over can do without roots. Raises DoesNotVerify where nothing readable is said.
    """
    script = Path(__file__).parent / "standalone" / VERIFIER
    command = [sys.executable, "-I", str(script), str(folder), "--keys", str(keys), "--json"]
    for option, file in (("--tsa", roots), ("--rulebook", rulebook)):
        command += [] if file is None else [option, str(file)]
    try:
        ended = subprocess.run(command, capture_output=True, timeout=PATIENCE_S, check=False)  # noqa: S603  # our own
        return msgspec.json.decode(ended.stdout, type=Report)
    except (subprocess.TimeoutExpired, msgspec.DecodeError, OSError):
        raise DoesNotVerify("the verifier did not come to an end") from None


def verify_messages(folder: Path, arguments: Sequence[str]) -> tuple[bool, str]:
    """Whether the verifier of messages is content, and all that it says, in such a process.

    `arguments` are keys and options for it. Raises DoesNotVerify where they are none, or it does not come to an end.
    """
    script = Path(__file__).parent / "standalone" / MESSAGES_VERIFIER
    command = [sys.executable, "-I", str(script), str(folder), *arguments]
    try:
        ended = subprocess.run(command, capture_output=True, timeout=MESSAGES_PATIENCE_S, check=False)  # noqa: S603  # our own
    except (subprocess.TimeoutExpired, OSError):
        raise DoesNotVerify("the verifier of messages did not come to an end") from None
    if ended.returncode not in (0, 1):
        said = ended.stderr.decode(errors="replace").strip()
        raise DoesNotVerify(f"the verifier of messages stopped: {said.rpartition(chr(10))[2]}")
    return ended.returncode == 0, ended.stdout.decode(errors="replace")


def must_verify(package: Package, trusted_keys: bytes, roots: bytes) -> Report:
    """Raise DoesNotVerify, with the checks that fail, unless the package verifies as its receiver would see it."""
    with tempfile.TemporaryDirectory(prefix="production-") as place:
        here = Path(place)
        (here / "keys.json").write_bytes(trusted_keys)
        (here / "roots.pem").write_bytes(roots)
        write(package, here / "package")
        report = verify(here / "package", here / "keys.json", here / "roots.pem")
    if not report.verified:
        wrong = "; ".join(f"{one.check}: {one.detail or one.status}" for one in report.checks if one.status != "pass")
        raise DoesNotVerify(f"the package does not verify: {wrong}")
    return report
