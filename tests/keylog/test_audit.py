# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""An auditor follows an honest log, and refuses by name every epoch in which the map did anything but grow."""

from __future__ import annotations

import os
import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privity.keylog import errors as e
from privity.keylog.audit import EMPTY, AuditState, AuditUpdate, audit, check_head, make_update
from privity.keylog.commitment import stamp
from privity.keylog.entry import Entry
from privity.keylog.prefix_proof import End, EndKind, PrefixProof, prove
from privity.keylog.prefix_tree import Leaf, insert
from privity.tlog.checkpoint import Checkpoint
from privity.tlog.note import SignedNote
from privity.tlog.tree import Frontier, leaf_hash
from tests.keylog.memory_log import MemoryLog

NOW = 1_800_000_000_000
FLIPS = int(os.environ.get("PRIVITY_PROVE_FLIPS", "255"))


def make_log(epochs: int = 5) -> MemoryLog:
    """Some labels with some versions; the last epoch adds two leaves."""
    log = MemoryLog()
    for epoch in range(epochs):
        if epoch != 2:
            log.put(b"u:ann", b"ann's list %d" % epoch)
            log.put(b"u:ben%d" % epoch, b"ben's list")
        log.cut(NOW + epoch * 1000)
    return log


def head(log: MemoryLog) -> Checkpoint:
    return Checkpoint.decode(SignedNote.decode(log.note).text)


def followed(updates: list[AuditUpdate]) -> AuditState:
    state = EMPTY
    for update in updates:
        state = audit(state, AuditUpdate.decode(update.encode()))
        state = AuditState.decode(state.encode())
    return state


LOG = make_log()
BEFORE, LAST = followed(LOG.updates[:-1]), LOG.updates[-1]


def test_honest_log_is_followed_from_the_first_epoch() -> None:
    log = MemoryLog()
    state = EMPTY
    rnd = random.Random(3)
    for epoch in range(40):
        for number in range(rnd.choice((0, 0, 1, 3, 20))):
            log.put(b"u:%d" % rnd.randint(0, 60), b"%d" % number)
        log.cut(NOW + epoch)
        state = audit(state, log.updates[-1])
        check_head(state, head(log))


def test_epoch_that_adds_nothing_keeps_the_map_and_moves_the_log() -> None:
    log = make_log()
    before = followed(log.updates)
    log.cut(NOW + 9000)
    after = audit(before, log.updates[-1])
    assert after.prefix_root == before.prefix_root and after.frontier.size == before.frontier.size + 1
    check_head(after, head(log))


def test_epoch_from_before_the_last_is_refused() -> None:
    with pytest.raises(e.TimeWentBack):
        audit(BEFORE, replace(LAST, timestamp_ms=BEFORE.timestamp_ms - 1))
    assert audit(BEFORE, replace(LAST, timestamp_ms=BEFORE.timestamp_ms)).timestamp_ms == BEFORE.timestamp_ms


def test_unsorted_or_doubled_additions_are_refused() -> None:
    one, other = LAST.added
    for added in ((other, one), (one, one), (one, (one[0], bytes(32)), other)):
        with pytest.raises(e.Unsorted):
            audit(BEFORE, replace(LAST, added=added))


def hostile(leaves: list[tuple[bytes, bytes]]) -> AuditUpdate:
    """An epoch that adds one leaf, as a log gives it whose map holds these leaves and not the audited ones."""
    return make_update(tree_of(leaves), NOW + 9000, [(bytes(31) + b"\x07", bytes(32))])


