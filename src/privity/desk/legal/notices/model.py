# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Notices, what bars them, and objections, as plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

import msgspec

MAX_BASIS: Final = 2_000
"""Characters of what bars a notice, or lifts a bar."""


class BarKind(StrEnum):
    """What bars a notice."""

    LAW = "law"
    ORDER = "order"
    EMERGENCY = "emergency"
    """As the rulebook says of an emergency: it ends by itself, and nothing of its kind comes after it."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A demand for secrecy that has a basis and an end."""

    number: int
    request: int
    kind: BarKind
    basis: str = field(repr=False)
    at_ms: int
    until_ms: int
    """When it counts no more: at its own end, or at the moment from which it was lifted."""
    look_by_ms: int
    """When somebody has to have looked whether it still stands: then, or ninety days after somebody did."""
    who: str


@dataclass(frozen=True, slots=True)
class Lift:
    """That a bar is lifted from a moment on. `lifted_ms` and `confirmed_by`: once another person confirmed it."""

    number: int
    bar: int
    basis: str = field(repr=False)
    from_ms: int
    at_ms: int
    who: str
    lifted_ms: int | None
    confirmed_by: str | None


class Line(msgspec.Struct, frozen=True):
    """One class of data that was asked for, and from when to when; None where the class has no time."""

    data_class: str
    since_ms: int | None
    until_ms: int | None


class Matter(msgspec.Struct, frozen=True):
    """What a person is told of a request. It is kept sealed."""

    authority: str
    instrument: str
    legal_basis: str
    received_ms: int
    lines: tuple[Line, ...]
    operator: str
    contact: str


@dataclass(frozen=True, slots=True)
class Told:
    """How far a notice has come. `until_ms` is the end of the time to object, as the person reads it; `open_until_ms`
    the moment before which nothing leaves."""

    effect: int
    sent_ms: int
    until_ms: int
    too_late: bool
    """It went out after the data had."""
    told_ms: int | None
    """When the hub had it; None as long as it does not say so."""
    open_until_ms: int | None


@dataclass(frozen=True, slots=True)
class Notice:
    """A person to be told."""

    number: int
    request: int
    decision: int
    user_uri: str | None = field(repr=False)
    """None once the request is over and the person was told."""
    reference: str
    window_days: int
    made_ms: int
    told: Told | None
    nobody: bool
    """The account is gone, and a person has looked."""

    @property
    def settled(self) -> bool:
        return self.nobody or (self.told is not None and self.told.told_ms is not None)


class How(StrEnum):
    """Why an approved request may go on."""

    TOLD = "told"
    BARRED = "barred"
    AUTHORITY_INFORMS = "authority_informs"
    NOBODY = "nobody"
    """What it reaches is nobody's."""


class Answer(StrEnum):
    """What a reviewer answers to an objection."""

    GOES_ON = "goes_on"
    NARROWED = "narrowed"
    """It was right in part: less leaves than was announced."""
    STOPPED = "stopped"
    """It was right: nothing leaves by this decision."""


@dataclass(frozen=True, slots=True)
class Answered:
    answer: Answer
    at_ms: int
    who: str
    words: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Objection:
    """What it says is evidence, and opened with a reason."""

    number: int
    notice: int
    request: int
    receipt: str
    evidence: int
    lodged_ms: int
    answered: Answered | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something about a notice that somebody has to look at. `due_ms`: by when, if it has a day."""

    request: int
    why: str
    due_ms: int | None
