# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Witnesses of the audit log: each gets the newest checkpoint with the proof that it continues the last, and cosigns.

A witness sees how long the log is and a hash, and nothing of any entry. One that is away, refuses or lies holds nothing
up. One that shows a checkpoint which this log's own key has signed, and which this log does not continue, has proof
that the log was rewritten or set back: that is kept, and said in the log itself and on the page of what needs somebody.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import aiohttp
import structlog

from privity.cosigners.asking import Witness
from privity.cosigners.at import WitnessAt
from privity.cosigners.errors import WitnessAhead, WitnessError, WitnessRefused
from privity.desk.audit import cosigned, log
from privity.desk.audit.acts import Act
from privity.desk.audit.errors import LogCutOff, LogForked
from privity.desk.audit.signing import Signing, write_note
from privity.desk.db.transaction import Db, transaction
from privity.tlog.checkpoint import Checkpoint, is_by
from privity.tlog.note import Signature, SignedNote
from privity.tlog.tree import consistency_proof

PAUSE_S: Final = 60.0
"""Between two rounds: a witness learns how busy the desk is by the minute and no closer."""
DESK: Final = "desk"

told: Final = structlog.get_logger()


class Cosigning:
    """The witnesses of one log (`intake.loop.Work`). `path`: where the cosigned checkpoint lies for others."""

    def __init__(
        self,
        db: Db,
        signing: Signing,
        http: aiohttp.ClientSession,
        witnesses: Sequence[WitnessAt],
        path: Path,
        now_ms: Callable[[], int],
    ) -> None:
        self._db = db
        self._signing = signing
        self._witnesses = [Witness(http, at) for at in witnesses]
        self._path = path
        self._now_ms = now_ms
        self._heard: set[str] = set()
        self._laid_out: SignedNote | None = None

    async def step(self) -> int:
        """Ask everybody about the newest checkpoint once. Always 0: what is missing waits for the next round."""
        try:
            silent = await self.round()
        except OSError as err:
            told.warning("desk.audit_cosigned_not_written", reason=err.strerror)
            return 0
        for name, why in silent.items():
            told.warning("desk.audit_witness", witness=name, why=why)
        return 0

    async def round(self) -> dict[str, str]:
        """The same, without a word to the log of the process; who did not cosign, and why. Raises OSError."""
        note = log.newest(self._db)
        if note is None or not self._own(note) or Checkpoint.decode(note.text).size == 0:
            return {}
        found = await asyncio.gather(*(self._ask(witness, note) for witness in self._witnesses))
        self._lay_out(note)
        return {name: why for name, why in found if why}

    async def _ask(self, witness: Witness, note: SignedNote) -> tuple[str, str]:
        name, size = witness.at.key.name, Checkpoint.decode(note.text).size
        if self._contradicted(name):
            return name, "it holds a checkpoint that this log does not continue"
        if self._signature(witness, note) is not None:
            return name, ""
        try:
            if name not in self._heard:
                await self._hear(witness)
            if self._contradicted(name):
                return name, "it holds a checkpoint that this log does not continue"
            _, signature = await self._cosigned(witness, note, size)
        except WitnessError as err:
            return name, f"{type(err).__name__}: {err}"
        with transaction(self._db):
            cosigned.keep(self._db, name, size, SignedNote(note.text, (*self._own(note), signature)))
        return name, ""

    async def _cosigned(self, witness: Witness, note: SignedNote, size: int) -> tuple[int, Signature]:
        """Raises WitnessError; one who refuses is asked what it holds, because that may be proof."""

        async def proof_from(old: int) -> Sequence[bytes]:
            return consistency_proof(lambda level, i: log.node_at(self._db, level, i), old, size)

        try:
            return await witness.cosign(note, size, proof_from)
        except (WitnessAhead, WitnessRefused):
            await self._hear(witness)
            raise

    async def _hear(self, witness: Witness) -> None:
        """What it holds of this log; kept where it contradicts. Raises WitnessError."""
        newest = await witness.newest(self._signing.key)
        self._heard.add(witness.at.key.name)
        if newest is None:
            return
        checkpoint, note = newest
        try:
            log.must_continue(self._db, checkpoint)
        except (LogForked, LogCutOff) as err:
            self._contradict(witness.at.key.name, checkpoint, note, type(err).__name__)

    def _contradict(self, name: str, theirs: Checkpoint, note: bytes, why: str) -> None:
        now_ms = self._now_ms()
        with transaction(self._db):
            if self._contradicted(name):
                return
            cosigned.keep_contradiction(self._db, name, note, now_ms)
            log.add(
                self._db,
                at_ms=now_ms,
                who=DESK,
                act=Act.AUDIT_CONTRADICTED,
                witness=name,
                size=theirs.size,
                why=why,
            )

    def _contradicted(self, name: str) -> bool:
        return any(found.witness == name for found in cosigned.contradictions(self._db, self._signing.key))

    def _own(self, note: SignedNote) -> tuple[Signature, ...]:
        return tuple(signature for signature in note.signatures if is_by(self._signing.key, signature))

    def _signature(self, witness: Witness, note: SignedNote) -> Signature | None:
        """What this witness gave for exactly this checkpoint, as it was kept."""
        key = witness.at.key
        for one in cosigned.kept(self._db, key.name):
            if one.text == note.text:
                return next((signature for signature in one.signatures if is_by(key, signature)), None)
        return None

    def together(self, note: SignedNote) -> SignedNote:
        """A checkpoint with every cosignature that is kept for it."""
        given = [found for witness in self._witnesses if (found := self._signature(witness, note)) is not None]
        return SignedNote(note.text, (*self._own(note), *given))

    def _lay_out(self, note: SignedNote) -> None:
        """A file that cannot be written now is written with the next round."""
        whole = self.together(note)
        if whole == self._laid_out or len(whole.signatures) == len(self._own(note)):
            return
        write_note(self._path, whole)
        self._laid_out = whole
