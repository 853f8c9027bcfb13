# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Checking an audit log: every entry in its place, the tree anew, and the log a continuation of what somebody kept.

What an older checkpoint stands for can no longer be changed, dropped or put in another order without this saying so,
not even by whoever holds the log's key. What came after the newest checkpoint that somebody kept elsewhere can:
`Verified.vouched` says how far the kept ones reach.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from privity.desk.audit.entry import Entry
from privity.desk.audit.errors import (
    CheckpointRefused,
    CosignatureRefused,
    EntryMissing,
    LogCutOff,
    LogForked,
    NodesDisagree,
    NotCosigned,
)
from privity.desk.db.transaction import Db
from privity.tlog.checkpoint import Checkpoint, is_by, verify_checkpoint
from privity.tlog.cosignature import verify_cosignature
from privity.tlog.errors import NoteError
from privity.tlog.note import SignedNote
from privity.tlog.tree import MAX_LEVELS, Frontier, completed_by, leaf_hash
from privity.tlog.verifier_key import KeyKind, VerifierKey


@dataclass(frozen=True, slots=True)
class Verified:
    """A log that holds: how long it is, its root, and the checkpoints it was compared with, the smallest first."""

    size: int
    root: bytes
    compared: tuple[Checkpoint, ...]

    @property
    def vouched(self) -> int:
        """How many entries nobody can have changed since the checkpoints were kept."""
        return self.compared[-1].size if self.compared else 0


def verify(entries: Iterable[bytes], key: VerifierKey, kept: Sequence[SignedNote]) -> Verified:
    """Raise unless these entries are a log that continues every checkpoint in `kept`, which `key` signed.

    Raises BadEntry, EntryMissing, LogForked, LogCutOff or CheckpointRefused.
    """
    checkpoints = sorted((accepted(note, key) for note in kept), key=lambda checkpoint: checkpoint.size)
    waiting = list(checkpoints)
    frontier = Frontier(0, ())
    waiting = _compare(waiting, frontier)
    for expected, data in enumerate(entries):
        found = Entry.decode(data).n
        if found != expected:
            raise EntryMissing(f"expected entry {expected}, here stands entry {found}")
        frontier = frontier.append(leaf_hash(data))
        waiting = _compare(waiting, frontier)
    if waiting:
        raise LogCutOff(f"a checkpoint stands for {waiting[0].size} entries, the log has {frontier.size}")
    return Verified(frontier.size, frontier.root(), tuple(checkpoints))


def accepted(note: SignedNote, key: VerifierKey) -> Checkpoint:
    """The checkpoint of a note that this key signed. Raises CheckpointRefused."""
    try:
        return verify_checkpoint(note, key)
    except NoteError as err:
        raise CheckpointRefused(f"{type(err).__name__}: {err}") from None


@dataclass(frozen=True, slots=True)
class Witnessed:
    """The largest checkpoint that a witness has cosigned, and when."""

    name: str
    size: int
    time_s: int


def witnessed(notes: Iterable[SignedNote], key: VerifierKey, witness: VerifierKey) -> Witnessed:
    """What a witness says of this log: that each checkpoint it cosigned continued the one before.

    That the log continues it is for `verify` to say. Raises CheckpointRefused, CosignatureRefused or NotCosigned.
    """
    if witness.kind is not KeyKind.COSIGNATURE:
        raise CosignatureRefused(f"the key of {witness.name} is a log's, expected that of a witness")
    found: list[Witnessed] = []
    for note in notes:
        size = accepted(note, key).size
        try:
            times = [verify_cosignature(note.text, one, witness) for one in note.signatures if is_by(witness, one)]
        except NoteError as err:
            raise CosignatureRefused(f"{type(err).__name__}: {err}") from None
        found += [Witnessed(witness.name, size, time_s) for time_s in times]
    if not found:
        raise NotCosigned(f"{witness.name} has cosigned none of the checkpoints that are here")
    return max(found, key=lambda one: (one.size, one.time_s))


def stored(db: Db) -> Iterator[bytes]:
    """The entries of a database, for `verify`; each is compared with the stored tree once it was looked at.

    Read it in `one_moment` where others write. Raises EntryMissing or NodesDisagree.
    """
    rows = [
        db.execute("SELECT i, hash FROM audit_node WHERE level = ? ORDER BY i", (level,)) for level in range(MAX_LEVELS)
    ]
    newest: dict[int, bytes] = {}
    count = 0
    for expected, (n, data) in enumerate(db.execute("SELECT n, entry FROM audit_entry ORDER BY n")):
        if n != expected:
            raise EntryMissing(f"expected entry {expected} in the database, here stands entry {n}")
        yield bytes(data)
        for level, i, found in completed_by(lambda level, _: newest[level], n, leaf_hash(bytes(data))):
            if rows[level].fetchone() != (i, found):
                raise NodesDisagree(f"node {i} of level {level} is not what the entries up to {n} make it")
            newest[level] = found
            count += 1
    (there,) = db.execute("SELECT count(*) FROM audit_node").fetchone()
    if there != count:
        raise NodesDisagree(f"the stored tree has {there} nodes, the entries make {count}")


def _compare(waiting: list[Checkpoint], frontier: Frontier) -> list[Checkpoint]:
    while waiting and waiting[0].size == frontier.size:
        if not hmac.compare_digest(waiting[0].root, frontier.root()):
            raise LogForked(
                f"the first {frontier.size} entries are not those that the checkpoint of this size stands for"
            )
        waiting = waiting[1:]
    return waiting
