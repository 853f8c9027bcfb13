# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""From sealed bytes to findings: opens one relayed report and puts it to every check (franking, section 6, V1 to V10).

Whatever the bytes are, the result is a finding. Only the hub's own failures are raised, so that the report is tried
again; nothing is written here.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from privity.desk.db.database import Db
from privity.desk.evidence.records import WHOLE, Kind, Record
from privity.desk.hub_client import Hub
from privity.desk.intake.attachments import AttachmentDesk
from privity.desk.intake.device_lists import ListedDevices
from privity.desk.intake.findings import Outcome, State
from privity.desk.intake.key_log import KeyLog
from privity.desk.intake.model import AssessedMessage, Assessment, Authorship
from privity.desk.limits import MAX_SEALED_BYTES
from privity.identity.errors import BadUri
from privity.identity.uris import parse_room_uri, parse_user_uri
from privity.message import sealed_report
from privity.message.errors import BadReport, ReportError
from privity.message.report import AbuseReport, ReportedMessage
from privity.message.verify_report import Claimed, Flag, HubAnswer, Question, Verdict, examine, judge
from privity.wire.errors import Code, Refusal
from privity.wire.staff import FrankOutcome, RelayedReport, VerifyFrank

ANSWERS: Final[dict[FrankOutcome, HubAnswer]] = {
    FrankOutcome.VERIFIED: HubAnswer.VERIFIED,
    FrankOutcome.MISMATCH: HubAnswer.MISMATCH,
    FrankOutcome.EXPIRED: HubAnswer.EXPIRED,
    FrankOutcome.BAD_SIGNATURE: HubAnswer.BAD_SIGNATURE,
}

ABOUT_THE_QUESTION: Final = frozenset(
    {Code.MALFORMED, Code.NOT_FOUND, Code.CONFLICT, Code.TOO_LARGE, Code.ACCOUNT_CLOSED}
)
"""Refusals that asking again would not change: they are findings. All others are the hub's condition right now."""


async def assess(relayed: RelayedReport, intake_private: bytes, hub: Hub, db: Db, key_log: KeyLog) -> Assessment:
    """The findings on one report. Raises HubError or Refusal, and then nothing is known yet."""
    try:
        report = sealed_report.open(intake_private, relayed.sealed)
    except BadReport as err:
        return unreadable(State.MALFORMED, type(err).__name__, relayed)
    except ReportError as err:
        return unreadable(State.CANNOT_OPEN, type(err).__name__, relayed)
    try:
        parse_user_uri(report.alleged_uri)
        parse_room_uri(report.room_uri)
    except BadUri:
        return unreadable(State.MALFORMED, "the report names no user or no room", relayed)
    try:
        examined = examine(report, relayed.reporter_uri)
    except BadReport:
        return unreadable(State.MALFORMED, "the report names another reporter than the hub authenticated", relayed)
    return await _Assessor(report, relayed, hub, db, key_log).run(examined)


def unreadable(state: State, detail: str, relayed: RelayedReport) -> Assessment:
    """The finding on a report about whose messages nothing is known. The sealed bytes are kept: a wrong key may yet be
    found, and who wants to dispute the finding needs them."""
    keep = len(relayed.sealed) <= MAX_SEALED_BYTES
    records = (Record(Kind.SEALED, WHOLE, WHOLE, relayed.sealed),) if keep else ()
    return Assessment(state, detail, records=records)


