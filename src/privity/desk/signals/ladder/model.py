# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A hit, a label, and what is known of a reporter."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Done(StrEnum):
    """What came of a rule that held. The value stands in the database."""

    SHADOW = "shadow"
    """Nothing: the version is only watched."""
    ACTED = "acted"
    PAUSED = "paused"
    """Nothing: the rule has stopped."""
    PROTECTED = "protected"
    """Nothing was taken: one rule alone does not restrict this account. The rest was done, and people look."""
    MINOR = "minor"
    """Nothing was taken: it is about what was done to somebody who says to be a minor. People look."""
    LATE = "late"
    """Nothing was taken: the desk heard of it more than a day later. The rest was done."""


@dataclass(frozen=True, slots=True)
class Hit:
    """That a rule held for an account on a day."""

    digest: bytes
    subject: str
    day: int
    """Days since 1970, in UTC."""
    version: int | None
    """None where no rule of a version found it but another method."""
    rule: str
    at_ms: int
    because: str
    done: Done


@dataclass(frozen=True, slots=True)
class Label:
    """A word that the desk put on an account for a time."""

    subject: str
    word: str
    since_ms: int
    until_ms: int
    digest: bytes = field(repr=False)
    """Of the rule that put it."""
    because: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """How the reports of a person ended: `upheld` of `closed`, both decayed, as of `at_ms`."""

    seen_upheld: int
    """Of the totals, which never decay: how far they are counted in."""
    seen_closed: int
    upheld: float
    closed: float
    at_ms: int
