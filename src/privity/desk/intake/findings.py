# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The list behind `privity desk reports`: what was found about each report, as plain rows and as JSON.

The three kinds of evidence never look alike: each has its own mark, its own words and its own level, and what did not
verify never shows the word verified. No content is here: that is evidence, and opened with a reason.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Final

import msgspec

from privity.desk.db.transaction import Db
from privity.desk.evidence.records import of_report
from privity.desk.limits import MAX_LISTED


class State(StrEnum):
    """What became of a report as a whole."""

    ASSESSED = "assessed"
    CANNOT_OPEN = "cannot_open"
    MALFORMED = "malformed"
    UNDECIDED = "undecided"
    """The hub answered with a bug of its own each time it was asked; the evidence is kept."""


class Outcome(StrEnum):
    """What was found about one message (franking, section 6)."""

    VERIFIED = "VERIFIED"
    VERIFIED_AUTHORSHIP = "VERIFIED_AUTHORSHIP"
    MALFORMED = "MALFORMED"
    MISMATCH = "MISMATCH"
    FRANK_EXPIRED = "FRANK_EXPIRED"
    WRONG_ROOM = "WRONG_ROOM"
    WRONG_SENDER = "WRONG_SENDER"
    UNDECIDED = "UNDECIDED"


class Subject(StrEnum):
    """What a report is about; or that it is no report, but came the same way."""

    MESSAGES = "messages"
    PERSON = "person"
    ROOM = "room"
    PROFILE = "profile"
    INVITATION = "invitation"
    APPEAL = "appeal"
    NOTICE = "notice"


class Source(StrEnum):
    """From where a report came."""

    USER = "user"
    PUBLIC = "public"
    """Somebody without an account, through the public form."""
    MODERATORS = "moderators"
    """A moderator of the room passed it on, as they say."""


class Level(IntEnum):
    """How far a finding carries. Sanctions that cannot be undone need `AUTHORSHIP`."""

    TIP = 0
    HUB = 1
    AUTHORSHIP = 2


LEVELS: Final[dict[Outcome, Level]] = {Outcome.VERIFIED: Level.HUB, Outcome.VERIFIED_AUTHORSHIP: Level.AUTHORSHIP}
"""An outcome that is not here proves nothing."""

MARKS: Final[dict[Level, str]] = {Level.AUTHORSHIP: "##", Level.HUB: "#-", Level.TIP: "??"}

MEANINGS: Final[dict[Outcome, str]] = {
    Outcome.VERIFIED_AUTHORSHIP: "signed by a device of the sender, and franked by the hub",
    Outcome.VERIFIED: "franked by the hub in the sender's session; no proof by the sender's own key",
    Outcome.MALFORMED: "tip only: this is no message that the protocol allows",
    Outcome.MISMATCH: "tip only: the hub never franked this",
    Outcome.FRANK_EXPIRED: "tip only: the key of that day is deleted, nobody can tell any more",
    Outcome.WRONG_ROOM: "tip only: the message names another room",
    Outcome.WRONG_SENDER: "tip only: the message names another sender",
    Outcome.UNDECIDED: "tip only: the hub could not answer",
}


class AttachmentFinding(msgspec.Struct, frozen=True):
    part: int
    outcome: str
    detail: str


class MessageFinding(msgspec.Struct, frozen=True):
    """One reported message."""

    position: int
    outcome: Outcome
    level: int
    meaning: str
    detail: str
    authorship: str
    """`absent`, `holds`, `fails` or `not_checked`."""
    message_id: str | None
    """Hex."""
    ts_ms: int
    """As reported; the hub vouches for it only where the level is 1 or 2."""
    reporter_participated: bool | None
    """None where it was not asked, because nothing was proven about the message."""
    repeats_report: int | None
    """An earlier report with the same message at the same level or above."""
    attachments: list[AttachmentFinding]


class ReportFinding(msgspec.Struct, frozen=True):
    """One report."""

    report: int
    receipt: str
    state: State
    detail: str
    level: int
    """The lowest level of its messages: a report is as strong as its weakest message."""
    reporter_uri: str
    accused_uri: str | None
    room_uri: str | None
    reason: int | None
    received_ms: int
    omitted: int | None
    """Messages of the room between the reported ones that the reporter left out."""
    messages: list[MessageFinding]
    evidence: list[int]
    """Numbers of the sealed records that are still there."""
    subject: Subject = Subject.MESSAGES
    source: Source = Source.USER
    escalated_for: str | None = None
    """Who reported first, as the moderator says who passed it on; empty if that person is not named."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What `privity desk reports` prints."""

    reports: tuple[ReportFinding, ...]

    def json(self) -> bytes:
        """One JSON object, for programs."""
        return msgspec.json.encode({"reports": list(self.reports)})

    def rows(self) -> list[str]:
        """One line per report and one per message, for people."""
        return [line for report in self.reports for line in _lines(report)]