def tree_of(leaves: list[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    return insert({}, sorted(leaves)).changes


def stamped_leaves(log: MemoryLog) -> list[tuple[bytes, bytes]]:
    return [(out, stamp(commitment, at)) for at, update in enumerate(log.updates) for out, commitment in update.added]


@pytest.mark.parametrize("at", range(8))
def test_map_that_drops_a_leaf_is_refused(at: int) -> None:
    leaves = stamped_leaves(LOG)
    with pytest.raises(e.WrongOldRoot):
        audit(followed(LOG.updates), hostile(leaves[:at] + leaves[at + 1 :]))


@pytest.mark.parametrize("at", range(8))
def test_map_that_replaces_a_value_is_refused(at: int) -> None:
    leaves = stamped_leaves(LOG)
    leaves[at] = (leaves[at][0], bytes(32))
    with pytest.raises(e.WrongOldRoot):
        audit(followed(LOG.updates), hostile(leaves))


def test_map_that_slips_in_a_leaf_without_saying_so_is_refused() -> None:
    """A leaf that no update brought: the next update starts from a tree that the auditor does not know."""
    ghost = (bytes(31) + b"\x01", bytes(32))
    audit(followed(LOG.updates), hostile(stamped_leaves(LOG)))
    with pytest.raises(e.WrongOldRoot):
        audit(followed(LOG.updates), hostile([*stamped_leaves(LOG), ghost]))


def test_change_that_is_not_in_the_update_shows_in_the_head() -> None:
    """The tree after the epoch has a leaf more than the update says: the auditor's own root is another."""
    state, leaves = followed(LOG.updates), stamped_leaves(LOG)
    nodes = tree_of(leaves)
    added = (bytes(31) + b"\x07", bytes(32))
    for more in ([(bytes(31) + b"\x01", bytes(32))], []):
        said = insert(nodes, sorted([(added[0], stamp(added[1], state.frontier.size)), *more]))
        after = audit(state, make_update(nodes, NOW + 9000, [added]))
        frontier = state.frontier.append(leaf_hash(Entry(NOW + 9000, said.root).encode()))
        claimed = Checkpoint(LOG.origin, frontier.size, frontier.root())
        if more:
            with pytest.raises(e.WrongHead):
                check_head(after, claimed)
        else:
            check_head(after, claimed)


@pytest.mark.parametrize("epoch", [0, 4, 6, 1 << 40])
def test_leaf_stamped_with_another_epoch_shows_in_the_head(epoch: int) -> None:
    """A reset that claims to be older, or newer, than the epoch that brought it."""
    state = followed(LOG.updates)
    nodes = tree_of(stamped_leaves(LOG))
    out, commitment = bytes(31) + b"\x07", bytes(32)
    done = insert(nodes, [(out, stamp(commitment, epoch))])
    frontier = state.frontier.append(leaf_hash(Entry(NOW + 9000, done.root).encode()))
    after = audit(state, make_update(nodes, NOW + 9000, [(out, commitment)]))
    with pytest.raises(e.WrongHead):
        check_head(after, Checkpoint(LOG.origin, frontier.size, frontier.root()))


def test_map_that_adds_a_leaf_again_is_refused() -> None:
    """With the same value or another: each of the ways to say that it was not there."""
    state = followed(LOG.updates)
    nodes = tree_of(stamped_leaves(LOG))
    for out, stamped in stamped_leaves(LOG):
        again = ((out, bytes(32)),)
        proof = prove(nodes, [out])
        (end,) = proof.ends
        with pytest.raises(e.AddedAgain):
            audit(state, AuditUpdate(NOW + 9000, again, proof))
        beside = replace(end, kind=EndKind.OTHER, other=Leaf.of(out, stamped))
        with pytest.raises(e.AddedAgain):
            audit(state, AuditUpdate(NOW + 9000, again, replace(proof, ends=(beside,))))
        gone = replace(end, kind=EndKind.NOTHING)
        with pytest.raises(e.WrongOldRoot):
            audit(state, AuditUpdate(NOW + 9000, again, replace(proof, ends=(gone,))))


def test_misplaced_leaf_does_not_make_room_for_another() -> None:
    state = followed(LOG.updates)
    nodes = tree_of(stamped_leaves(LOG))
    out = bytes(32)
    proof = prove(nodes, [out])
    (end,) = proof.ends
    far = Leaf.of(b"\xff" * 32, bytes(32))
    with pytest.raises(e.BadAuditProof):
        audit(state, AuditUpdate(NOW + 9000, ((out, out),), replace(proof, ends=(End(end.depth, EndKind.OTHER, far),))))


def test_proof_with_parts_left_over_or_missing_is_refused() -> None:
    proof = LAST.proof
    for bent in (
        replace(proof, hashes=(*proof.hashes, bytes(32))),
        replace(proof, ends=(*proof.ends, End(3, EndKind.NOTHING))),
        replace(proof, hashes=proof.hashes[1:]),
        PrefixProof((), ()),
    ):
        with pytest.raises(e.BadAuditProof):
            audit(BEFORE, replace(LAST, proof=bent))
    with pytest.raises(e.BadAuditProof):
        audit(BEFORE, replace(LAST, added=()))


def test_update_of_another_epoch_is_refused() -> None:
    with pytest.raises(e.WrongOldRoot):
        audit(followed(LOG.updates[:-2]), LAST)


def test_head_of_another_size_or_root_is_refused() -> None:
    state = followed(LOG.updates)
    check_head(state, head(LOG))
    for bent in (replace(head(LOG), size=4), replace(head(LOG), root=bytes(32))):
        with pytest.raises(e.WrongHead):
            check_head(state, bent)


def refuses_flipped(at: int, mask: int) -> None:
    """One byte of the last epoch changed: refused at once, or by the head."""
    encoded = bytearray(LAST.encode())
    encoded[at] ^= mask
    with pytest.raises((e.AuditError, e.Malformed)):
        check_head(audit(BEFORE, AuditUpdate.decode(bytes(encoded))), head(LOG))


@settings(max_examples=200)
@given(st.integers(0, len(LAST.encode()) - 1), st.integers(1, 255))
def test_every_changed_byte_of_an_epoch_is_refused(at: int, mask: int) -> None:
    refuses_flipped(at, mask)


@pytest.mark.prove
def test_every_byte_of_an_epoch_changed_in_every_way_is_refused() -> None:
    for at in range(len(LAST.encode())):
        for mask in range(1, FLIPS + 1):
            refuses_flipped(at, mask)


def test_state_that_is_none_is_refused() -> None:
    encoded = BEFORE.encode()
    for bent in (b"", encoded[:-1], encoded + b"\0", encoded[:47] + bytes([encoded[47] ^ 1]) + encoded[48:]):
        with pytest.raises(e.Malformed):
            AuditState.decode(bent)
    assert EMPTY.frontier == Frontier(0, ())
