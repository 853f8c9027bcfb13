# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a report proves: checks V1 to V10 of the franking note, section 6, without asking anybody anything.

The desk calls `examine`, puts each question to the hub, fetches blobs, and calls `judge`. A check raises; the verdict
is the record of which check decided. Anything but VERIFIED and VERIFIED_AUTHORSHIP is a tip, never evidence of content.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from privity.message import attachments
from privity.message.authorship import LeafBinding, verify_authorship
from privity.message.content import ExternalPart, MimiContent, walk
from privity.message.errors import (
    AttachmentError,
    AuthorshipError,
    BadReport,
    CborError,
    ContentError,
    FrankError,
    UsageError,
    WrongRoom,
    WrongSender,
)
from privity.message.franking import FRANK_BYTES, Frank, check_content, make_tag
from privity.message.message_id import message_id_of
from privity.message.report import AbuseReport, ReportedMessage


class Outcome(StrEnum):
    VERIFIED = "verified"
    VERIFIED_AUTHORSHIP = "verified_authorship"
    MALFORMED = "malformed"
    MISMATCH = "mismatch"
    FRANK_EXPIRED = "frank_expired"
    WRONG_ROOM = "wrong_room"
    WRONG_SENDER = "wrong_sender"


class HubAnswer(StrEnum):
    """The hub's word on one frank (V4 to V6)."""

    VERIFIED = "verified"
    MISMATCH = "mismatch"
    EXPIRED = "expired"
    BAD_SIGNATURE = "bad_signature"


class AttachmentOutcome(StrEnum):
    OK = "ok"
    UNAVAILABLE = "unavailable"
    MISMATCH = "mismatch"
    LINK_ONLY = "link_only"
    """encAlg 0: the message proves the link, not what lies behind it."""


class Flag(StrEnum):
    NOT_PARTICIPANT = "not_participant"
    DUPLICATE = "duplicate"
    AUTHORSHIP_REFUSED = "authorship_refused"
    """Evidence of authorship was given and does not hold: the frank stands, and somebody must look."""


@dataclass(frozen=True, slots=True)
class Question:
    """What the hub is asked. It learns a tag, never the content."""

    tag: bytes
    sender_uri: str
    room_uri: str
    ts_ms: int
    frank: Frank


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that passed V1 to V3; only the hub can say more."""

    message: ReportedMessage
    content: MimiContent
    message_id: bytes
    question: Question


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one message of a report proves. `reason` names the error of the deciding check, if one failed."""

    outcome: Outcome
    reason: str | None
    message_id: bytes | None
    flags: frozenset[Flag]
    attachments: Mapping[int, AttachmentOutcome]

    @property
    def proven(self) -> bool:
        """Whether the content may be treated as what the sender sent to the room at that time."""
        return self.outcome in (Outcome.VERIFIED, Outcome.VERIFIED_AUTHORSHIP)


def examine(report: AbuseReport, reporter_uri: str) -> tuple[Claimed | Verdict, ...]:
    """V1 to V3 for every message: a verdict where they fail already, else the question for the hub.

    `reporter_uri` is the one that the hub authenticated; BadReport if the report names another.
    """
    if report.reporter_uri != reporter_uri:
        raise BadReport("the report names another reporter than the hub authenticated")
    return tuple(_examine_one(message, report) for message in report.messages)


