# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Asking witnesses (C2SP tlog-witness): their newest checkpoint of our log, and their cosignature on the next.

What a witness answers is taken for nothing before its signature, or our own, has been verified. An epoch that an
auditor has kept is worth something only to whoever audits it again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import aiohttp

from privity.cosigners.at import WitnessAt
from privity.cosigners.errors import WitnessAhead, WitnessMisbehaved, WitnessRefused, WitnessUnreachable
from privity.tlog.add_checkpoint import PATH, AddCheckpoint, decode_known_size
from privity.tlog.checkpoint import Checkpoint, is_by, verify_checkpoint
from privity.tlog.cosignature import verify_cosignature
from privity.tlog.errors import MalformedRequest, NoteError
from privity.tlog.note import MAX_NOTE, Signature, SignedNote, decode_signatures
from privity.tlog.verifier_key import VerifierKey

TIMEOUT: Final = aiohttp.ClientTimeout(total=5.0, connect=3.0)
"""A witness only compares, verifies and syncs a small file; one that audits fetches an update from us besides."""
EPOCH_TIMEOUT: Final = aiohttp.ClientTimeout(total=60.0, connect=3.0)
"""For one epoch that it kept: the largest over a slow line."""
MAX_UPDATE: Final = 8 << 20
"""Bytes of one epoch: auditors take no larger one, so none is kept."""


ProofFrom = Callable[[int], Awaitable[Sequence[bytes]]]
"""From an older size to the log's consistency proof."""


class Witness:
    """One witness, and how much of our log it has seen as far as we know."""

    __slots__ = ("_http", "_size", "at")

    def __init__(self, http: aiohttp.ClientSession, at: WitnessAt) -> None:
        self._http = http
        self._size: int | None = None
        self.at = at

    async def newest(self, log: VerifierKey) -> tuple[Checkpoint, bytes] | None:
        """The newest checkpoint of ours that it holds, with its note; None when it has none. Raises WitnessError."""
        status, data = await self._ask("GET", f"/{_hashed(log)}/checkpoint")
        if status == 404:
            self._size = 0
            return None
        if status != 200:
            raise WitnessRefused(f"HTTP status {status} for its newest checkpoint")
        try:
            checkpoint = verify_checkpoint(SignedNote.decode(data), log)
        except NoteError as err:
            raise WitnessMisbehaved(f"its checkpoint is not one of this log: {type(err).__name__}: {err}") from None
        self._size = checkpoint.size
        return checkpoint, data

    async def kept(self, log: VerifierKey, index: int) -> bytes:
        """An epoch of ours that it audited and kept, as it says. Raises WitnessError."""
        status, data = await self._ask("GET", f"/{_hashed(log)}/audit/{index}", most=MAX_UPDATE, timeout=EPOCH_TIMEOUT)
        if status in (429, 503):
            raise WitnessUnreachable(f"HTTP status {status} for epoch {index}")
        if status != 200:
            raise WitnessRefused(f"it does not keep epoch {index} (HTTP status {status})")
        return data

    async def cosign(self, note: SignedNote, size: int, proof_from: ProofFrom) -> tuple[int, Signature]:
        """(time, cosignature) on the checkpoint of this size. Raises WitnessError."""
        old = size - 1 if self._size is None else min(self._size, size)
        for _ in range(2):
            status, data = await self._ask(
                "POST", PATH, AddCheckpoint(old, tuple(await proof_from(old)), note).encode()
            )
            if status == 200:
                self._size = size
                return self._verified(note, data)
            if status != 409:
                raise WitnessRefused(f"HTTP status {status} for the checkpoint of size {size}")
            try:
                old = self._size = decode_known_size(data)
            except MalformedRequest as err:
                raise WitnessMisbehaved(f"it answered 409: {err}") from None
            if old > size:
                raise WitnessAhead(f"it answered that it holds {old} entries, this log is at {size}")
        raise WitnessMisbehaved(f"it answered twice that it holds another size, the last time {old}")

    def _verified(self, note: SignedNote, data: bytes) -> tuple[int, Signature]:
        try:
            for signature in decode_signatures(data):
                if is_by(self.at.key, signature):
                    return verify_cosignature(note.text, signature, self.at.key), signature
        except NoteError as err:
            raise WitnessMisbehaved(f"its cosignature is refused: {type(err).__name__}: {err}") from None
        raise WitnessMisbehaved("its answer holds no cosignature by its key")

    async def _ask(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        *,
        most: int = MAX_NOTE,
        timeout: aiohttp.ClientTimeout = TIMEOUT,
    ) -> tuple[int, bytes]:
        parts: list[bytes] = []
        size = 0
        try:
            async with self._http.request(
                method, self.at.url + path, data=body or None, timeout=timeout, allow_redirects=False
            ) as response:
                async for part in response.content.iter_chunked(1 << 16):
                    size += len(part)
                    if size > most:
                        raise WitnessMisbehaved(f"its answer has more than {most} bytes")
                    parts.append(part)
                status = response.status
        except (aiohttp.ClientError, TimeoutError, OSError) as err:
            raise WitnessUnreachable(type(err).__name__) from None
        return status, b"".join(parts)


def _hashed(log: VerifierKey) -> str:
    """How witnesses name a log in paths."""
    return hashlib.sha256(log.name.encode()).hexdigest()
