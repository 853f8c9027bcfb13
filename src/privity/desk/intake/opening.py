# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Opens what was relayed and looks at it without asking anybody (franking, section 6, V1 to V3).

Whatever the bytes are, something comes of it: a report to be asked about, an appeal to be lodged, or a finding.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from privity.desk.evidence.records import WHOLE, Kind, Record
from privity.desk.intake.findings import Source, State, Subject
from privity.desk.intake.model import Assessment
from privity.desk.limits import MAX_SEALED_BYTES
from privity.identity.errors import BadUri
from privity.identity.uris import parse_room_uri, parse_user_uri
from privity.message import sealed_report
from privity.message.appeal import About, Appeal
from privity.message.errors import BadReport, ReportError, WrongIntakeKey
from privity.message.notice import PublicNotice
from privity.message.report import AbuseReport
from privity.message.report import Subject as Reported
from privity.message.sealed_report import Content, IntakeKey
from privity.message.verify_report import Claimed, Verdict, examine
from privity.wire.staff import FrankQuestion, RelayedReport, ReportQuestion
from privity.wire.staff import Source as Relayer

SUBJECTS: Final[Mapping[Reported, Subject]] = {
    Reported.MESSAGES: Subject.MESSAGES,
    Reported.PERSON: Subject.PERSON,
    Reported.ROOM: Subject.ROOM,
    Reported.PROFILE: Subject.PROFILE,
    Reported.INVITATION: Subject.INVITATION,
}


@dataclass(frozen=True, slots=True)
class Opened:
    """A report that could be read. `data` is its only encoding, and so what is kept as evidence."""

    relayed: RelayedReport
    report: AbuseReport
    data: bytes
    examined: tuple[Claimed | Verdict, ...]

    def question(self) -> ReportQuestion | None:
        """What the hub is asked; None where there is nothing that it could say anything of."""
        franks = [
            FrankQuestion(
                one.question.tag,
                one.question.ts_ms,
                one.question.frank.server_frank,
                one.question.frank.suite_id,
                one.question.frank.signature,
            )
            for one in self.examined
            if isinstance(one, Claimed)
        ]
        if not franks:
            return None
        return ReportQuestion(self.relayed.reporter_uri, self.report.alleged_uri, self.report.room_uri, franks)


@dataclass(frozen=True, slots=True)
class Appealed:
    """An appeal of whoever the hub authenticated."""

    relayed: RelayedReport
    appeal: Appeal


@dataclass(frozen=True, slots=True)
class Unread:
    """Nothing to ask the hub about: it could not be read, its sender may not say it, or it is a public notice."""

    relayed: RelayedReport
    assessment: Assessment


def open_page(
    page: Sequence[RelayedReport], key: IntakeKey, older: Sequence[IntakeKey] = ()
) -> list[Opened | Appealed | Unread]:
    """Never raises: what is wrong is a finding. Each step for the whole page: what runs again at once runs faster.

    `older` keys are tried on what is sealed to another than the desk's own.
    """
    unsealed = [_unsealed(relayed, (key, *older)) for relayed in page]
    decoded = [
        one if isinstance(one, Unread) else _decoded(relayed, one) for relayed, one in zip(page, unsealed, strict=True)
    ]
    return [
        one if isinstance(one, Unread) else _examined(relayed, *one) for relayed, one in zip(page, decoded, strict=True)
    ]


def _unsealed(relayed: RelayedReport, keys: Sequence[IntakeKey]) -> bytes | Unread:
    found: ReportError | None = None
    for key in keys:
        try:
            return key.unseal(relayed.sealed)
        except WrongIntakeKey as err:
            found = found or err
        except ReportError as err:
            found = err
            break
    return Unread(relayed, unreadable(State.CANNOT_OPEN, type(found).__name__, relayed))


def _decoded(relayed: RelayedReport, data: bytes) -> tuple[bytes, Content] | Unread:
    try:
        return data, sealed_report.decode(data)
    except BadReport as err:
        return Unread(relayed, unreadable(State.MALFORMED, type(err).__name__, relayed))


def _examined(relayed: RelayedReport, data: bytes, content: Content) -> Opened | Appealed | Unread:
    if isinstance(content, Appeal):
        return _appealed(relayed, content)
    if isinstance(content, PublicNotice):
        return Unread(relayed, _notice(relayed, content, data))
    try:
        if content.alleged_uri:
            parse_user_uri(content.alleged_uri)
        if content.room_uri:
            parse_room_uri(content.room_uri)
    except BadUri:
        return Unread(relayed, unreadable(State.MALFORMED, "the report names no user or no room", relayed))
    try:
        return Opened(relayed, content, data, examine(content, relayed.reporter_uri))
    except BadReport:
        why = "the report names another reporter than the hub authenticated"
        return Unread(relayed, unreadable(State.MALFORMED, why, relayed))


def source_of(report: AbuseReport) -> Source:
    return Source.USER if report.escalated_for is None else Source.MODERATORS


def unreadable(state: State, detail: str, relayed: RelayedReport) -> Assessment:
    """The finding on a report about whose messages nothing is known. The sealed bytes are kept: a wrong key may yet be
    found, and who wants to dispute the finding needs them."""
    return Assessment(state, detail, records=sealed_record(relayed), source=Source(relayed.source.value))


def sealed_record(relayed: RelayedReport) -> tuple[Record, ...]:
    """The bytes as they came, unless they are more than anybody may seal."""
    keep = len(relayed.sealed) <= MAX_SEALED_BYTES
    return (Record(Kind.SEALED, WHOLE, WHOLE, relayed.sealed),) if keep else ()


def _notice(relayed: RelayedReport, notice: PublicNotice, data: bytes) -> Assessment:
    """A tip about whatever the hub found under the address that it gives. It proves nothing."""
    if relayed.source is not Relayer.PUBLIC:
        return unreadable(State.MALFORMED, "a public notice came from an account", relayed)
    account, room = _found(notice.found_uri)
    records = (Record(Kind.NOTICE, WHOLE, WHOLE, data),)
    reason = int(notice.reason)
    return Assessment(State.ASSESSED, "", account, room, reason, None, (), records, Subject.NOTICE, Source.PUBLIC)


def _found(uri: str) -> tuple[str | None, str | None]:
    """The account or the room that an address stands for, as the hub says."""
    try:
        parse_user_uri(uri)
        return uri, None
    except BadUri:
        account = None
    try:
        parse_room_uri(uri)
    except BadUri:
        return account, None
    return account, uri


def _appealed(relayed: RelayedReport, appeal: Appeal) -> Appealed | Unread:
    of_notice = appeal.about is About.NOTICE
    if appeal.appellant_uri != ("" if of_notice else relayed.reporter_uri):
        why = "the appeal names another appellant than the hub authenticated"
        return Unread(relayed, unreadable(State.MALFORMED, why, relayed))
    return Appealed(relayed, appeal)
