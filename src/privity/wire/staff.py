# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The narrow API between desk and hub (JSON under `/staff/v1`), and the signature of each request.

The desk signs every request with its staff key; the hub knows that key from its configuration and takes each nonce once
within `MAX_SKEW_MS`. The desk never reads the hub's database.
"""

from __future__ import annotations

import hashlib
from enum import StrEnum

from privity.mls.codec import u64, vec
from privity.wire.age import AgeBand
from privity.wire.numbers import Count
from privity.wire.rest import Answer, Body
from privity.wire.standing import StandingState, Statement

STAFF_LABEL = "PrivityStaffRequestTBS"
TIME_HEADER = "Privity-Staff-Time"
NONCE_HEADER = "Privity-Staff-Nonce"
SIGNATURE_HEADER = "Privity-Staff-Signature"
"""Headers: decimal milliseconds, 32 hex digits, hex of an Ed25519 SignWithLabel signature over `staff_tbs`."""

MAX_SKEW_MS = 60_000


def staff_tbs(method: str, path_and_query: str, time_ms: int, nonce: bytes, body: bytes) -> bytes:
    """What the desk signs (label `STAFF_LABEL`)."""
    return (
        vec(method.encode())
        + vec(path_and_query.encode())
        + u64(time_ms)
        + vec(nonce)
        + vec(hashlib.sha256(body).digest())
    )


class Source(StrEnum):
    """Who sealed what the hub relays."""

    USER = "user"
    """Somebody with an account here."""
    PUBLIC = "public"
    """Somebody at the public form, which the hub sealed for them."""


NOTICE_PREFIX = "notice:"
"""Before the receipt of a public notice: how whoever made it is named, who has no account."""


class RelayedReport(Answer, frozen=True):
    reporter_uri: str
    """Authenticated by the hub: a user URI, or `NOTICE_PREFIX` and the receipt of a notice whose code was shown."""
    received_ms: int
    sealed: bytes
    receipt: str
    """Random, and so the name of the report for hub, desk and reporter. A number would be given twice by a hub whose
    database was restored."""
    source: Source = Source.USER


RELAYED = 500
RELAYED_BYTES = 16 << 20
"""Reports in one answer, and their sealed bytes together: hub and desk hold a whole answer in memory. One of the
largest size fits, so that no report stops the queue. The more come at once, the less each costs the desk's disk; but
the desk writes them in one go, and its pages wait meanwhile."""

ASKED = 150
"""Reports in one `VerifyReports`: as many with one message each fit into a body of the size that the hub reads before
it knows who asks."""


MAX_WAIT_S = 20
"""How long the hub holds back an answer that would be empty: well below what proxies and clients wait."""


class RelayedReports(Answer, frozen=True):
    """`GET /staff/v1/reports`: oldest first, at most `RELAYED` of `RELAYED_BYTES` together, one at least.

    With `?wait=SECONDS` (at most `MAX_WAIT_S`) an empty answer comes only after that time, any other as soon as there
    is a report.
    """

    reports: list[RelayedReport]


class ForgetReports(Body, frozen=True):
    """`POST /staff/v1/reports/forget`: the desk holds these; the hub deletes its copies. Unknown ones are harmless."""

    receipts: list[str]


class FrankOutcome(StrEnum):
    """The hub's answer on one frank (franking, section 6, V4 to V6)."""

    VERIFIED = "verified"
    MISMATCH = "mismatch"
    EXPIRED = "expired"
    BAD_SIGNATURE = "bad_signature"


class FrankQuestion(Body, frozen=True, array_like=True):
    """One frank. The hub sees a tag, never the content it belongs to."""

    tag: bytes
    ts_ms: int
    server_frank: bytes
    ciphersuite: int
    signature: bytes


class ReportQuestion(Body, frozen=True, array_like=True):
    """One report: who is said to have sent these messages to the room, and who reports them."""

    reporter_uri: str
    sender_uri: str
    room_uri: str
    franks: list[FrankQuestion]


class VerifyReports(Body, frozen=True):
    """`POST /staff/v1/verify`: a page of reports at once, answered in order with `ReportsVerified`."""

    reports: list[ReportQuestion]


class ReportAnswer(Answer, frozen=True, array_like=True):
    """`at` is the place of the question, from 0. The lists have an element for each frank, in order.

    `participated`: whether the reporter was in the room when that message was accepted; asked only of verified ones.
    `omitted`: messages of the room between the first and the last verified one that are not among them; None where none
    is verified, or the room is not known here.
    """

    at: int
    outcomes: list[FrankOutcome]
    participated: list[bool | None]
    omitted: int | None