def findings(db: Db, after: int = 0, limit: int = MAX_LISTED) -> Findings:
    """Reports with a number above `after`, oldest first."""
    rows = db.execute(
        "SELECT seq, receipt, state, detail, reporter_uri, accused_uri, room_uri, reason, received_ms, omitted,"
        " subject, source, escalated_for FROM report WHERE seq > ? AND subject <> 'appeal' ORDER BY seq LIMIT ?",
        (after, min(limit, MAX_LISTED)),
    ).fetchall()
    return Findings(tuple(_report(db, row) for row in rows))


def finding(db: Db, number: int) -> ReportFinding | None:
    """One report, if there is one of this number."""
    row = db.execute(
        "SELECT seq, receipt, state, detail, reporter_uri, accused_uri, room_uri, reason, received_ms, omitted,"
        " subject, source, escalated_for FROM report WHERE seq = ?",
        (number,),
    ).fetchone()
    return None if row is None else _report(db, row)


def level_of(state: State, outcomes: Iterable[Outcome]) -> Level:
    """The level of a report: that of its weakest message."""
    levels = [LEVELS.get(outcome, Level.TIP) for outcome in outcomes]
    return min(levels) if state is State.ASSESSED and levels else Level.TIP


def _report(db: Db, row: tuple[object, ...]) -> ReportFinding:
    seq = msgspec.convert(row[0], int)
    messages = [
        _message(db, seq, found)
        for found in db.execute(
            "SELECT position, outcome, detail, authorship, message_id, ts_ms, reporter_participated, repeats_seq"
            " FROM reported_message WHERE report_seq = ? ORDER BY position",
            (seq,),
        ).fetchall()
    ]
    evidence = db.execute(
        "SELECT id FROM evidence WHERE about = ? AND gone_ms IS NULL ORDER BY id", (of_report(seq),)
    ).fetchall()
    fields = {
        "report": seq,
        "receipt": row[1],
        "state": row[2],
        "detail": row[3],
        "level": int(level_of(State(str(row[2])), [message.outcome for message in messages])),
        "reporter_uri": row[4],
        "accused_uri": row[5],
        "room_uri": row[6],
        "reason": row[7],
        "received_ms": row[8],
        "omitted": row[9],
        "messages": messages,
        "evidence": [found[0] for found in evidence],
        "subject": row[10],
        "source": row[11],
        "escalated_for": row[12],
    }
    return msgspec.convert(fields, ReportFinding)


def _message(db: Db, seq: object, row: tuple[object, ...]) -> MessageFinding:
    position, outcome, detail, authorship, message_id, ts_ms, participated, repeats = row
    attachments = db.execute(
        "SELECT part, outcome, detail FROM reported_attachment WHERE report_seq = ? AND position = ? ORDER BY part",
        (seq, position),
    ).fetchall()
    found = Outcome(str(outcome))
    fields = {
        "position": position,
        "outcome": found,
        "level": int(LEVELS.get(found, Level.TIP)),
        "meaning": MEANINGS[found],
        "detail": detail,
        "authorship": authorship,
        "message_id": message_id.hex() if isinstance(message_id, bytes) else None,
        "ts_ms": ts_ms,
        "reporter_participated": None if participated is None else bool(participated),
        "repeats_report": repeats,
        "attachments": [AttachmentFinding(*attachment) for attachment in attachments],
    }
    return msgspec.convert(fields, MessageFinding)


def _lines(report: ReportFinding) -> list[str]:
    mark = MARKS[Level(report.level)]
    head = f"{mark} report {report.report}  level {report.level}  {report.state.value}"
    if report.detail:
        head += f" ({report.detail})"
    parts = [head, f"by {report.reporter_uri}"]
    if report.accused_uri is not None:
        parts.append(f"about {report.accused_uri}")
    if report.room_uri is not None:
        parts.append(f"in {report.room_uri}")
    if report.subject is not Subject.MESSAGES:
        parts.append(f"a report of the {report.subject.value}")
    if report.source is not Source.USER:
        parts.append(f"source: {report.source.value}")
    if report.omitted:
        parts.append(f"{report.omitted} messages between were left out")
    return ["  ".join(parts), *(_message_line(message) for message in report.messages)]


def _message_line(message: MessageFinding) -> str:
    parts = [f"   {MARKS[Level(message.level)]} {message.position}: {message.outcome.value}: {message.meaning}"]
    if message.authorship == "fails":
        parts.append("the proof by the sender's key FAILS")
    if message.reporter_participated is False:
        parts.append("the reporter was no participant then")
    if message.repeats_report is not None:
        parts.append(f"repeats report {message.repeats_report}")
    parts += [f"attachment {found.part} {found.outcome}" for found in message.attachments]
    if message.detail:
        parts.append(f"({message.detail})")
    return "  ".join(parts)
