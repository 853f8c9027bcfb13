# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The survivors that are listed with a reason, and what may not be in that list."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


class BadList(Exception):
    """tests/mutants.toml says something that it may not."""


@dataclass(frozen=True)
class Known:
    """A mutant that survives, and why that is right."""

    file: str
    function: str
    mutation: str
    reason: str

    @property
    def name(self) -> str:
        return f"{self.file} {self.function}: {self.mutation}"


def read(path: Path) -> list[Known]:
    """The list. Raises BadList for a missing reason, a stranger's key, or an entry that stands twice."""
    if not path.exists():
        return []
    said = tomllib.loads(path.read_text(encoding="utf-8"))
    known: list[Known] = []
    for entry in said.pop("survivor", []):
        if set(entry) != {"file", "function", "mutation", "reason"}:
            raise BadList(f"an entry has the keys {sorted(entry)}, expected file, function, mutation, reason")
        if not all(isinstance(value, str) and value.strip() for value in entry.values()):
            raise BadList(f"an entry has an empty value: {entry}")
        known.append(Known(**entry))
    if said:
        raise BadList(f"unknown keys {sorted(said)}")
    names = [each.name for each in known]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise BadList(f"listed twice: {sorted(twice)}")
    return known


def judge(known: Iterable[Known], survivors: Iterable[str], files: Iterable[str]) -> tuple[list[str], list[str]]:
    """(survivors that are not listed, entries that no longer survive) among the files that were tried."""
    listed = {each.name: each for each in known}
    survived, tried = set(survivors), set(files)
    unlisted = sorted(survived - listed.keys())
    stale = sorted(name for name, each in listed.items() if each.file in tried and name not in survived)
    return unlisted, stale
