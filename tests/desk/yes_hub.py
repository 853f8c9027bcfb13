# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A hub without a network that says yes to every frank: behind it only the desk's own checks are left."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from privity.wire.errors import Code, Refusal
from privity.wire.keylog import Looked, Lookup
from privity.wire.staff import FrankOutcome, RelayedReport, VerifyFrank
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
    decide: Callable[[VerifyFrank], FrankOutcome] | None = None
    """A real decision instead of yes."""

    def relay(self, reporter_uri: str, sealed: bytes) -> None:
        self.queue.append(RelayedReport(reporter_uri, 5, sealed, f"receipt-{len(self.queue) + 1}"))

    async def reports(self) -> list[RelayedReport]:
        return [report for report in self.queue if report.receipt not in self.forgotten]

    async def forget(self, receipts: list[str]) -> None:
        self.forgotten |= set(receipts)

    async def verify_frank(self, question: VerifyFrank) -> FrankOutcome:
        return self.outcome if self.decide is None else self.decide(question)

    async def participated(self, room_uri: str, user_uri: str, ts_ms: int) -> bool:
        return True

    async def omitted(self, room_uri: str, ts_ms: list[int]) -> int:
        return 0

    async def lookup(self, asked: Lookup) -> Looked:
        if self.log is None:
            raise Refusal(Code.NOT_FOUND, "this hub shows no key log")
        return looked_up(self.log, asked)

    async def blob(self, sha256: bytes) -> bytes:
        return self.bytes_of_blobs
