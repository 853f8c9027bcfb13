# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A rulebook as it is used, and the verdict that it gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from privity.desk.legal.rulebook.predicates import Condition
from privity.production.classes import Permit, Releasable


class Action(StrEnum):
    """What becomes of a request, the most careful first; the first that any rule asks for is the verdict."""

    REJECT = "reject"
    HOLD = "hold"
    REFER = "refer"
    CLARIFY = "clarify"
    NARROW = "narrow"
    PROCEED = "proceed"


ORDER = tuple(Action)


class Status(StrEnum):
    """Whether anything may leave the house by this rulebook."""

    DRAFT = "draft"
    ACTIVE = "active"


@dataclass(frozen=True, slots=True)
class Review:
    """Who read it, and when."""

    reviewers: tuple[str, ...] = ()
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """When something is so, what becomes of the request, why, and what would work instead."""

    code: str
    action: Action
    when: Condition
    reason: str
    basis: tuple[str, ...]
    confidence: Mapping[str, str]
    sources: tuple[str, ...]
    instead: str = ""
    removes: frozenset[Releasable] = frozenset()
    """The classes that a narrowing rule takes out."""
    uniform: bool = False
    """The rule before all others: whom nobody verified gets one answer, whatever they ask."""


@dataclass(frozen=True, slots=True)
class Keeping:
    """What is kept apart while the request is looked at, and when it is rejected."""

    on_receipt: bool = False
    on_reject: bool = False
    """Kept until produced or withdrawn."""


@dataclass(frozen=True, slots=True)
class Notice:
    """When the people whom it is about hear of it, unless `barred_by` says otherwise."""

    default: str
    user_window_days: int | None
    user_notice_after_days: int | None
    barred_by: tuple[str, ...]
    basis: str


@dataclass(frozen=True, slots=True)
class NamesOthers:
    """In which classes an instrument lets an order have other people named, who have pseudonyms otherwise."""

    classes: frozenset[Releasable]
    when: Condition | None
    """Only where this is shown to hold."""
    basis: tuple[str, ...]
    confidence: Mapping[str, str]
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Instrument:
    """One way in which an authority may ask, and what it reaches."""

    id: str
    title: str
    issued_by: frozenset[str] | None
    """The countries whose authorities may issue it; None where every country's may."""
    no_country: bool
    """It comes from no authority of a country."""
    basis: tuple[str, ...]
    binding_if: tuple[str, ...]
    authorities: frozenset[str]
    judge: str
    """Whether a judge must have signed: required, not_required, or by what it depends on."""
    permits: Mapping[Releasable, Permit]
    permit_notes: Mapping[Releasable, str]
    conditions: Mapping[Permit, Condition]
    required: tuple[str, ...]
    ip_target: bool
    """Whether it may name an address, a port and a time in place of an account."""
    applies_from: date | None
    applies_until: date | None
    keeping: Keeping
    deadlines: Mapping[str, str | int]
    notice: Notice
    notes: tuple[str, ...]
    open: tuple[str, ...]
    """What counsel has yet to say."""
    rules: tuple[Rule, ...]
    confidence: Mapping[str, str]
    sources: tuple[str, ...]
    review: Review
    names_others: NamesOthers | None = None
    """None: by this instrument nobody else is ever named."""


@dataclass(frozen=True, slots=True)
class DataClass:
    """One class of data, and what it is called elsewhere."""

    name: str
    holds: str
    statement: str
    """What is said where it is asked for and not held."""
    eu: str
    us: str
    basis: tuple[str, ...]
    confidence: Mapping[str, str]
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rulebook:
    """Everything, and the hash of the bytes that it was read from."""

    id: str
    version: str
    status: Status
    compiled: date
    review: Review
    """Of the rules for every instrument."""
    sha256: str
    classes: Mapping[str, DataClass]
    global_rules: tuple[Rule, ...]
    instruments: Mapping[str, Instrument]

    def rules(self) -> tuple[Rule, ...]:
        """Every rule that it holds."""
        return (*self.global_rules, *(rule for each in self.instruments.values() for rule in each.rules))


class Looked(StrEnum):
    """What came of looking at one rule."""

    FIRED = "fired"
    NOT_SO = "not so"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule that was looked at. `facts` are those that are missing, if that is why."""

    code: str
    action: Action
    looked: Looked
    reason: str
    basis: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Given:
    """One class that may leave the house, and whether the law compels it."""

    data_class: Releasable
    permit: Permit
    note: str


@dataclass(frozen=True, slots=True)
class Denied:
    """One class that was asked for and that this instrument does not reach."""

    data_class: Releasable
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class NotHeld:
    """One class that was asked for and is not there; `statement` says so."""

    data_class: str
    statement: str


@dataclass(frozen=True, slots=True)
class Narrower:
    """What would work. Where it is another instrument, that one and the classes that it reaches."""

    say: str
    instrument: str = ""
    classes: tuple[Releasable, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rulebook makes of a request."""

    rulebook: str
    """The hash of the rulebook."""
    instrument: str
    action: Action
    codes: tuple[str, ...]
    """The rules that ask for this action."""
    release: tuple[Given, ...] = ()
    preserve: tuple[Releasable, ...] = ()
    not_held: tuple[NotHeld, ...] = ()
    denied: tuple[Denied, ...] = ()
    narrower: tuple[Narrower, ...] = ()
    wanted: tuple[str, ...] = ()
    """The facts that are missing."""
    on_device: bool = False
    """A participant's own device may go on; the house releases nothing."""
    quarantine_hours: int = 0
    """How long data may be kept apart unseen while the requester is being verified."""
    trace: tuple[Finding, ...] = ()
    named: tuple[Releasable, ...] = ()
    """Of what is released, the classes in which the order has other people named by right; people decide whether."""
    would_be: Verdict | None = None
    """What it would be if the rulebook were in force."""
