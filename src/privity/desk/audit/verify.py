# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Checking an audit log: every entry in its place, the tree anew, and the log a continuation of what somebody kept."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from privity.desk.audit.entry import Entry
from privity.desk.audit.errors import EntryMissing, LogCutOff, LogForked
from privity.tlog.checkpoint import Checkpoint, verify_checkpoint
from privity.tlog.note import SignedNote
from privity.tlog.tree import Frontier, leaf_hash
from privity.tlog.verifier_key import VerifierKey


@dataclass(frozen=True, slots=True)
class Verified:
    """A log that holds: how long it is, its root, and the checkpoints it was compared with."""

    size: int
    root: bytes
    compared: tuple[Checkpoint, ...]


def verify(entries: Iterable[bytes], key: VerifierKey, kept: Sequence[SignedNote]) -> Verified:
    """Raise unless these entries are a log that continues every checkpoint in `kept`, which `key` signed.

    Raises BadEntry, EntryMissing, LogForked, LogCutOff, or TlogError for a checkpoint that the key did not sign.
    """
    checkpoints = sorted((verify_checkpoint(note, key) for note in kept), key=lambda checkpoint: checkpoint.size)
    waiting = list(checkpoints)
    frontier = Frontier(0, ())
    waiting = _compare(waiting, frontier)
    for expected, data in enumerate(entries):
        if Entry.decode(data).n != expected:
            raise EntryMissing(f"expected entry {expected}, here stands entry {Entry.decode(data).n}")
        frontier = frontier.append(leaf_hash(data))
        waiting = _compare(waiting, frontier)
    if waiting:
        raise LogCutOff(f"a checkpoint stands for {waiting[0].size} entries, the log has {frontier.size}")
    return Verified(frontier.size, frontier.root(), tuple(checkpoints))


def _compare(waiting: list[Checkpoint], frontier: Frontier) -> list[Checkpoint]:
    while waiting and waiting[0].size == frontier.size:
        if not hmac.compare_digest(waiting[0].root, frontier.root()):
            raise LogForked(
                f"the first {frontier.size} entries are not those that the checkpoint of this size stands for"
            )
        waiting = waiting[1:]
    return waiting
