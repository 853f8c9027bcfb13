# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A package at the agency: decrypted with its key, laid out, and checked by the verifiers in processes of their own."""

from __future__ import annotations

import base64
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyrage
from pyrage import x25519

from privity.faces.demo.steps import CheckFailed
from privity.production import archive, building, writing
from privity.production.building import MESSAGES_VERIFIER, REPORTED, VERIFIER, Package
from privity.production.classes import Releasable
from privity.production.disclosed import MESSAGES
from privity.production.model import Kind

_MADE: Final = frozenset({"field_guide.html", "index.html", "not_held.json", "provenance.json"})
"""What lies in every package, beside the verifiers."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What an agency has on its disk."""

    folder: Path
    files: Mapping[str, bytes]
    statement: Mapping[str, Any]

    @property
    def case(self) -> str:
        return str(self.statement["case"])

    @property
    def released(self) -> tuple[str, ...]:
        return tuple(sorted({one["class"] for one in self.statement["released"]}))

    @property
    def notice(self) -> str:
        """As the statement says it."""
        said = self.statement["notice"]
        if said is None:
            return "nobody to tell"
        return " ".join(filter(None, (str(said["state"]).replace("_", " "), said["until"])))

    @property
    def not_held(self) -> tuple[str, ...]:
        return tuple(sorted({one["class"] for one in self.statement["not_held"]}))

    @property
    def rows(self) -> Mapping[str, int]:
        """How many there are of each class."""
        counted: Counter[str] = Counter()
        for path in self.data:
            if path.startswith("records/") and path.endswith(".json"):
                table = json.loads(self.files[f"bag/data/{path}"])
                counted[table["class"]] += len(table["rows"])
        return counted

    @property
    def approvals(self) -> int:
        """How many people approved it."""
        said = self.files.get("attest/approvals.json")
        return 0 if said is None else len(json.loads(said)["approvals"])

    @property
    def data(self) -> tuple[str, ...]:
        """The files that hold what was asked for."""
        found = (path.removeprefix("bag/data/") for path in self.files if path.startswith("bag/data/"))
        return tuple(path for path in found if path not in {*_MADE, VERIFIER, MESSAGES_VERIFIER})

    @property
    def has_messages(self) -> bool:
        return any(path.startswith((f"{MESSAGES}/", f"{REPORTED}/{MESSAGES}/")) for path in self.data)

    def line(self) -> str:
        """What left the house."""
        kind = str(self.statement["kind"]).replace("_", " ")
        by = f", approved by {self.approvals} people" if self.approvals else ""
        if not self.released:
            return f"a {kind} without a record of anybody{by}: {', '.join(self.data)}"
        rows = ", ".join(f"{each} ({self.rows[each]})" for each in self.released)
        without = f"; not held: {', '.join(self.not_held)}" if self.not_held else ""
        return f"a {kind} of {len(self.data)} files{by}; rows: {rows}{without}"


def open_with(identity: x25519.Identity, encrypted: bytes, into: Path) -> Opened:
    """With the agency's key and no other, into a folder of its own."""
    files = archive.unpack(pyrage.decrypt(encrypted, [identity]))
    envelope = json.loads(files["attest/production.dsse.json"])
    statement = json.loads(base64.b64decode(envelope["payload"]))["predicate"]
    folder = into / statement["case"]
    writing.write(Package(statement["case"], files), folder)
    return Opened(folder, files, statement)


def check(scene: str, found: Opened, keys: Path, roots: Path | None, rulebook: Path | None) -> str:
    """`verify_package.py`; what it says, in a few words. Raises CheckFailed by what it says otherwise."""
    for name in (VERIFIER, *([MESSAGES_VERIFIER] if found.has_messages else [])):
        if found.files[f"bag/data/{name}"] != building.verifier(name):
            raise CheckFailed(scene, f"the {name} in the package is another one than this version's")
    report = writing.verify(found.folder, keys, roots, rulebook)
    wrong = [f"{one.check}: {one.detail}" for one in report.checks if one.status == "fail"]
    if not report.verified:
        raise CheckFailed(scene, f"{VERIFIER}: NOT verified: {'; '.join(wrong)}")
    return f"{VERIFIER}: verified, {sum(one.status == 'pass' for one in report.checks)} checks"


def check_messages(scene: str, found: Opened, options: Iterable[str]) -> str:
    """`verify_messages.py`, likewise."""
    proven, said = writing.verify_messages(found.folder, ["--json", *options])
    report = json.loads(said)
    if not proven:
        raise CheckFailed(scene, f"{MESSAGES_VERIFIER}: NOT verified: {said[:2000]}")
    count = len(report["messages"])
    return f"{MESSAGES_VERIFIER}: verified, {count} {'message' if count == 1 else 'messages'}"


def must_hold_nothing_of(scene: str, found: Opened, private: Iterable[str]) -> None:
    """Raises CheckFailed where one of these words, which nobody reported or chose, is in the package."""
    for word in private:
        for path, data in found.files.items():
            if word.encode() in data:
                raise CheckFailed(scene, f"{path} holds words that nobody reported")


def must_release(scene: str, found: Opened, classes: Iterable[Releasable]) -> None:
    """Raises CheckFailed unless it is a production of some of these classes and of no other."""
    more = set(found.released) - {each.value for each in classes}
    if found.statement["kind"] != Kind.PRODUCTION or more or not found.released:
        raise CheckFailed(scene, f"expected a production of nothing but {', '.join(classes)}, got {found.line()}")