class ReportsVerified(Answer, frozen=True):
    answers: list[ReportAnswer]


class TellReporter(Body, frozen=True):
    """`POST /staff/v1/tell`: a line for the reporter, delivered to the inbox of each of their devices."""

    user_uri: str
    text: str


class Verb(StrEnum):
    """What a decision does to an account or a room. What each verb takes is written beside it."""

    WARN = "warn"
    """An account: a warning more. It restricts nothing."""
    LIMIT = "limit"
    """An account, until `until_ms`."""
    CHALLENGE = "challenge"
    """An account, until `until_ms`: what begins something with a stranger takes work of its device."""
    LIFT = "lift"
    """Ends the limit or the challenge of this decision, and takes its warning back."""
    SUSPEND = "suspend"
    """An account, until `until_ms`."""
    BAN = "ban"
    """An account, without an end."""
    REINSTATE = "reinstate"
    """Ends the suspension or the ban of this decision."""
    REMOVE_PUBLIC = "remove_public"
    """An account's profile and listing are kept, and shown to nobody else."""
    RESTORE_PUBLIC = "restore_public"
    CLOSE_ROOM = "close_room"
    """A room in which nobody can send and into which nobody comes any more; what was said can be read."""
    REOPEN_ROOM = "reopen_room"
    """Ends what this decision did to the room, links included."""
    REMOVE_LINKS = "remove_links"
    """Links into a room open it no more, and none are made."""
    TELL = "tell"
    """`text`, to an account or to a public notice; `receipt` names the report that it is about."""
    STATEMENT = "statement"
    """`statement`, to an account or to those in charge of a room."""
    LEGAL_NOTICE = "legal_notice"
    """`statement` of a legal request, to the account alone whose data are asked for."""


class EffectParams(Body, frozen=True):
    """`decision` is the reference of the decision: each restriction is of one, and what ends it names the same one."""

    decision: str = ""
    until_ms: Count | None = None
    text: str = ""
    receipt: str = ""
    statement: Statement | None = None


class Effect(Body, frozen=True):
    """`POST /staff/v1/effects`, answered with `EffectDone`: something that a decision does at the hub, once.

    `id` is 32 hex digits: the same effect again is harmless. `order` grows with each effect of the desk: one that is
    older than what the same decision did to the same subject is refused. `subject` is a user URI, a room URI, or for
    `tell` `NOTICE_PREFIX` and the receipt of a notice.
    """

    id: str
    order: Count
    verb: Verb
    subject: str
    params: EffectParams = EffectParams()


class EffectOutcome(StrEnum):
    APPLIED = "applied"
    ALREADY = "already"
    """This id was applied before, or what it asks for is so already."""
    REFUSED = "refused"
    """Nothing was changed, and the same again will be refused again; `reason` says why."""


class EffectDone(Answer, frozen=True):
    id: str
    outcome: EffectOutcome
    reason: str = ""


class AskAccount(Body, frozen=True):
    """`POST /staff/v1/account`, answered with `AccountFacts`."""

    user_uri: str


class AskProfile(Body, frozen=True):
    """`POST /staff/v1/profile`, answered with `ProfileFacts`. `address`: a user URI, or a handle as typed."""

    address: str


class DeviceFacts(Answer, frozen=True):
    """A device as the account's signed list names it. When it was last seen is not kept."""

    client_uri: str
    signature_key: bytes
    added_ms: Count


class RestrictionFacts(Answer, frozen=True):
    """`what` is limited, challenged, suspended, banned or hidden."""

    what: str
    decision: str
    since_ms: Count
    until_ms: Count | None


class ProfileFacts(Answer, frozen=True):
    """What the person shows of themselves, as the hub has it now; `hidden` if a decision took it from others."""

    user_uri: str
    handle: str
    name: str
    bio: str
    picture: bytes | None
    listed: bool
    hidden: bool


class AccountFacts(Answer, frozen=True):
    """Everything that this hub itself keeps about an account and that an authority may get.

    There is no IP address in it, no phone number, no e-mail address, no name by a register, no time at which somebody
    was last here, and no key to anything that was said: the hub keeps none of these. `age` is what the person said.
    """

    profile: ProfileFacts
    created_ms: Count
    age: AgeBand
    devices: list[DeviceFacts]
    standing: StandingState
    restrictions: list[RestrictionFacts]
    warnings: Count


# `POST /staff/v1/keylog/lookup`: `keylog.Lookup` to `keylog.Looked`. `GET /staff/v1/blobs/SHA256HEX`: raw bytes.
