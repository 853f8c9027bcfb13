# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A legal request and what belongs to it, as plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from privity.desk.legal.rulebook.facts import Target
from privity.production.classes import Releasable


class State(StrEnum):
    """Where a request stands. `moves` says from where it goes where."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    VERIFYING = "verifying"
    VERIFIED = "verified"
    TRIAGED = "triaged"
    REJECTED = "rejected"
    CLARIFY = "clarify"
    CHALLENGED = "challenged"
    REFERRED = "referred"
    SCOPED = "scoped"
    COLLECTED = "collected"
    REVIEWED = "reviewed"
    APPROVED = "approved"
    NOTICE_DONE = "notice_done"
    RELEASED = "released"
    DELIVERED = "delivered"
    CLOSED = "closed"
    PURGED = "purged"


@dataclass(frozen=True, slots=True)
class LegalRequest:
    """The row. The audit log names it `legal:NUMBER`; the pseudonym is what the outside sees."""

    number: int
    pseudonym: str
    state: State
    agency: int | None
    officer: int | None
    emergency: bool
    request_sha256: bytes
    rulebook_sha256: str | None
    """Of the rulebook by which it was judged last."""
    received_ms: int
    changed_ms: int
    """When it came into this state."""
    on_hold: bool
    """Who asks is not active any more: it moves nowhere until it is verified anew."""
    verdict: int | None
    decision: int | None
    """The verdict and the decision that count; None before it was triaged."""

    @property
    def about(self) -> str:
        return about(self.number)


def about(number: int) -> str:
    """What the audit log calls a request."""
    return f"legal:{number}"


class Part(StrEnum):
    """What somebody did for a request."""

    FILED = "filed"
    SET_FACTS = "set_facts"
    VERIFIED = "verified"
    CALLED = "called"
    JUDGED = "judged"
    COLLECTED = "collected"
    REVIEWED = "reviewed"
    APPROVED = "approved"
    RELEASED = "released"
    """The second to approve; nobody with any other part may be."""
    SENIOR = "senior"
    """The third, where one is needed."""


class Document(StrEnum):
    """What a sealed document is."""

    REQUEST = "request"
    """The bytes as they came."""
    FACTS = "facts"
    FORM = "form"
    """The fields that no rule asks for."""
    ATTACHMENT = "attachment"
    CORRECTION = "correction"
    VERIFICATION = "verification"
    CALL_BACK = "call_back"
    VERDICT = "verdict"
    DECISION = "decision"


@dataclass(frozen=True, slots=True)
class Listed:
    """A document as it lies there, without opening it."""

    number: int
    kind: Document
    name: str = field(repr=False)
    media_type: str
    size: int
    sha256: bytes
    at_ms: int
    who: str
    gone_ms: int | None


@dataclass(frozen=True, slots=True)
class Attachment:
    """What came with a request."""

    name: str = field(repr=False)
    media_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """What an officer answers to a question."""

    text: str = field(repr=False)
    attachments: tuple[Attachment, ...] = ()


class Came(StrEnum):
    """How the key of whoever asks on paper came."""

    LETTER = "letter"
    READ_OUT = "read_out"


@dataclass(frozen=True, slots=True)
class Recipient:
    """A key that was written down for one request, and who had it read back."""

    number: int
    request: int
    agency: int
    recipient: str
    came: Came
    named_ms: int
    named_by: str
    wrong: int
    """How often something else was read back."""
    confirmed_ms: int | None
    confirmed_by: str | None
    ended_ms: int | None
    ended_by: str | None


@dataclass(frozen=True, slots=True)
class ReadBack:
    """What somebody heard who called to have the fingerprint of such a key read back."""

    dialled: str
    read_back: str
    confirmed_by: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Filing:
    """What somebody hands in. Agency and officer are only what is claimed until it was verified."""

    request: bytes = field(repr=False)
    """The file, as it came."""
    attachments: tuple[Attachment, ...] = ()
    agency: int | None = None
    officer: int | None = None


class Checked(StrEnum):
    """How it was verified who asks."""

    ASSERTION = "assertion"
    """An officer's passkey signed the hash of the request."""
    PAPER = "paper"
    """A clerk checked what came on paper, and wrote down what."""


class Outcome(StrEnum):
    """What a person makes of a verdict."""

    ACCEPT = "accept"
    """All that the verdict releases."""
    NARROW = "narrow"
    """Less: fewer classes, fewer targets, a shorter range."""
    PRESERVE = "preserve"
    """Nothing leaves; data are kept apart."""
    CLARIFY = "clarify"
    CHALLENGE = "challenge"
    REFER = "refer"
    REJECT = "reject"


class Ground(StrEnum):
    """Why a request is refused, challenged, narrowed or asked back about."""

    WRONG_AUTHORITY = "wrong_authority"
    WRONG_CLASS = "wrong_class"
    BELOW_THRESHOLD = "below_threshold"
    NO_IDENTIFIER = "no_identifier"
    OVERBROAD_TIME = "overbroad_time"
    OVERBROAD_TARGETS = "overbroad_targets"
    EXPIRED = "expired"
    NOT_HELD = "not_held"
    IMPOSSIBLE = "impossible"
    PRIVILEGE = "privilege"
    PRESS_FREEDOM = "press_freedom"
    CONFLICT_OF_LAWS = "conflict_of_laws"
    IMPROPER_CHANNEL = "improper_channel"
    TRANSLATION_MISSING = "translation_missing"
    SECRECY_DEFECT = "secrecy_defect"
    ASKS_FOR_CAPABILITY = "asks_for_capability"
    FACTS_MISSING = "facts_missing"
    RULEBOOK = "rulebook"
    """As the verdict says, and nothing beside."""


class Ending(StrEnum):
    """Why a clerk ends a request, in one word for the log."""

    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"
    UNVERIFIED = "unverified"
    """Nobody could find out who asks."""
    FORGED = "forged"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True)
class ScopeLine:
    """One thing to collect. A range is from `since_ms` on and before `until_ms`; None where the class has none."""

    data_class: Releasable
    target: Target
    since_ms: int | None
    until_ms: int | None


@dataclass(frozen=True, slots=True)
class Decided:
    """What a person decided on a verdict."""

    number: int
    request: int
    verdict: int
    outcome: Outcome
    grounds: tuple[Ground, ...]
    at_ms: int
    who: str


@dataclass(frozen=True, slots=True)
class Naming:
    """In which classes a decision has other people named, who decided so, and who confirmed it."""

    classes: frozenset[Releasable]
    decided_by: str
    confirmed_by: str | None
    confirmed_ms: int | None


@dataclass(frozen=True, slots=True)
class Authority:
    """Until when a decision can be acted on, and which it is."""

    decision: int
    until_ms: int


@dataclass(frozen=True, slots=True)
class Move:
    """One step of a request, as it stands in the log."""

    old: State
    new: State
    at_ms: int
    who: str
    audit_n: int


@dataclass(frozen=True, slots=True)
class Running:
    """A clock that runs."""

    request: int
    clock: str
    from_ms: int
    due_ms: int
    warn_ms: int
    page_ms: int
