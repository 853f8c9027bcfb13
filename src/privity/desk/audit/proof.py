# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""One entry, proven to stand in the log without showing the rest of it (C2SP tlog-proof)."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Final

from privity.desk.audit import log
from privity.desk.audit.entry import Entry
from privity.desk.audit.errors import BadExport, NoSuchEntry
from privity.desk.audit.verify import accepted
from privity.desk.db.transaction import Db
from privity.tlog.checkpoint import Checkpoint, decode_size
from privity.tlog.errors import BadInclusion, MalformedCheckpoint, MalformedNote
from privity.tlog.note import MAX_NOTE, SignedNote, decode_base64
from privity.tlog.tree import MAX_LEVELS, inclusion_proof, leaf_hash, verify_inclusion
from privity.tlog.verifier_key import VerifierKey

_FIRST: Final = "c2sp.org/tlog-proof@v1"
_EXTRA: Final = "extra "
_INDEX: Final = "index "


@dataclass(frozen=True, slots=True)
class EntryProof:
    """An entry's exact bytes, its index, the path to the root, and the checkpoint with that root. Nothing is proven."""

    entry: bytes
    index: int
    path: tuple[bytes, ...]
    note: SignedNote

    def encode(self) -> bytes:
        """The proof as text. The entry rides in the line for extra data."""
        head = f"{_FIRST}\n{_EXTRA}{base64.b64encode(self.entry).decode()}\n{_INDEX}{self.index}\n"
        hashes = "".join(f"{base64.b64encode(value).decode()}\n" for value in self.path)
        return f"{head}{hashes}\n".encode() + self.note.encode()

    @classmethod
    def decode(cls, data: bytes) -> EntryProof:
        """Raises BadExport."""
        try:
            text, blank, note = data.decode().partition("\n\n")
            lines = text.split("\n", MAX_LEVELS + 4)
            if not blank or len(data) > 2 * MAX_NOTE or lines[0] != _FIRST or len(lines) < 3:
                raise BadExport("not a proof of an entry: its first lines are missing")
            if not lines[1].startswith(_EXTRA) or not lines[2].startswith(_INDEX):
                raise BadExport("a proof names the entry, then its index, this does not")
            values = [decode_base64(lines[1].removeprefix(_EXTRA)), *map(decode_base64, lines[3:])]
            found = tuple(value for value in values if value is not None)
            if len(found) != len(values):
                raise BadExport("the base64 of a proof is not the one that stands for its bytes")
            index = decode_size(lines[2].removeprefix(_INDEX))
            return cls(found[0], index, found[1:], SignedNote.decode(note.encode()))
        except (UnicodeDecodeError, MalformedCheckpoint, MalformedNote) as err:
            raise BadExport(f"not a proof of an entry: {err}") from None


def prove(db: Db, n: int, note: SignedNote) -> EntryProof:
    """Prove entry `n` to whoever believes `note`, a checkpoint of this log. Raises NoSuchEntry."""
    size = Checkpoint.decode(note.text).size
    if not 0 <= n < size:
        raise NoSuchEntry(f"the checkpoint stands for {size} entries, there is no entry {n} in it")
    (entry,) = log.entries(db, n, n + 1)
    path = inclusion_proof(lambda level, i: log.node_at(db, level, i), n, size)
    return EntryProof(entry, n, tuple(path), note)


def check(proof: EntryProof, key: VerifierKey) -> Entry:
    """The entry, if it stands in the log that this key signs. Raises BadExport, BadEntry or CheckpointRefused."""
    checkpoint = accepted(proof.note, key)
    try:
        verify_inclusion(leaf_hash(proof.entry), proof.index, checkpoint.size, proof.path, checkpoint.root)
    except BadInclusion as err:
        raise BadExport(f"the proof does not hold: {err}") from None
    entry = Entry.decode(proof.entry)
    if entry.n != proof.index:
        raise BadExport(f"the entry says that it is number {entry.n}, the proof that it is {proof.index}")
    return entry
