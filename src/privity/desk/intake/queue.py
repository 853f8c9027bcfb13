# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The queue of relayed reports: pull what the hub holds, assess and record what is new, tell the hub to forget it.

A page of the hub is one question to it and one transaction here: findings, evidence, cases and the entry of the audit
log are on the disk together, or none of them is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

import structlog

from privity.desk.db.transaction import Db
from privity.desk.errors import HubError, HubUnreachable
from privity.desk.hub_client import Hub
from privity.desk.intake import store
from privity.desk.intake.asking import ABOUT_THE_REPORT, ask
from privity.desk.intake.assess import assess, refused, undecided
from privity.desk.intake.key_log import KeyLog
from privity.desk.intake.marks import Marker
from privity.desk.intake.model import Assessment
from privity.desk.intake.opening import Appealed, Opened, Unread, open_page
from privity.desk.intake.recording import Batch, Gather, Lodge
from privity.desk.keys import DeskKeys
from privity.desk.limits import MAX_BATCH_BYTES, MAX_TRIES_PER_REPORT
from privity.message.content import ExternalPart, walk
from privity.message.sealed_report import IntakeKey
from privity.message.verify_report import Claimed
from privity.wire.errors import Code, Refusal
from privity.wire.staff import RelayedReport, ReportAnswer

log: Final = structlog.get_logger()

OPENED_AT_ONCE: Final = 100
"""Reports, of which each takes a tenth of a millisecond."""

Word = ReportAnswer | HubError | Refusal | None


class Intake:
    """Reports, a page after the other. Exactly once: a receipt that is recorded is not recorded again."""

    def __init__(
        self,
        db: Db,
        hub: Hub,
        keys: DeskKeys,
        key_log: KeyLog,
        now_ms: Callable[[], int],
        random: Callable[[int], bytes],
        *,
        gather: Gather,
        lodge: Lodge,
        wait_s: int = 0,
    ) -> None:
        self._db = db
        self._hub = hub
        self._key = IntakeKey(keys.intake)
        self._older = [IntakeKey(key) for key in keys.older_intake]
        self._key_log = key_log
        self._marker = Marker(keys.evidence)
        self._wait_s = wait_s
        self._tries: dict[str, int] = {}
        self._batch = Batch(db, keys.evidence, random, now_ms, gather, lodge)

    async def step(self) -> int:
        """Record what is new of what the hub holds, at most one page; returns how many that were.

        What was recorded before an error stays recorded. The hub forgets only what is on this desk's disk, by receipt:
        one that hands out again what it forgot, because its database was restored, loses nothing and repeats nothing.
        Raises HubError, Refusal or AlreadyRecorded.
        """
        page = await self._hub.reports(self._wait_s)
        known = store.recorded(self._db, [relayed.receipt for relayed in page])
        held = [relayed.receipt for relayed in page if relayed.receipt in known]
        new = [relayed for relayed in page if relayed.receipt not in known]
        failed: HubError | Refusal | None = None
        try:
            failed = await self._take(new)
            self._batch.write()
        finally:
            written = self._batch.written()
        held += written
        if held:
            await self._hub.forget(held)
        self._tries = {receipt: tries for receipt, tries in self._tries.items() if receipt not in held}
        if failed is not None:
            raise failed
        return len(written)

    async def _take(self, page: Sequence[RelayedReport]) -> HubError | Refusal | None:
        """Everything of a page that the hub answers for; the first failure, if there was one."""
        opened = []
        for at in range(0, len(page), OPENED_AT_ONCE):
            opened += open_page(page[at : at + OPENED_AT_ONCE], self._key, self._older)
            await asyncio.sleep(0)  # the pages of the desk are answered in between
        questions = {one.relayed.receipt: one.question() for one in opened if isinstance(one, Opened)}
        asked = [question for question in questions.values() if question is not None]
        words = iter(await ask(self._hub, asked))
        failed: HubError | Refusal | None = None
        for one in opened:
            word: Word = None
            if isinstance(one, Opened) and questions[one.relayed.receipt] is not None:
                word = next(words, HubUnreachable("the hub went away before it was asked about this report"))
            try:
                await self._add(one, word)
            except (HubError, Refusal) as err:
                failed = failed or err
                if isinstance(err, HubUnreachable) or not _about_the_report(err):
                    break
        return failed

    async def _add(self, one: Opened | Appealed | Unread, word: Word) -> None:
        """Raises HubError or Refusal where the hub fails on it, and then it stays where it is."""
        match one:
            case Unread():
                self._batch.add(one.relayed, one.assessment)
            case Appealed():
                self._batch.add(one.relayed, one.appeal)
            case Opened():
                if _fetches(one):
                    self._batch.write()  # what was brought by one report is not fetched again for the next
                self._batch.add(one.relayed, await self._assessed(one, word))
        if self._batch.size > MAX_BATCH_BYTES:
            self._batch.write()

    async def _assessed(self, one: Opened, word: Word) -> Assessment:
        try:
            if isinstance(word, HubError | Refusal):
                if isinstance(word, Refusal) and word.code in (Code.MALFORMED, Code.TOO_LARGE):
                    return refused(one)
                raise word
            return await assess(one, word, self._hub, self._db, self._key_log, self._marker)
        except (HubError, Refusal) as err:
            if not _about_the_report(err):
                raise
            tries = self._tries.get(one.relayed.receipt, 0) + 1
            self._tries[one.relayed.receipt] = tries
            if tries < MAX_TRIES_PER_REPORT:
                raise
            log.error("desk.report_undecided", tries=tries)
            return undecided(one, f"the hub failed on this report {tries} times")


def _about_the_report(err: HubError | Refusal) -> bool:
    """Whether this may come of the one report, so that it counts how often."""
    return not isinstance(err, Refusal) or err.code in ABOUT_THE_REPORT


def _fetches(one: Opened) -> bool:
    """Whether some message of it names a file."""
    return any(
        isinstance(part, ExternalPart)
        for found in one.examined
        if isinstance(found, Claimed)
        for _, part in walk(found.content.part)
    )
