# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""From an opened report and the hub's word on it to findings: what is left of franking, section 6 (V4 to V10).

Only the hub's own failures are raised, so that the report is tried again; nothing is written here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from privity.desk.db.transaction import Db
from privity.desk.evidence.records import WHOLE, Kind, Record
from privity.desk.hub_client import Hub
from privity.desk.intake.attachments import AttachmentDesk
from privity.desk.intake.device_lists import ListedDevices
from privity.desk.intake.findings import Outcome, State
from privity.desk.intake.key_log import KeyLog
from privity.desk.intake.marks import Marker
from privity.desk.intake.model import AssessedMessage, Assessment, Authorship
from privity.desk.intake.opening import SUBJECTS, Opened, sealed_record, source_of
from privity.message.report import ReportedMessage
from privity.message.verify_report import Claimed, Flag, HubAnswer, Verdict, judge
from privity.wire.errors import Code, Refusal
from privity.wire.staff import FrankOutcome, ReportAnswer

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

PROVEN: Final = (Outcome.VERIFIED, Outcome.VERIFIED_AUTHORSHIP)


async def assess(
    opened: Opened, answer: ReportAnswer | None, hub: Hub, db: Db, key_log: KeyLog, marker: Marker
) -> Assessment:
    """The findings on one report. `answer` is None where there was nothing to ask.

    Raises HubError or Refusal, and then nothing is known yet.
    """
    return await _Assessor(opened, answer, hub, db, key_log, marker).run()


def refused(opened: Opened) -> Assessment:
    """The findings where the hub cannot even take the question."""
    return _without_the_hub(opened, State.ASSESSED, "", Outcome.MALFORMED, "the hub refused the question")


def undecided(opened: Opened, detail: str) -> Assessment:
    """The findings where the hub failed on this report each time it was asked. It is a tip, and all of it is kept."""
    found = _without_the_hub(opened, State.UNDECIDED, detail, Outcome.UNDECIDED, "")
    return replace(found, records=(*found.records, *sealed_record(opened.relayed)))


class _Assessor:
    """The work on one report that could be read."""

    def __init__(
        self, opened: Opened, answer: ReportAnswer | None, hub: Hub, db: Db, key_log: KeyLog, marker: Marker
    ) -> None:
        self._opened = opened
        self._report = opened.report
        self._answer = answer
        self._hub = hub
        self._key_log = key_log
        self._marker = marker
        self._attachments = AttachmentDesk(hub, db)
        self._lists: ListedDevices | None = None

    async def run(self) -> Assessment:
        words = self._words()
        messages = []
        for position, found in enumerate(self._opened.examined):
            if isinstance(found, Verdict):
                messages.append(_assessed(position, self._report.messages[position], found, None))
            else:
                messages.append(await self._message(position, found, *next(words)))
        records = [Record(Kind.REPORT, WHOLE, WHOLE, self._opened.data), *self._attachments.records]
        if self._lists is not None:
            records.append(Record(Kind.DEVICE_LISTS, WHOLE, WHOLE, self._lists.encode()))
        omitted = None if self._answer is None else self._answer.omitted
        return _assessment(self._opened, State.ASSESSED, "", messages, records, omitted)

    def _words(self) -> Iterator[tuple[HubAnswer, bool | None]]:
        """The hub's word on each message that it was asked about, in order."""
        if self._answer is not None:
            for outcome, participated in zip(self._answer.outcomes, self._answer.participated, strict=True):
                yield ANSWERS[outcome], participated

    async def _message(
        self, position: int, found: Claimed, word: HubAnswer, participated: bool | None
    ) -> AssessedMessage:
        message = self._report.messages[position]
        if word is not HubAnswer.VERIFIED:
            return _assessed(position, message, judge(found, word, participant=True), None)
        binding = None if message.authorship is None else await self._listed_devices()
        fetched = await self._attachments.fetch(position, found)
        verdict = judge(
            fetched.claimed, word, participant=participated is not False, blobs=fetched.blobs, binding=binding
        )
        assessed = _assessed(position, message, verdict, participated)
        if assessed.authorship is Authorship.HOLDS and binding is not None:
            assessed = replace(assessed, detail=_reservations(binding))
        attachments = self._attachments.settle(fetched, verdict) if verdict.attachments else ()
        return replace(assessed, attachments=attachments, marks=self._marker.marks(found.content))

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


def _assessment(
    opened: Opened,
    state: State,
    detail: str,
    messages: list[AssessedMessage],
    records: list[Record],
    omitted: int | None,
) -> Assessment:
    report = opened.report
    return Assessment(
        state,
        detail,
        report.alleged_uri or None,
        report.room_uri or None,
        int(report.reason),
        omitted,
        tuple(messages),
        tuple(records),
        SUBJECTS[report.subject],
        source_of(report),
        report.escalated_for,
    )


def _without_the_hub(opened: Opened, state: State, detail: str, outcome: Outcome, why: str) -> Assessment:
    messages = []
    for position, found in enumerate(opened.examined):
        message = opened.report.messages[position]
        if isinstance(found, Verdict):
            messages.append(_assessed(position, message, found, None))
        else:
            authorship = _authorship(message, None)
            messages.append(AssessedMessage(position, found.message_id, message.ts_ms, outcome, why, authorship))
    return _assessment(opened, state, detail, messages, [Record(Kind.REPORT, WHOLE, WHOLE, opened.data)], None)


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
