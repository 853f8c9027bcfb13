# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity legal verify`: the verifiers that lie in packages, as this house ships them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import Parameter

from privity.production import canonical, writing
from privity.production.building import REPORTED
from privity.production.disclosed import MESSAGES
from privity.production.errors import ProductionError


def verify(
    folder: Annotated[Path, Parameter(help="The package, as a folder.")],
    /,
    *,
    keys: Annotated[Path, Parameter(help="The keys that the operator publishes, as JSON.")],
    tsa: Annotated[
        Path | None, Parameter(help="Roots of time-stamping authorities, as PEM.", show_default=False)
    ] = None,
    rulebook: Annotated[
        Path | None, Parameter(help="The rulebook that is to have decided.", show_default=False)
    ] = None,
    log_key: Annotated[
        str | None, Parameter(help="The verifier key of the key log that shows who wrote messages.", show_default=False)
    ] = None,
    vrf_key: Annotated[str | None, Parameter(help="The VRF key of that log, in hex.", show_default=False)] = None,
    witness: Annotated[
        list[str] | None,
        Parameter(help="The verifier key of a witness of that log; again for more.", negative="", show_default=False),
    ] = None,
    quorum: Annotated[
        int | None, Parameter(help="How many of these witnesses are needed; all, unless given.", show_default=False)
    ] = None,
    accept_listed: Annotated[
        bool,
        Parameter(help="Be content with senders' keys that the log alone shows.", negative="", show_default=False),
    ] = False,
    words: Annotated[bool, Parameter(help="Print what the messages say.", negative="", show_default=False)] = False,
    json: Annotated[bool, Parameter(help="One JSON object, for programs.", negative="", show_default=False)] = False,
) -> None:
    """Check a production package offline, one line for each check.

    Where it holds messages, who wrote each of them is checked as well. The status
    is 0 if everything that has to hold does, and 1 otherwise.

    Example: privity legal verify LP-2026-0001 --keys keys.json --tsa roots.pem
    """
    options = [*_given("--log-key", log_key), *_given("--vrf-key", vrf_key), *_given("--quorum", quorum)]
    options += [word for key in witness or () for word in _given("--witness", key)]
    flags = {"--accept-listed": accept_listed, "--words": words, "--json": json}
    options += [flag for flag, wanted in flags.items() if wanted]
    try:
        report = writing.verify(folder, keys, tsa, rulebook)
        proven, said = writing.verify_messages(folder, options) if _has_messages(folder) else (True, "")
    except ProductionError as err:
        sys.exit(f"privity: {type(err).__name__}: {err}")
    verified = report.verified and proven
    if json:
        messages = msgspec.json.decode(said) if said else None
        both = {**canonical.builtins(report), "messages": messages, "verified": verified}
        sys.stdout.write(msgspec.json.encode(both).decode() + "\n")
    else:
        for one in report.checks:
            sys.stdout.write(f"{one.check:<11}{one.status:<7}{one.detail}".rstrip() + "\n")
        sys.stdout.write("verified\n" if report.verified else "NOT verified\n")
        sys.stdout.write(f"\n{said}" if said else "")
    if not verified:
        sys.exit(1)


def _given(option: str, value: object) -> list[str]:
    return [] if value is None else [f"{option}={value}"]


def _has_messages(folder: Path) -> bool:
    data = folder / "bag" / "data"
    return (data / MESSAGES).is_dir() or (data / REPORTED / MESSAGES).is_dir()
