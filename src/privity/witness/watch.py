# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The decision about one log: cosign what continues, keep what forks; one at a time, on the disk before it is said."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Callable

import structlog

from privity.tlog.add_checkpoint import AddCheckpoint
from privity.tlog.checkpoint import Checkpoint, is_by, verify_checkpoint
from privity.tlog.cosignature import cosign
from privity.tlog.errors import BadConsistency, NoteError
from privity.tlog.note import Signature, SignedNote
from privity.tlog.quorum import MAX_AHEAD_S
from privity.tlog.tree import verify_consistency
from privity.tlog.verifier_key import VerifierKey
from privity.witness.auditor import Auditor
from privity.witness.errors import (
    AuditRefused,
    Busy,
    CannotKeep,
    DatedAhead,
    NeverCosigned,
    NotConsistent,
    NotKept,
    NotSigned,
    OldSizeAhead,
    SizeConflict,
)
from privity.witness.evidence import EvidenceFolder, Kind, Pair
from privity.witness.kept import KeptUpdates
from privity.witness.limits import MAX_READING, MAX_WAITING
from privity.witness.state import LogState, StateFile

_log = structlog.get_logger("privity.witness")


class Watch:
    """One log as this witness sees it. Raises StateMissing or StateDamaged when it is opened."""

    def __init__(
        self,
        log: VerifierKey,
        private: bytes,
        own: VerifierKey,
        file: StateFile,
        auditor: Auditor | None,
        now_s: Callable[[], int],
        updates: KeptUpdates | None = None,
    ) -> None:
        self._key = log
        self._private = private
        self._own = own
        self._file = file
        self._auditor = auditor
        self._now_s = now_s
        self._evidence = EvidenceFolder(file.folder / "evidence")
        self._state = file.read()
        self._updates = updates
        if updates is not None:
            updates.cosigned(self._state.audited)
        self._deciding = asyncio.Lock()
        self._waiting = 0
        self._reading = asyncio.Semaphore(MAX_READING)

    async def add(self, request: AddCheckpoint) -> Signature:
        """The cosignature, kept on the disk before this returns it. Raises Refused."""
        checkpoint = self._signed(request.note)
        if request.old_size > checkpoint.size:
            raise OldSizeAhead(f"from size {request.old_size} nothing leads to the smaller size {checkpoint.size}")
        if self._waiting >= MAX_WAITING:
            raise Busy(f"{self._waiting} requests for {self._key.name} are waiting; ask again later")
        self._waiting += 1
        try:
            async with self._deciding:
                return await self._decide(request, checkpoint)
        finally:
            self._waiting -= 1

    def latest(self) -> SignedNote:
        """The note that was cosigned last. Raises NeverCosigned."""
        if self._state.note is None:
            raise NeverCosigned(f"nothing was cosigned for {self._key.name} so far")
        return self._state.note

    def evidence(self) -> list[Pair]:
        return self._evidence.pairs()

    async def update(self, number: int) -> bytes:
        """The update of an epoch that was audited and cosigned, as the hub showed it. Raises NotKept."""
        if self._updates is None:
            raise NotKept(f"this witness keeps no updates of {self._key.name}")
        async with self._reading:
            return await asyncio.to_thread(self._updates.update, number)

    def _signed(self, note: SignedNote) -> Checkpoint:
        try:
            return verify_checkpoint(note, self._key)
        except NoteError as err:
            raise NotSigned(f"{type(err).__name__}: {err}") from None

    async def _decide(self, request: AddCheckpoint, checkpoint: Checkpoint) -> Signature:
        state = self._state
        size, root = state.head
        signed = SignedNote(request.note.text, tuple(s for s in request.note.signatures if is_by(self._key, s)))
        if checkpoint.size == size and not hmac.compare_digest(checkpoint.root, root):
            self._keep(Kind.TWO_ROOTS, signed)
        if request.old_size != size:
            raise SizeConflict(f"the last size cosigned is {size}, not {request.old_size}", size)
        try:
            verify_consistency(size, root, checkpoint.size, checkpoint.root, request.proof)
        except BadConsistency as err:
            if checkpoint.size > size:
                self._keep(Kind.UNPROVEN, signed)
            raise NotConsistent(str(err)) from None
        audited = state.audited
        if self._auditor is not None:
            try:
                audited = await self._auditor.audit(state.audited, checkpoint)
            except AuditRefused:
                self._keep(Kind.AUDIT_REFUSED, signed)
                raise
            ahead_ms = audited.timestamp_ms - self._now_s() * 1000
            if ahead_ms > MAX_AHEAD_S * 1000:
                raise DatedAhead(f"the last epoch is dated {ahead_ms // 1000} s ahead, at most {MAX_AHEAD_S} s may be")
        cosignature = cosign(self._private, self._own.name, signed.text, self._now_s())
        self._advance(LogState(SignedNote(signed.text, (*signed.signatures, cosignature)), audited))
        if self._updates is not None:
            await asyncio.to_thread(self._updates.cosigned, audited)
        return cosignature

    def _advance(self, state: LogState) -> None:
        """From check to disk nothing else runs: there is no await between them, and no other process has the folder."""
        try:
            self._file.write(state)
        except OSError as err:
            _log.error("state_not_kept", origin=self._key.name, error=type(err).__name__)
            raise CannotKeep(f"the disk does not take the new state: {err.strerror}") from None
        self._state = state
        if state.note is not None:
            self._evidence.answered(state.note.text)

    def _keep(self, kind: Kind, second: SignedNote) -> None:
        first = self._state.note
        if first is None:
            return
        try:
            new = self._evidence.keep(kind, first, second, self._now_s())
        except OSError as err:
            _log.error("evidence_not_kept", origin=self._key.name, kind=kind.value, error=type(err).__name__)
            return
        if new:
            _log.error("evidence", origin=self._key.name, kind=kind.value)
