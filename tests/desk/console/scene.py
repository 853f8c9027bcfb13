# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Cases for the pages: reports of invented people recorded as the intake records them, proven as far as a test says."""

from __future__ import annotations

import os
import random as seeded
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from privity.desk.cases.gathering import Gathering
from privity.desk.db.transaction import transaction
from privity.desk.evidence.records import WHOLE, Kind, Record
from privity.desk.intake import store
from privity.desk.intake.findings import LEVELS, Level, Outcome, State
from privity.desk.intake.model import (
    AssessedAttachment,
    AssessedMessage,
    Assessment,
    AttachmentOutcome,
    Authorship,
    Proven,
    Taken,
)
from privity.identity.uris import new_room_uri, new_user_uri
from privity.message import attachments, compose
from privity.message.content import ExternalPart, MimiContent, walk
from privity.message.errors import MessageError
from privity.message.franking import Frank
from privity.message.message_id import message_id
from privity.message.report import AbuseReport, Reason, ReportedMessage, Subject
from privity.wire.staff import RelayedReport
from tests.desk.console.conftest import Pages

HOST: Final = "hub.example"
random = seeded.Random(11).randbytes
OUTCOMES: Final = {
    Level.AUTHORSHIP: Outcome.VERIFIED_AUTHORSHIP,
    Level.HUB: Outcome.VERIFIED,
    Level.TIP: Outcome.MISMATCH,
}


def somebody() -> str:
    return new_user_uri(HOST, random)


@dataclass
class Scene:
    """Reports about one invented person in one conversation."""

    pages: Pages
    accused: str = field(default_factory=somebody)
    room: str = field(default_factory=lambda: new_room_uri(HOST, random))
    gathered: Gathering = field(default_factory=lambda: Gathering({}))
    clock: int = 0

    @property
    def author(self) -> compose.Author:
        return compose.Author(self.accused, self.room)

    def text(self, body: str, content_type: str = compose.MARKDOWN) -> MimiContent:
        return compose.text(self.author, body, random=random, content_type=content_type)

    def file(
        self, data: bytes, *, filename: str = "teapot.png", content_type: str = "image/png"
    ) -> tuple[MimiContent, bytes]:
        """A message with a file, and the ciphertext of it."""
        made = attachments.encrypt(
            data,
            content_type=content_type,
            filename=filename,
            description="",
            url_of=lambda digest: f"https://{HOST}/v1/blobs/{digest.hex()}",
            random=random,
        )
        return compose.attachment(self.author, made.part, made.plaintext_hash, random=random), made.ciphertext

    def report(
        self,
        *contents: MimiContent | bytes,
        level: Level = Level.AUTHORSHIP,
        reason: Reason = Reason.HARASSMENT,
        note: str = "an invented note",
        reporter: str = "",
        files: Sequence[bytes] = (),
        omitted: int = 0,
        **changes: object,
    ) -> tuple[int, int]:
        """Take a report; its number and that of its case."""
        self.clock += 60_000
        reporter = reporter or somebody()
        now_ms = self.pages.clock.now_ms + self.clock
        datas = [one if isinstance(one, bytes) else one.encode() for one in contents]
        report = AbuseReport(
            reporter,
            self.accused,
            self.room if datas else "",
            reason,
            note,
            tuple(
                ReportedMessage(data, Frank(b"f" * 32, 1, b"s" * 64), now_ms - 1000 - at)
                for at, data in enumerate(datas)
            ),
            Subject.MESSAGES if datas else Subject.PERSON,
        )
        messages = [self._assessed(at, data, now_ms - 1000 - at, level) for at, data in enumerate(datas)]
        records = [Record(Kind.REPORT, WHOLE, WHOLE, report.encode())]
        for at, ciphertext in enumerate(files):
            for part in (found.part for found in messages[at].attachments):
                records.append(Record(Kind.ATTACHMENT, at, part, ciphertext))
        found = Assessment(
            State.ASSESSED, "", self.accused, self.room, int(reason), omitted, tuple(messages), tuple(records)
        )
        found = replace(found, **changes)  # type: ignore[arg-type]  # fields of an assessment, by name
        return self.take(found, RelayedReport(reporter, now_ms, b"sealed", f"receipt-{random(8).hex()}"), now_ms)

    def take(self, found: Assessment, relayed: RelayedReport, now_ms: int) -> tuple[int, int]:
        """Record findings and gather them, as the intake does."""
        db = self.pages.db
        with transaction(db):
            page = [(relayed, found)]
            (number,) = store.record(db, self.pages.keys.evidence, os.urandom, page, now_ms=now_ms)
            proven = tuple(
                Proven(message.message_id or b"", message.ts_ms, level, ())
                for message in found.messages
                if (level := LEVELS.get(message.outcome)) is not None
            )
            taken = Taken(
                number,
                relayed.reporter_uri,
                relayed.received_ms,
                found.subject,
                found.source,
                found.accused_uri,
                found.room_uri,
                int(found.reason or 0),
                max((one.level for one in proven), default=Level.TIP),
                True,
                found.omitted or 0,
                proven,
            )
            (gathered,) = self.gathered(db, [taken], now_ms)
        return number, gathered.case if gathered is not None else 0

    def _assessed(self, position: int, data: bytes, ts_ms: int, level: Level) -> AssessedMessage:
        try:
            content = MimiContent.decode(data)
            found = [index for index, part in walk(content.part) if isinstance(part, ExternalPart)]
            name: bytes | None = message_id(data)
        except MessageError:
            found, name = [], None
        return AssessedMessage(
            position,
            name,
            ts_ms,
            OUTCOMES[level],
            "",
            Authorship.HOLDS if level is Level.AUTHORSHIP else Authorship.ABSENT,
            None if level is Level.TIP else True,
            tuple(AssessedAttachment(index, AttachmentOutcome.OK, "") for index in found),
        )
