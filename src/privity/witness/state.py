# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a witness remembers of one log: the checkpoint it cosigned last and, as an auditor, the map behind it.

One small file. It is replaced before an answer leaves, so that no crash lets a second root of one size be cosigned.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from privity.keylog.audit import EMPTY, AuditState
from privity.keylog.errors import KeylogError
from privity.mls.codec import Reader, u8, vec
from privity.mls.errors import CodecError
from privity.tlog.checkpoint import Checkpoint, verify_checkpoint
from privity.tlog.cosignature import verify_cosignature
from privity.tlog.errors import TlogError
from privity.tlog.note import MAX_NOTE, SignedNote
from privity.tlog.tree import EMPTY_ROOT
from privity.tlog.verifier_key import VerifierKey
from privity.witness.errors import StateDamaged, StateMissing
from privity.witness.files import replace, sync_folder
from privity.witness.limits import MAX_STATE

VERSION: Final = 1
CHECK_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class LogState:
    """`note` has exactly the log's signature and our cosignature; None before the first."""

    note: SignedNote | None
    audited: AuditState
    """As far as the map was audited: up to the note for an auditor, nothing for a plain witness."""

    @property
    def head(self) -> tuple[int, bytes]:
        """Size and root of what was cosigned last."""
        if self.note is None:
            return 0, EMPTY_ROOT
        checkpoint = Checkpoint.decode(self.note.text)
        return checkpoint.size, checkpoint.root

    def encode(self) -> bytes:
        note = b"" if self.note is None else self.note.encode()
        body = u8(VERSION) + vec(note) + vec(self.audited.encode())
        return body + hashlib.sha256(body).digest()

    @classmethod
    def decode(cls, data: bytes, log: VerifierKey, own: VerifierKey) -> LogState:
        """Raises StateDamaged unless this is what a witness with this key wrote about this log."""
        body, checksum = data[:-CHECK_BYTES], data[-CHECK_BYTES:]
        if not hmac.compare_digest(hashlib.sha256(body).digest(), checksum):
            raise StateDamaged("its checksum is that of other bytes")
        reader = Reader(body)
        try:
            version = reader.u8()
            if version != VERSION:
                raise StateDamaged(f"it is of version {version}, this program knows {VERSION}")
            note, audited = reader.vec(MAX_NOTE), reader.vec()
            reader.end()
            state = cls(SignedNote.decode(note) if note else None, AuditState.decode(audited))
            state.check(log, own)
        except (CodecError, TlogError, KeylogError) as err:
            raise StateDamaged(f"{type(err).__name__}: {err}") from None
        return state

    def check(self, log: VerifierKey, own: VerifierKey) -> None:
        """Raises a TlogError or StateDamaged unless log and witness have signed it, and the audit leads to it."""
        size, root = self.head
        if self.note is not None:
            verify_checkpoint(self.note, log)
            verify_cosignature(self.note.text, self.note.signatures[-1], own)
        frontier = self.audited.frontier
        if frontier.size > size or (frontier.size == size and not hmac.compare_digest(frontier.root(), root)):
            raise StateDamaged(f"the audit of {frontier.size} epochs does not lead to the checkpoint of size {size}")


class StateFile:
    """Where the state of one log is."""

    def __init__(self, folder: Path, log: VerifierKey, own: VerifierKey) -> None:
        self.folder = folder / "logs" / origin_hash(log.name)
        self._path = self.folder / "state"
        self._log = log
        self._own = own

    def create(self) -> None:
        """For a log that this key has never cosigned. A state that is there stays."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not self._path.exists():
            self.write(LogState(None, EMPTY))
            sync_folder(self.folder.parent)
            sync_folder(self.folder.parent.parent)

    def read(self) -> LogState:
        """Raises StateMissing or StateDamaged."""
        try:
            with self._path.open("rb") as file:
                data = file.read(MAX_STATE + 1)
        except OSError as err:
            raise StateMissing(
                f"cannot read {self._path} ({err.strerror}): without it this key could cosign a fork of"
                f" {self._log.name}. A new log is added with `privity witness add`; a lost state needs a new witness"
                " with a new key"
            ) from None
        try:
            return LogState.decode(data, self._log, self._own)
        except StateDamaged as err:
            raise StateDamaged(f"{self._path}: {err}; without it this key could cosign a fork") from None

    def write(self, state: LogState) -> None:
        """On the disk when this returns. Raises OSError."""
        replace(self._path, state.encode())


def origin_hash(origin: str) -> str:
    """How a log is named in paths."""
    return hashlib.sha256(origin.encode()).hexdigest()
