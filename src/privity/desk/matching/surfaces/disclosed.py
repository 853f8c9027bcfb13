# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Files of reported messages, which whoever received them has shown to the desk: opened by this program alone.

What they match is a note in the case that the report is in. They are nowhere to be hidden: nobody but those in the
conversation has them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

import structlog

from privity.desk.db.transaction import Db, transaction
from privity.desk.errors import EvidenceDamaged, EvidenceGone
from privity.desk.evidence import listing
from privity.desk.evidence.records import Kind, open_record
from privity.desk.intake.findings import findings
from privity.desk.intake.kept import attachment_record
from privity.desk.intake.model import AttachmentOutcome
from privity.desk.matching.looking import store
from privity.desk.matching.looking.finding import Within, found
from privity.desk.matching.looking.following import DESK, Follows, Subject, follow
from privity.desk.matching.looking.hashing import hashed
from privity.message import attachments
from privity.message.content import MimiContent
from privity.message.errors import AttachmentError, CborError, ContentError, UsageError
from privity.message.report import AbuseReport
from privity.preview.errors import NoSandbox
from privity.preview.limits import MAX_RECORDING

REASON: Final = "held against hash lists by this program; shown to nobody"
PLACE: Final = "reports"
PAGE: Final = 10
"""Reports in one step."""

log: Final = structlog.get_logger()


class File(NamedTuple):
    """A file of a report, where the report says that it is what its sender meant."""

    report: int
    position: int
    part: int


class Disclosed:
    """One step looks at the files of some reports, in their order."""

    def __init__(
        self,
        db: Db,
        evidence_key: bytes,
        index: Within,
        follows: Follows,
        now_ms: Callable[[], int],
        *,
        turned: bool,
    ) -> None:
        self._db = db
        self._key = evidence_key
        self._index = index
        self._follows = follows
        self._now_ms = now_ms
        self._turned = turned

    async def step(self) -> int:
        """How many reports were looked through."""
        reports = findings(self._db, store.place(self._db, PLACE), PAGE).reports
        for report in reports:
            files = [
                File(report.report, message.position, one.part)
                for message in report.messages
                for one in message.attachments
                if one.outcome == AttachmentOutcome.OK
            ]
            for file in files:
                await self._look(file)
            with transaction(self._db):
                store.set_place(self._db, PLACE, report.report)
        return len(reports)

    def skip(self) -> None:
        """Where there is no list nothing is opened, and what was there before is not gone back to."""
        (last,) = self._db.execute("SELECT coalesce(max(seq), 0) FROM report").fetchone()
        if last > store.place(self._db, PLACE):
            with transaction(self._db):
                store.set_place(self._db, PLACE, int(last))

    async def _look(self, file: File) -> None:
        data = self._opened(file)
        if data is None:
            return
        try:
            hashes = await hashed(data, turned=self._turned)
        except NoSandbox:
            log.warning("desk.matching_put_off", reason="NoSandbox")
            return
        now_ms = self._now_ms()
        hits = found(self._db, self._index, hashes, now_ms)
        follow(self._db, self._follows, Subject.disclosed(file.report, hashes.sha256), hits, now_ms)

    def _opened(self, file: File) -> bytes | None:
        """None of one that was shredded, is larger than anything decoded here, or is not what its message names."""
        whole = listing.find(self._db, file.report, Kind.REPORT)
        if whole is None:
            return None
        held = attachment_record(self._db, file.report, file.position, file.part)
        if held is not None and listing.size(self._db, held) > MAX_RECORDING + attachments.TAG_BYTES:
            return None
        try:
            message = AbuseReport.decode(self._record(whole.number)).messages[file.position]
            kept = message.attachments.get(file.part)
            ciphertext = self._record(held) if kept is None and held is not None else kept
            if ciphertext is None:
                return None
            return attachments.decrypt(MimiContent.decode(message.data), file.part, ciphertext)
        except (EvidenceGone, EvidenceDamaged, AttachmentError, CborError, ContentError, UsageError, IndexError) as err:
            log.warning("desk.matching_not_opened", reason=type(err).__name__)
            return None

    def _record(self, number: int) -> bytes:
        return open_record(self._db, self._key, number, who=DESK, reason=REASON, now_ms=self._now_ms()).content
