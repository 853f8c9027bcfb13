# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A desk with a scoped request and a hub to ask."""

from __future__ import annotations

import random as seeded
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from privity.desk.cases.gathering import Gathering
from privity.desk.evidence.records import WHOLE, Kind, Record
from privity.desk.intake.findings import Level, Source, State, Subject
from privity.desk.intake.model import AssessedMessage, Assessment, Authorship
from privity.desk.intake.recording import Batch
from privity.desk.legal.collecting import service
from privity.desk.legal.collecting.loop import Collecting
from privity.desk.legal.collecting.model import Collection
from privity.identity.uris import new_room_uri, new_user_uri
from privity.message import compose
from privity.message.content import MimiContent
from privity.message.franking import Frank
from privity.message.message_id import message_id
from privity.message.report import AbuseReport, Reason, ReportedMessage
from privity.message.report import Authorship as Proof
from privity.message.report import Subject as Reported
from privity.wire import staff
from tests.desk.house import OUTCOMES
from tests.desk.legal.casework import Casework
from tests.desk.legal.collecting.manifest_hub import AT_MS, HOST, POT, ManifestHub
from tests.desk.legal.looked_at import looked_at

NONE: Mapping[str, Any] = MappingProxyType({})


@dataclass(slots=True)
class Desk:
    work: Casework
    hub: ManifestHub = field(default_factory=ManifestHub)
    random: Callable[[int], bytes] = field(default_factory=lambda: seeded.Random(23).randbytes)
    reports: int = 0

    def __post_init__(self) -> None:
        looked_at(self.work.db, self.work.now_ms)

    @property
    def collecting(self) -> Collecting:
        return Collecting(self.work.db, self.hub, self.work.key, lambda: self.work.now_ms, self.random)

    async def step(self) -> int:
        return await self.collecting.step()

    async def collected(self, change: Mapping[str, Any] = NONE) -> Collection:
        """Of a request that was scoped and collected."""
        number = self.work.scoped(change=change)
        assert await self.step() == 1
        return self.of(number)

    def of(self, number: int) -> Collection:
        return service.collected(self.work.db, self.work.key, number)

    def user(self) -> str:
        return new_user_uri(HOST, self.random)

    def text(self, words: str, room: str, sender: str = POT) -> MimiContent:
        return compose.text(compose.Author(sender, room), words, random=self.random)

    def report(
        self,
        *contents: MimiContent | bytes,
        accused: str = POT,
        reporter: str | None = None,
        room: str,
        reason: Reason = Reason.HARASSMENT,
        level: Level = Level.HUB,
        subject: Subject = Subject.MESSAGES,
        at_ms: int = AT_MS,
        proof: Proof | None = None,
        attachments: Mapping[int, bytes] = MappingProxyType({}),
    ) -> int:
        """A report as the intake records it, its evidence with it; its number."""
        self.reports += 1
        reporter = reporter or self.user()
        datas = [one if isinstance(one, bytes) else one.encode() for one in contents]
        frank = Frank(b"f" * 32, 1, b"s" * 64)
        messages = tuple(ReportedMessage(data, frank, at_ms + at, proof, attachments) for at, data in enumerate(datas))
        assessed = tuple(
            AssessedMessage(
                at,
                None if isinstance(one, bytes) else message_id(one.encode()),
                at_ms + at,
                OUTCOMES[level],
                "",
                Authorship.HOLDS if level is Level.AUTHORSHIP else Authorship.ABSENT,
                True,
            )
            for at, one in enumerate(contents)
        )
        data = b""
        if subject in (Subject.MESSAGES, Subject.PERSON):
            kind = Reported.MESSAGES if subject is Subject.MESSAGES else Reported.PERSON
            data = AbuseReport(reporter, accused, room, reason, "an invented note", messages, kind).encode()
        records = (Record(Kind.REPORT, WHOLE, WHOLE, data),) if data else ()
        found = Assessment(
            State.ASSESSED,
            "",
            accused,
            room,
            int(reason),
            0,
            assessed,
            records,
            subject=subject,
            source=Source.USER,
        )
        relayed = staff.RelayedReport(reporter, at_ms, b"sealed", f"receipt-{self.reports}")
        batch = Batch(
            self.work.db,
            self.work.key,
            self.random,
            lambda: at_ms,
            Gathering({}),
            lambda db, appeal, relayed, now: None,
        )
        batch.add(relayed, found)
        batch.write()
        (number,) = self.work.db.execute("SELECT seq FROM report WHERE receipt = ?", (relayed.receipt,)).fetchone()
        return int(number)

    def room(self) -> str:
        return new_room_uri(HOST, self.random)