def judge(
    claimed: Claimed,
    answer: HubAnswer,
    *,
    participant: bool,
    known_ids: Collection[bytes] = (),
    blobs: Mapping[bytes, bytes] | None = None,
    binding: LeafBinding | None = None,
) -> Verdict:
    """V4 to V10 for one message.

    `participant`: the hub's membership log has the reporter at that time. `known_ids`: messages of this reporter that
    were reported before. `blobs`: ciphertexts of the blob store by content hash. `binding`: what ties a leaf's key to
    its user; without it authorship is not looked at.
    """
    flags: set[Flag] = set() if participant else {Flag.NOT_PARTICIPANT}
    if claimed.message_id in known_ids:
        flags.add(Flag.DUPLICATE)
    if answer is HubAnswer.EXPIRED:
        return Verdict(Outcome.FRANK_EXPIRED, "FrankExpired", claimed.message_id, frozenset(flags), {})
    if answer is HubAnswer.MISMATCH:
        return Verdict(Outcome.MISMATCH, "FrankMismatch", claimed.message_id, frozenset(flags), {})
    if answer is HubAnswer.BAD_SIGNATURE:
        return Verdict(Outcome.MISMATCH, "BadFrankSignature", claimed.message_id, frozenset(flags), {})
    if answer is not HubAnswer.VERIFIED:
        raise UsageError(f"not an answer of the hub: {answer!r}")
    outcome, reason = Outcome.VERIFIED, None
    if claimed.message.authorship is not None and binding is not None:
        try:
            verify_authorship(claimed.message, claimed.question.sender_uri, claimed.question.room_uri, binding)
            outcome = Outcome.VERIFIED_AUTHORSHIP
        except AuthorshipError as err:
            reason = type(err).__name__
            flags.add(Flag.AUTHORSHIP_REFUSED)
    return Verdict(outcome, reason, claimed.message_id, frozenset(flags), _attachments(claimed, blobs or {}))


def verify_report(
    report: AbuseReport,
    reporter_uri: str,
    *,
    ask: Callable[[Question], HubAnswer],
    was_participant: Callable[[str, str, int], bool],
    known_ids: Collection[bytes] = (),
    blobs: Mapping[bytes, bytes] | None = None,
    binding: LeafBinding | None = None,
) -> tuple[Verdict, ...]:
    """All of it, for callers whose hub answers at once. `was_participant` takes room, user and time."""
    seen = set(known_ids)
    verdicts = []
    for found in examine(report, reporter_uri):
        if isinstance(found, Verdict):
            verdicts.append(found)
            continue
        there = was_participant(report.room_uri, reporter_uri, found.message.ts_ms)
        answer = ask(found.question)
        verdicts.append(judge(found, answer, participant=there, known_ids=seen, blobs=blobs, binding=binding))
        seen.add(found.message_id)
    return tuple(verdicts)


def _examine_one(message: ReportedMessage, report: AbuseReport) -> Claimed | Verdict:
    try:
        content = check_content(message.data, report.alleged_uri, report.room_uri)
        if len(message.frank.server_frank) != FRANK_BYTES:
            return _refused(Outcome.MALFORMED, "BadFrankLength")
    except WrongSender:
        return _refused(Outcome.WRONG_SENDER, "WrongSender")
    except WrongRoom:
        return _refused(Outcome.WRONG_ROOM, "WrongRoom")
    except (CborError, ContentError, FrankError) as err:
        return _refused(Outcome.MALFORMED, type(err).__name__)
    tag = make_tag(message.data, content.salt)
    question = Question(tag, report.alleged_uri, report.room_uri, message.ts_ms, message.frank)
    message_id = message_id_of(message.data, content.salt, report.alleged_uri, report.room_uri)
    return Claimed(message, content, message_id, question)


def _refused(outcome: Outcome, reason: str) -> Verdict:
    return Verdict(outcome, reason, None, frozenset(), {})


def _attachments(claimed: Claimed, blobs: Mapping[bytes, bytes]) -> Mapping[int, AttachmentOutcome]:
    return {
        index: _attachment(claimed, index, part, blobs)
        for index, part in walk(claimed.content.part)
        if isinstance(part, ExternalPart)
    }


def _attachment(claimed: Claimed, index: int, part: ExternalPart, blobs: Mapping[bytes, bytes]) -> AttachmentOutcome:
    if part.enc_alg == 0:
        return AttachmentOutcome.LINK_ONLY
    ciphertext = claimed.message.attachments.get(index, blobs.get(part.content_hash))
    if ciphertext is None:
        return AttachmentOutcome.UNAVAILABLE
    try:
        attachments.decrypt(claimed.content, index, ciphertext)
    except AttachmentError:
        return AttachmentOutcome.MISMATCH
    return AttachmentOutcome.OK
