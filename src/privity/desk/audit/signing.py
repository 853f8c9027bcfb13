# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The running desk signs a checkpoint whenever the log has grown, and lays it where others can take it away.

A desk whose log does not continue the last checkpoint that it finds does not run: it says so by name, and its owner
looks before anything new is signed.
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Final

import structlog

from privity.desk.audit import log
from privity.desk.audit.errors import CheckpointRefused, LogCutOff, LogForked
from privity.desk.audit.verify import accepted
from privity.desk.db.transaction import Db
from privity.tlog.checkpoint import Checkpoint
from privity.tlog.errors import MalformedNote
from privity.tlog.note import SignedNote
from privity.tlog.verifier_key import KeyKind, VerifierKey

PAUSE_S: Final = 10.0
"""Between two checkpoints: whoever holds one loses sight of at most so much of a busy day."""

told: Final = structlog.get_logger()


class Signing:
    """The newest checkpoint of one log, in its database and in a file beside it."""

    def __init__(self, db: Db, name: str, private: bytes, path: Path) -> None:
        self._db = db
        self._name = name
        self._private = private
        self._path = path
        self._signed = -1

    @property
    def key(self) -> VerifierKey:
        """By which everybody verifies the checkpoints."""
        return VerifierKey.of(self._name, KeyKind.ED25519, self._private)

    def begin(self) -> None:
        """Raise LogForked, LogCutOff, NodesDisagree or CheckpointRefused where the log does not continue the file."""
        if not self._path.exists():
            return
        try:
            log.must_continue(self._db, accepted(read_note(self._path), self.key))
        except (LogForked, LogCutOff, CheckpointRefused) as err:
            raise type(err)(
                f"{self._path.name}: {err}; if this is a restored backup or a new key, move that file away and keep it"
            ) from None

    def step(self) -> bool:
        """Sign if the log has grown since. A file that cannot be written now is written the next time.

        Raises LogForked, LogCutOff or NodesDisagree.
        """
        if log.size(self._db) == self._signed:
            return False
        try:
            self.sign()
        except OSError as err:
            told.warning("desk.audit_checkpoint_not_written", reason=err.strerror)
            return False
        return True

    def sign(self) -> SignedNote:
        """Sign the log as it is. Raises LogForked, LogCutOff or NodesDisagree."""
        note = log.sign(self._db, self._name, self._private)
        write_note(self._path, note)
        self._signed = Checkpoint.decode(note.text).size
        return note

    def found(self) -> list[SignedNote]:
        """The checkpoints that lie here: that of the database and that of the file. Raises CheckpointRefused."""
        latest = log.newest(self._db)
        notes = [] if latest is None else [latest]
        return [*notes, read_note(self._path)] if self._path.exists() else notes


async def keep_signed(signing: Signing, stop: asyncio.Event, pause_s: float = PAUSE_S) -> None:
    """Until `stop` is set; what comes after the last pause is for the caller to sign once everything has ended."""
    while not stop.is_set():
        signing.step()
        try:
            async with asyncio.timeout(pause_s):
                await stop.wait()
        except TimeoutError:
            continue


def write_note(path: Path, note: SignedNote) -> None:
    """Put a checkpoint in a file, whole or not at all, whoever else writes it at the same time."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    with fresh.open("wb") as file:
        file.write(note.encode())
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def read_note(path: Path) -> SignedNote:
    """A checkpoint out of a file. Raises CheckpointRefused."""
    try:
        return SignedNote.decode(path.read_bytes())
    except OSError as err:
        raise CheckpointRefused(f"cannot read {path.name}: {err.strerror}") from None
    except MalformedNote as err:
        raise CheckpointRefused(f"{path.name} is no checkpoint: {err}") from None
