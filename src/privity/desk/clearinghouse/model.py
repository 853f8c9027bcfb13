# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a referral is: where it goes, how far it has come, and what was asked and answered on the way."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

HOUR_MS: Final = 3_600_000
DAY_MS: Final = 24 * HOUR_MS
OPEN_FOR_MS: Final = DAY_MS
"""An unfinished report is deleted by the clearinghouse at the later of this after opening ..."""
UNTOUCHED_FOR_MS: Final = HOUR_MS
"""... and this after its last change."""
PRESERVED_FOR_MS: Final = 366 * DAY_MS
"""What was reported is kept for a year after the report is finished; this is no less in any year."""


class Destination(StrEnum):
    """Where referrals go."""

    CYBERTIP = "cybertip"
    """The clearinghouse of the United States."""
    AGENCY = "agency"
    """A national agency, by a neutral shape of our own that an operator bridges to theirs."""
    STATEMENTS = "eu_statements"
    """The Union's database of statements of reasons: for public surfaces, without personal data."""


class ReferralState(StrEnum):
    DRAFTED = "drafted"
    APPROVED = "approved"
    AWAITING_CREDENTIALS = "awaiting_credentials"
    OPENED = "opened"
    UPLOADING = "uploading"
    DESCRIBED = "described"
    FINISHED = "finished"
    WITHDRAWN = "withdrawn"
    BLOCKED = "blocked"
    """A person has to look; nothing is dropped."""


SENDING: Final = (
    ReferralState.APPROVED,
    ReferralState.OPENED,
    ReferralState.UPLOADING,
    ReferralState.DESCRIBED,
)
"""What the outbox works on."""

ENDED: Final = (ReferralState.FINISHED, ReferralState.WITHDRAWN)


class ItemState(StrEnum):
    """A file of a report, or one statement of a batch."""

    WAITING = "waiting"
    UNKNOWN = "unknown"
    """It was sent, and no answer said whether it arrived."""
    MISSING = "missing"
    """It was looked up after that, and is not there."""
    SENT = "sent"
    DESCRIBED = "described"


class Verb(StrEnum):
    """One request of a referral."""

    OPEN = "open"
    UPLOAD = "upload"
    DESCRIBE = "describe"
    FINISH = "finish"
    RETRACT = "retract"
    LOOK_UP = "look_up"


class CallKind(StrEnum):
    ASKED = "asked"
    ANSWERED = "answered"
    UNANSWERED = "unanswered"


class SealedKind(StrEnum):
    """What is kept sealed of a referral."""

    SNAPSHOT = "snapshot"
    DOCUMENT = "document"
    FACTS = "facts"
    FILE = "file"
    REQUEST = "request"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True)
class Item:
    """`evidence` is the number of the evidence record that a file came from."""

    item: int
    state: ItemState
    remote_id: str | None
    evidence: int | None


@dataclass(frozen=True, slots=True)
class Referral:
    """One referral as its row stands."""

    n: int
    destination: Destination
    kind: str
    bundle: str
    mandatory: bool
    level: int
    state: ReferralState
    before_blocked: ReferralState | None
    withdrawing: bool
    remote_id: str | None
    attempt: int
    drafted_ms: int
    approved_ms: int | None
    approved_by: str | None
    opened_ms: int | None
    touched_ms: int | None
    finished_ms: int | None
    next_ms: int
    tries: int
    why: str
    missing: tuple[str, ...]
    """What the floor misses in what was approved."""

    @property
    def deadline_ms(self) -> int | None:
        """When the clearinghouse deletes what is opened and not finished."""
        if self.opened_ms is None or self.finished_ms is not None or self.destination is not Destination.CYBERTIP:
            return None
        return max(self.opened_ms + OPEN_FOR_MS, (self.touched_ms or 0) + UNTOUCHED_FOR_MS)


@dataclass(frozen=True, slots=True)
class Draft:
    """One case in a referral."""

    case: int
    drafted_by: str
    drafted_ms: int
    subject: str
    """Whom it is about."""


@dataclass(frozen=True, slots=True)
class Call:
    """One link of the chain."""

    n: int
    kind: CallKind
    attempt: int
    verb: Verb
    item: int
    at_ms: int
    status: int
    reaction: str
    sealed: int | None
    sha256: bytes
    previous: bytes
    hash: bytes


@dataclass(frozen=True, slots=True)
class Abandoned:
    """A report that was opened there and will never be finished: it expires by itself."""

    attempt: int
    remote_id: str
    at_ms: int
    why: str
