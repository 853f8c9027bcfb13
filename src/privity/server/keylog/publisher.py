# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The task that moves the key log on: an epoch whenever something waits, at least hourly, never two of one size.

Before the first cut of a process the witnesses are asked what they have seen of this log. One that has seen more proves
that the database is an old copy; then nothing is signed any more (`LogBehind`).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from functools import partial
from typing import Final

import aiohttp
import structlog
from aiohttp import web

from privity.cosigners.asking import Witness
from privity.cosigners.errors import WitnessAhead, WitnessError
from privity.keylog.publish import overlaid
from privity.server.context import HubContext
from privity.server.db.database import Query
from privity.server.errors import ConfigInvalid, LogBehind
from privity.server.keylog import epochs, record, store
from privity.server.keylog.model import MAX_EVIDENCE, Prepared, origin_of
from privity.server.keylog.standing import check_keys, ours
from privity.server.keylog.stored import StoredLog
from privity.server.web import log_bug
from privity.tlog.checkpoint import Checkpoint, verify_checkpoint
from privity.tlog.errors import BadCosignature, BadLogPolicy, QuorumError
from privity.tlog.note import Signature, SignedNote
from privity.tlog.quorum import LogPolicy, open_checkpoint
from privity.tlog.quorum import Witness as Watching
from privity.tlog.tree import consistency_proof

HEARTBEAT_MS: Final = 3_600_000
"""An epoch without changes after so long: readers refuse a log that has been silent for a day."""
LOOK_S: Final = 60.0
"""How often the clock on the wall is asked whether a heartbeat or a reset is due."""
GRACE_S: Final = 0.5
"""How long a met quorum waits for the other witnesses: readers may trust those."""
RETRY_S: Final = (1.0, 60.0)
"""First and longest pause after a quorum was missed."""
FRESH_S: Final = 3600
"""A cosignature collected longer ago is asked for again: readers want them younger than a day."""

_ANY_TIME_S: Final = (1 << 63) - 1
"""For a quorum that met at any time: when the next epoch is due is asked of the entry."""

_log = structlog.get_logger("privity.hub")


def publishing(context: HubContext) -> Callable[[web.Application], AsyncIterator[None]]:
    """For `cleanup_ctx`: the publisher runs as long as the application. Its start raises HubError."""

    async def run(app: web.Application) -> AsyncIterator[None]:
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
            publisher = Publisher(context, http)
            await publisher.begin()
            task = asyncio.create_task(publisher.run())
            yield
            task.cancel()
            await asyncio.wait([task])

    return run


def stop_waiting(context: HubContext) -> Callable[[web.Application], Awaitable[None]]:
    """For `on_shutdown`: requests that wait for an epoch are answered now; their changes stay queued."""

    async def stop(app: web.Application) -> None:
        context.epochs.stop()

    return stop


