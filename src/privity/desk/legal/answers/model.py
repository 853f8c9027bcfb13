# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A letter to an agency as data: what it is about, and its sections. How it looks is said elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from privity.production.classes import Releasable


class Sort(StrEnum):
    """What a letter is."""

    CLARIFICATION = "clarification"
    REFUSAL = "refusal"
    CHALLENGE = "challenge"
    FORM_3 = "form_3"
    NOT_HELD = "not_held"


QUESTIONS: Final = frozenset({Sort.CLARIFICATION, Sort.FORM_3})
"""Those that an answer may be waited for."""


@dataclass(frozen=True, slots=True)
class Matter:
    """What a letter is about. Words of the request stand in it as they came; whoever renders makes them harmless."""

    case: str
    """The request's pseudonym."""
    their_reference: str
    received_on: str
    """A day, such as 2026-11-26."""
    instrument: str
    """The instrument's title; empty where the rulebook does not know it."""
    authority: str
    operator: str
    contact: str


@dataclass(frozen=True, slots=True)
class Release:
    """Which version of the software answers, and the hash of the manifest of all that its collectors can read."""

    software: str
    version: str
    capabilities_sha256: str | None


@dataclass(frozen=True, slots=True)
class Held:
    """A class that the operator really holds, and for how many days; 0 is as long as the account."""

    data_class: Releasable
    holds: str
    days: int


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    paragraphs: tuple[str, ...] = ()
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter. `facts` are its head: what is named, and how."""

    sort: Sort
    language: str
    title: str
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    closing: str


@dataclass(frozen=True, slots=True)
class Given:
    """That a letter reached somebody. `officer` is None where staff handed it over on paper."""

    officer: int | None
    who: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class Reply:
    """What an officer answered; the words are a document of the request."""

    document: int
    officer: int
    at_ms: int


@dataclass(frozen=True, slots=True)
class Kept:
    """A letter that was written, and what became of it."""

    number: int
    request: int
    sort: Sort
    language: str
    sha256: bytes
    size: int
    written_ms: int
    who: str
    withdrawn_by: int | None
    """The letter that was written instead."""
    gone_ms: int | None
    given: tuple[Given, ...]
    answers: tuple[Reply, ...]


@dataclass(frozen=True, slots=True)
class Offered:
    """A letter as its officer sees it."""

    letter: Kept
    case: str
    """The request's pseudonym."""
    asks: bool
    """Whether an answer is taken now."""
    due_ms: int | None
    """Until when it is waited for."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """The letter itself, as a file."""

    name: str
    page: bytes = field(repr=False)
