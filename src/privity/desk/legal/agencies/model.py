# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Agencies, their people and what was done to enrol them, as plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class State(StrEnum):
    """Where an agency stands. Nothing comes back from `REVOKED`: it is enrolled anew, under another number."""

    ENROLLING = "enrolling"
    ACTIVE = "active"
    LAPSED = "lapsed"
    """Idle for too long, or not attested in time: nothing may be filed before it was looked at anew."""
    REVOKED = "revoked"


class Step(StrEnum):
    """What is done in each round, in this order."""

    REGISTER = "register"
    """Somebody looked the agency up in an official register."""
    MAIL = "mail"
    """The code that was sent to its domain came back from there."""
    SWITCHBOARD = "switchboard"
    """Its supervisor, asked for at the number in the register, read a code back."""
    SUPERVISOR = "supervisor"
    """A supervisor showed a passkey."""
    OFFICER = "officer"
    """A supervisor confirmed an officer, with passkey and encryption key."""
    CONFIRMED = "confirmed"
    """A second member of staff looked at all of it."""


class Part(StrEnum):
    """What somebody of an agency is there for. Nobody is both."""

    SUPERVISOR = "supervisor"
    """Names, confirms and ends officers; files nothing and downloads nothing."""
    OFFICER = "officer"
    """Files, answers and downloads."""


class Standing(StrEnum):
    """Where somebody of an agency stands."""

    NAMED = "named"
    """They have a one-time code and no passkey yet."""
    ENROLLED = "enrolled"
    """They have a passkey, and nobody has confirmed them yet."""
    ACTIVE = "active"
    LAPSED = "lapsed"
    """An officer who was idle for too long."""
    ENDED = "ended"


class Deed(StrEnum):
    """What supervisors and officers sign with a passkey beside requests."""

    NAME_OFFICER = "name_officer"
    CONFIRM_OFFICER = "confirm_officer"
    END_PERSON = "end_person"
    ATTEST = "attest"
    """That the officers are still the agency's."""
    ENROL_KEY = "enrol_key"


class Mark(StrEnum):
    """Of what an indicator of fraud is a hash."""

    DOMAIN = "domain"
    NUMBER = "number"
    MAIL = "mail"


@dataclass(frozen=True, slots=True)
class Found:
    """What somebody read in an official register, and where. Nothing of it comes from a request."""

    name: str
    country: str
    kind: str
    """As the facts of a request name it: an `authority_kind`."""
    domain: str
    switchboard: str
    register: str
    """Which register."""
    source: str
    """The address of the entry, or its words."""


@dataclass(frozen=True, slots=True)
class Agency:
    """An agency as the register named it. The audit log calls it `agency:N`."""

    number: int
    name: str
    country: str
    kind: str
    domain: str
    switchboard: str
    """The only number at which anybody of it is called back."""
    state: State
    round: int
    suspected: bool
    """Its domain or its number matched an indicator of fraud when it was enrolled."""
    began_ms: int
    attested_ms: int | None
    used_ms: int | None
    """When one of its passkeys last proved something."""
    ended_ms: int | None

    @property
    def about(self) -> str:
        return f"agency:{self.number}"


@dataclass(frozen=True, slots=True)
class StepDone:
    """A step of a round, and who did it."""

    round: int
    step: Step
    at_ms: int
    who: str
    detail: str


@dataclass(frozen=True, slots=True)
class Person:
    """A supervisor or an officer."""

    number: int
    agency: int
    part: Part
    name: str
    handle: bytes = field(repr=False)
    state: Standing
    named_ms: int
    used_ms: int | None
    ended_ms: int | None

    @property
    def who(self) -> str:
        """As the audit log names them."""
        return f"{self.part.value}:{self.number}"


@dataclass(frozen=True, slots=True)
class Officer:
    """An officer, who answers for them, and to which key productions are encrypted."""

    person: Person
    supervisor: int
    recipient: str | None

    @property
    def number(self) -> int:
        return self.person.number

    @property
    def agency(self) -> int:
        return self.person.agency

    @property
    def who(self) -> str:
        return self.person.who


@dataclass(frozen=True, slots=True)
class Dossier:
    """All that a second member of staff looks at, and its hash, so that they confirm what they saw."""

    agency: Agency
    steps: tuple[StepDone, ...]
    """Of the round that is open."""
    supervisors: tuple[Person, ...]
    officers: tuple[Officer, ...]
    sha256: str


@dataclass(frozen=True, slots=True)
class Check:
    """A code that an agency is to say back, shown once."""

    code: str = field(repr=False)
    to: str
    """The domain or the number out of the register."""
    expires_ms: int


@dataclass(frozen=True, slots=True)
class Invitation:
    """A code with which somebody makes their passkey, shown once and kept nowhere."""

    person: int
    code: str = field(repr=False)
    expires_ms: int


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen of where a request came from. It lets nobody in."""

    device: bytes | None = field(default=None, repr=False)
    """A hash that names the officer's browser; None where it showed none."""
    country: str | None = None
    """From which it seems to come, in two letters; None where nobody can tell."""
    contact: str = field(default="", repr=False)
    """What the request says of whom to ask and where to deliver. It is compared, and never used."""


@dataclass(frozen=True, slots=True)
class Verified:
    """Whose passkey signed a request, and whether that is reason enough to call them back."""

    officer: Officer
    agency: Agency
    score: int
    call_back: bool


@dataclass(frozen=True, slots=True)
class Revoked:
    """What one act ended."""

    agencies: tuple[int, ...]
    supervisors: int
    officers: int
    passkeys: int
    codes: int
    keys: int
    requests: tuple[str, ...]
    """What of theirs was open, and is held from now on."""


@dataclass(frozen=True, slots=True)
class Lapsed:
    """What a look at the clock ended."""

    agencies: tuple[int, ...]
    officers: tuple[int, ...]
