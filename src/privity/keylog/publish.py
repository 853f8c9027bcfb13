# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The log's side, without its store: what one epoch changes, and the answers about what is published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from privity.keylog.audit import AuditUpdate, make_update
from privity.keylog.commitment import commit, stamp
from privity.keylog.entry import Entry
from privity.keylog.errors import BrokenTree, UsageError
from privity.keylog.labels import vrf_input
from privity.keylog.ladder import ladder
from privity.keylog.prefix_proof import prove
from privity.keylog.prefix_tree import Nodes, insert, root_of
from privity.keylog.proof import MAX_DATED, MAX_VALUE, CheckpointProof, Dated, LookupProof, Revealed, Standing, Step
from privity.keylog.vrf import vrf_output, vrf_prove
from privity.tlog.checkpoint import Checkpoint
from privity.tlog.tree import NodeAt, completed_by, consistency_proof, inclusion_proof, leaf_hash, root_at


@dataclass(frozen=True, slots=True)
class Change:
    """A new version of a label. Versions begin with 0 and have no gaps; the opening is secret, and kept."""

    label: bytes
    version: int
    opening: bytes
    value: bytes


@dataclass(frozen=True, slots=True)
class Cut:
    """One epoch, ready to be signed, shown to witnesses, and stored once they have cosigned it."""

    index: int
    entry: Entry
    leaves: tuple[tuple[bytes, bytes, bytes], ...]
    """(out, commitment, stamped) of each change, in the order of the outs."""
    prefix_changes: dict[bytes, bytes]
    """Nodes of the prefix tree by path, to be written over what is there."""
    log_nodes: tuple[tuple[int, int, bytes], ...]
    """(level, index, hash) of the log's complete subtrees that are new."""
    checkpoint: Checkpoint
    update: AuditUpdate


def cut(
    origin: str,
    size: int,
    nodes: Nodes,
    node_at: NodeAt,
    changes: Sequence[Change],
    timestamp_ms: int,
    vrf_private: bytes,
) -> Cut:
    """The next epoch of a log of this size. No changes at all make an epoch too, which shows that the log is alive."""
    leaves = sorted(_leaf(change, size, vrf_private) for change in changes)
    inserted = insert(nodes, [(out, stamped) for out, _, stamped in leaves])
    update = make_update(nodes, timestamp_ms, [(out, commitment) for out, commitment, _ in leaves])
    entry = Entry(timestamp_ms, inserted.root)
    completed = completed_by(node_at, size, leaf_hash(entry.encode()))
    new = {(level, index): found for level, index, found in completed}
    checkpoint = Checkpoint(origin, size + 1, root_at(overlaid(node_at, new), size + 1))
    return Cut(size, entry, tuple(leaves), inserted.changes, tuple(completed), checkpoint, update)


def overlaid(node_at: NodeAt, new: Mapping[tuple[int, int], bytes]) -> NodeAt:
    """The stored nodes of the log with those by (level, index) that are not stored yet."""

    def found(level: int, index: int) -> bytes:
        node = new.get((level, index))
        return node_at(level, index) if node is None else node

    return found


def _leaf(change: Change, epoch: int, vrf_private: bytes) -> tuple[bytes, bytes, bytes]:
    if len(change.value) > MAX_VALUE:
        raise UsageError(f"a value has at most {MAX_VALUE} bytes, got {len(change.value)}")
    commitment = commit(change.opening, change.label, change.version, change.value)
    return vrf_output(vrf_private, vrf_input(change.label, change.version)), commitment, stamp(commitment, epoch)


@dataclass(frozen=True, slots=True)
class Held:
    """A published version as the log keeps it."""

    opening: bytes
    value: bytes
    epoch: int
    commitment: bytes


class Source(Protocol):
    """What is published, at one moment: the note's checkpoint, the trees under it, and the values in them."""

    @property
    def nodes(self) -> Nodes: ...

    @property
    def size(self) -> int: ...

    @property
    def note(self) -> bytes:
        """The checkpoint with its signatures."""
        ...

    def node_at(self, level: int, index: int) -> bytes: ...

    def entry(self, index: int) -> Entry: ...

    def newest(self, label: bytes) -> int | None:
        """The greatest version of a label; None if there is none."""
        ...

    def held(self, label: bytes, version: int) -> Held: ...


def checkpoint_proof(source: Source, from_size: int) -> CheckpointProof:
    """The newest checkpoint for a reader who knows the log of `from_size`, 0 if none."""
    size = source.size
    if size == 0 or not 0 <= from_size <= size:
        raise UsageError(f"a log of {size} entries has no proof for a reader of size {from_size}")
    return CheckpointProof(
        source.note,
        source.entry(size - 1),
        tuple(inclusion_proof(source.node_at, size - 1, size)),
        tuple(consistency_proof(source.node_at, from_size, size)),
    )


def lookup(source: Source, vrf_private: bytes, label: bytes, from_size: int, dated: Sequence[int] = ()) -> LookupProof:
    """The answer about a label, with value and date of each version in `dated`."""
    version = source.newest(label)
    if len(dated) > MAX_DATED:
        raise UsageError(f"an answer dates at most {MAX_DATED} versions, asked for {len(dated)}")
    for number in dated:
        if version is None or not 0 <= number <= version:
            raise UsageError(f"version {number} cannot be dated, the greatest is {version}")
    head = checkpoint_proof(source, from_size)
    if root_of(source.nodes) != head.entry.prefix_root:
        raise BrokenTree("the stored prefix tree is not the one of the newest entry")
    rungs = ladder(version)
    proven = {number: vrf_prove(vrf_private, vrf_input(label, number)) for number in {*rungs, *dated}}
    steps = [Step(proven[number][1], _standing(source, label, number, version)) for number in rungs]
    return LookupProof(
        head,
        None if version is None else _revealed(version, source.held(label, version)),
        tuple(steps),
        tuple(_dated(source, label, number, proven[number][1]) for number in sorted(set(dated))),
        prove(source.nodes, [out for out, _ in proven.values()]),
    )


def _standing(source: Source, label: bytes, number: int, version: int | None) -> Standing | None:
    if version is None or number > version:
        return None
    held = source.held(label, number)
    return Standing(held.commitment, held.epoch)


def _revealed(version: int, held: Held) -> Revealed:
    return Revealed(version, held.opening, held.value)


def _dated(source: Source, label: bytes, number: int, proof: bytes) -> Dated:
    held = source.held(label, number)
    inclusion = tuple(inclusion_proof(source.node_at, held.epoch, source.size))
    return Dated(_revealed(number, held), proof, held.epoch, source.entry(held.epoch), inclusion)
