# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A hub without a network that says yes to every frank: behind it only the desk's own checks are left."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from privity.wire.errors import Code, Refusal
from privity.wire.keylog import Looked, Lookup
from privity.wire.staff import FrankOutcome, FrankQuestion, RelayedReport, ReportAnswer, ReportQuestion
from tests.desk.fake_hub import looked_up
from tests.keylog.memory_log import MemoryLog


@dataclass(slots=True)
class YesHub:
    """Stands in for `hub_client.Hub`."""

    queue: list[RelayedReport] = field(default_factory=list)
    forgotten: set[str] = field(default_factory=set)
    outcome: FrankOutcome = FrankOutcome.VERIFIED
    log: MemoryLog | None = None
    """Without one every lookup is refused."""
    bytes_of_blobs: bytes = b""
    decide: Callable[[str, str, FrankQuestion], FrankOutcome] | None = None
    """A real decision instead of yes."""

    def relay(self, reporter_uri: str, sealed: bytes) -> None:
        self.queue.append(RelayedReport(reporter_uri, 5, sealed, f"receipt-{len(self.queue) + 1}"))

    async def reports(self, wait_s: int = 0) -> list[RelayedReport]:
        return [report for report in self.queue if report.receipt not in self.forgotten]

    async def forget(self, receipts: list[str]) -> None:
        self.forgotten |= set(receipts)

    async def verify(self, questions: list[ReportQuestion]) -> list[ReportAnswer]:
        return [self._answer(at, question) for at, question in enumerate(questions)]

    def _answer(self, at: int, asked: ReportQuestion) -> ReportAnswer:
        decide = self.decide or (lambda sender_uri, room_uri, frank: self.outcome)
        outcomes = [decide(asked.sender_uri, asked.room_uri, one) for one in asked.franks]
        verified = [True if outcome is FrankOutcome.VERIFIED else None for outcome in outcomes]
        return ReportAnswer(at, outcomes, verified, 0 if any(verified) else None)

    async def lookup(self, asked: Lookup) -> Looked:
        if self.log is None:
            raise Refusal(Code.NOT_FOUND, "this hub shows no key log")
        return looked_up(self.log, asked)

    async def blob(self, sha256: bytes) -> bytes:
        return self.bytes_of_blobs