class Publisher:
    """Owns the witnesses' positions and the cosignatures of the epoch that is on its way."""

    __slots__ = ("_behind", "_context", "_heard", "_last_cut", "_log_key", "_policy", "_signatures", "_witnesses")

    def __init__(self, context: HubContext, http: aiohttp.ClientSession) -> None:
        self._context = context
        self._log_key = context.keys.log_verifier(origin_of(context.config.host))
        self._witnesses = [Witness(http, at) for at in context.config.witnesses]
        watching = tuple(Watching(at.key, at.audits) for at in context.config.witnesses)
        try:
            self._policy = LogPolicy(self._log_key, watching, context.config.quorum)
        except BadLogPolicy as err:
            raise ConfigInvalid(f"witness: {err}") from None
        self._heard: set[str] = set()
        self._signatures: dict[str, tuple[int, Signature]] = {}
        self._last_cut = float("-inf")
        self._behind: str | None = None

    async def begin(self) -> None:
        """Ask the witnesses where they stand, and queue the hub's own record. Raises KeysInvalid or LogBehind."""
        context = self._context
        await context.db.read(partial(check_keys, keys=context.keys, log_key=self._log_key))
        for note in await context.db.read(lambda reader: store.evidence(reader, MAX_EVIDENCE)):
            await self._compare("the evidence in the database", *self._signed(note))
        await self._hear()
        await record.queue_if_changed(context)

    async def run(self) -> None:
        """Until cancelled. A failing disk or a missing quorum is waited out; nothing else changes meanwhile."""
        pause = RETRY_S[0]
        while True:
            try:
                done = await self.step()
            except LogBehind:
                _log.error("keylog.behind", error=LogBehind.__name__)
                done = False
            except Exception as err:  # noqa: BLE001  # the task has no caller: without this a bug would end the log
                log_bug(err)
                done = False
            if done:
                pause = RETRY_S[0]
            else:
                await asyncio.sleep(RETRY_S[0])
                await self._context.epochs.woken(pause - RETRY_S[0])  # or sooner, when somebody asks again
                pause = min(pause * 2, RETRY_S[1])

    async def step(self) -> bool:
        """Take one epoch as far as it goes. False when it could not be published yet."""
        context = self._context
        if context.sharing is not None:
            await context.sharing.lead()
        if self._behind is not None:
            raise LogBehind(self._behind)
        prepared = await context.db.read(store.prepared)
        if prepared is None:
            await self._until_due()
            if not await self._heard_enough():
                return False
            self._last_cut = asyncio.get_running_loop().time()
            self._signatures.clear()
            prepared = await epochs.prepare(context)
        if not await self._gather(prepared):
            context.metrics.keylog_delayed.inc()
            _log.warning("keylog.quorum_missing", have=len(self._signatures), need=context.config.quorum)
            return False
        note = SignedNote.decode(prepared.note)
        cosigned = tuple(signature for _, signature in self._signatures.values())
        await epochs.publish(context, prepared, SignedNote(note.text, note.signatures + cosigned).encode())
        context.metrics.keylog_epochs.inc()
        return True

    async def _until_due(self) -> None:
        context, loop = self._context, asyncio.get_running_loop()
        while True:
            waiting, newest = await context.db.read(lambda reader: (store.waiting(reader), epochs.newest_entry(reader)))
            if waiting:
                left_s = self._last_cut + context.config.epoch_min_ms / 1000 - loop.time()
                if left_s > 0:
                    await asyncio.sleep(left_s)
                return
            if newest is None or context.now_ms() - newest.timestamp_ms >= HEARTBEAT_MS:
                return
            if not await context.db.read(self._believed):
                return
            await context.epochs.woken(LOOK_S)

    def _believed(self, query: Query) -> bool:
        """Whether the quorum has cosigned the newest checkpoint; not so after epochs were taken back from auditors."""
        try:
            open_checkpoint(SignedNote.decode(StoredLog.of(query).note), self._policy, _ANY_TIME_S, None)
        except (QuorumError, BadCosignature):
            return False
        return True

    # Witnesses

    async def _hear(self) -> None:
        """Ask those that have not said yet where they stand. Raises LogBehind."""
        silent = [witness for witness in self._witnesses if witness.at.key.name not in self._heard]
        await asyncio.gather(*(self._hear_one(witness) for witness in silent))

    async def _hear_one(self, witness: Witness) -> None:
        try:
            newest = await witness.newest(self._log_key)
        except WitnessError as err:
            self._tell(witness, err)
            return
        if newest is not None:
            await self._compare(witness.at.key.name, *newest)
        self._heard.add(witness.at.key.name)

    def _signed(self, note: bytes) -> tuple[Checkpoint, bytes]:
        return verify_checkpoint(SignedNote.decode(note), self._log_key), note

    async def _compare(self, who: str, theirs: Checkpoint, note: bytes) -> None:
        """Raise LogBehind when a checkpoint that this log signed is none that the database holds.

        It is kept as evidence, so that the hub does not go on either once that witness is no longer asked.
        """
        context = self._context
        known = await context.db.read(partial(ours, size=theirs.size, log_key=self._log_key))
        if theirs.size == 0 or (known is not None and known.agrees(theirs)):
            return
        size, now_ms = await context.db.read(store.size), context.now_ms()
        kept = [note] if known is None else [known.note, note]
        await context.db.write(lambda tx: store.add_evidence(tx, kept, now_ms))
        self._behind = (
            f"{who} holds a checkpoint of size {theirs.size} that this log signed, and the database"
            f" has {size} entries that do not lead to it: it is an old copy, or another hub works with the same keys."
            " Put the newest copy back; if there is none, `privity continue-log` takes back what auditors keep"
            " (docs/operators/keys.md, 'When the log was lost')"
        )
        raise LogBehind(self._behind)

    async def _heard_enough(self) -> bool:
        """Whether as many witnesses as the quorum takes have said where they stand; without that nothing is signed."""
        if len(self._heard) < self._context.config.quorum:
            await self._hear()
        return len(self._heard) >= self._context.config.quorum

    async def _gather(self, prepared: Prepared) -> bool:
        """Ask the witnesses that have not cosigned yet. True when the quorum is met.

        Those that audit come first, and the others once one of them has cosigned: it keeps what it audited. A plain
        witness would hold this log to an epoch that nobody could give back if the database were lost.
        """
        now_s = self._context.now_ms() // 1000
        for name in [name for name, (time_s, _) in self._signatures.items() if time_s < now_s - FRESH_S]:
            del self._signatures[name]
        missing = [witness for witness in self._witnesses if witness.at.key.name not in self._signatures]
        later = [witness for witness in missing if not witness.at.audits and not self._audited()]
        first = [witness for witness in missing if witness not in later]
        asking = {asyncio.create_task(self._cosign(witness, prepared)) for witness in first or later}
        try:
            while asking:
                timeout = GRACE_S if self._quorum_met() else None
                done, asking = await asyncio.wait(asking, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
                if not done:
                    break
                if first and self._audited():
                    asking |= {asyncio.create_task(self._cosign(witness, prepared)) for witness in later}
                    later = []
        finally:
            for task in asking:
                task.cancel()
        self._context.metrics.keylog_witnesses.set(len(self._signatures))
        return self._quorum_met()

    def _quorum_met(self) -> bool:
        quorum = self._context.config.quorum
        return len(self._signatures) >= quorum and (quorum == 0 or self._audited())

    def _audited(self) -> bool:
        return any(witness.at.audits and witness.at.key.name in self._signatures for witness in self._witnesses)

    async def _cosign(self, witness: Witness, prepared: Prepared) -> None:
        name = witness.at.key.name

        async def proof_from(old: int) -> Sequence[bytes]:
            return await self._context.db.read(partial(_consistency, old=old, prepared=prepared))

        try:
            answer = await witness.cosign(SignedNote.decode(prepared.note), prepared.size, proof_from)
        except WitnessAhead as err:
            self._tell(witness, err)
            await self._hear_one(witness)
            return
        except WitnessError as err:
            self._tell(witness, err)
            return
        self._signatures[name] = answer

    def _tell(self, witness: Witness, err: WitnessError) -> None:
        self._context.metrics.keylog_witness_failures.inc()
        _log.warning("keylog.witness", witness=witness.at.key.name, error=type(err).__name__)


def _consistency(query: Query, old: int, prepared: Prepared) -> list[bytes]:
    new = {(level, index): node for level, index, node in prepared.written.log_nodes}
    return consistency_proof(overlaid(StoredLog.of(query).node_at, new), old, prepared.size)