class _Assessor:
    """The work on one report that could be read."""

    def __init__(self, report: AbuseReport, relayed: RelayedReport, hub: Hub, db: Db, key_log: KeyLog) -> None:
        self._report = report
        self._relayed = relayed
        self._hub = hub
        self._key_log = key_log
        self._attachments = AttachmentDesk(hub, db)
        self._lists: ListedDevices | None = None

    async def run(self, examined: tuple[Claimed | Verdict, ...]) -> Assessment:
        messages = []
        for position, found in enumerate(examined):
            messages.append(await self._message(position, found))
        report = self._report
        records = [Record(Kind.REPORT, WHOLE, WHOLE, report.encode()), *self._attachments.records]
        if self._lists is not None:
            records.append(Record(Kind.DEVICE_LISTS, WHOLE, WHOLE, self._lists.encode()))
        return Assessment(
            State.ASSESSED,
            "",
            report.alleged_uri,
            report.room_uri,
            int(report.reason),
            await self._omitted(messages),
            tuple(messages),
            tuple(records),
        )

    async def _message(self, position: int, found: Claimed | Verdict) -> AssessedMessage:
        message = self._report.messages[position]
        if isinstance(found, Verdict):
            return _assessed(position, message, found, None)
        answer = await self._ask(found.question)
        if answer is None:
            return AssessedMessage(
                position,
                found.message_id,
                message.ts_ms,
                Outcome.MALFORMED,
                "the hub refused the question",
                _authorship(message, None),
            )
        if answer is not HubAnswer.VERIFIED:
            return _assessed(position, message, judge(found, answer, participant=True), None)
        participant = await self._participated(message.ts_ms)
        binding = None if message.authorship is None else await self._listed_devices()
        fetched = await self._attachments.fetch(position, found)
        verdict = judge(
            fetched.claimed, answer, participant=participant is not False, blobs=fetched.blobs, binding=binding
        )
        assessed = _assessed(position, message, verdict, participant)
        if assessed.authorship is Authorship.HOLDS and binding is not None:
            assessed = replace(assessed, detail=_reservations(binding))
        return replace(assessed, attachments=self._attachments.settle(fetched, verdict))

    async def _ask(self, question: Question) -> HubAnswer | None:
        try:
            outcome = await self._hub.verify_frank(
                VerifyFrank(
                    tag=question.tag,
                    sender_uri=question.sender_uri,
                    room_uri=question.room_uri,
                    ts_ms=question.ts_ms,
                    server_frank=question.frank.server_frank,
                    ciphersuite=question.frank.suite_id,
                    signature=question.frank.signature,
                )
            )
        except Refusal as err:
            if err.code is not Code.MALFORMED:
                raise
            return None
        return ANSWERS[outcome]

    async def _participated(self, ts_ms: int) -> bool | None:
        try:
            return await self._hub.participated(self._report.room_uri, self._relayed.reporter_uri, ts_ms)
        except Refusal as err:
            _raise_unless_final(err)
            return None

    async def _listed_devices(self) -> ListedDevices:
        if self._lists is None:
            user_uri = self._report.alleged_uri
            try:
                self._lists = await self._key_log.lists_of(self._hub, user_uri)
            except Refusal as err:
                _raise_unless_final(err)
                why = "the hub shows nothing of this user in its key log"
                if err.code is Code.ACCOUNT_CLOSED:
                    why = "the account was closed, and the hub keeps its lists no longer"
                self._lists = ListedDevices.none(user_uri, why)
        return self._lists

    async def _omitted(self, messages: list[AssessedMessage]) -> int | None:
        """How many messages the reporter left out between proven ones; the times of others are only claims."""
        proven = (Outcome.VERIFIED, Outcome.VERIFIED_AUTHORSHIP)
        times = sorted({message.ts_ms for message in messages if message.outcome in proven})
        if not times:
            return None
        if len(times) == 1:
            return 0
        try:
            return await self._hub.omitted(self._report.room_uri, times)
        except Refusal as err:
            _raise_unless_final(err)
            return None


def _reservations(binding: ListedDevices) -> str:
    """What a decision that rests on this authorship should know."""
    said = []
    if binding.after_reset:
        said.append("the account was reset before this device list")
    if not binding.audited:
        said.append("unaudited: nobody but the hub vouches for its key log")
    return "; ".join(said)


def _raise_unless_final(err: Refusal) -> None:
    if err.code not in ABOUT_THE_QUESTION:
        raise err


def _assessed(position: int, message: ReportedMessage, verdict: Verdict, participant: bool | None) -> AssessedMessage:
    return AssessedMessage(
        position,
        verdict.message_id,
        message.ts_ms,
        Outcome[verdict.outcome.name],
        verdict.reason or "",
        _authorship(message, verdict),
        participant,
    )


def _authorship(message: ReportedMessage, verdict: Verdict | None) -> Authorship:
    if message.authorship is None:
        return Authorship.ABSENT
    if verdict is not None and verdict.outcome.name == Outcome.VERIFIED_AUTHORSHIP.name:
        return Authorship.HOLDS
    if verdict is not None and Flag.AUTHORSHIP_REFUSED in verdict.flags:
        return Authorship.FAILS
    return Authorship.NOT_CHECKED
