# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Under which proof of the key log each leaf of a room was accepted, kept for later evidence by (room, leaf, epoch)."""

from __future__ import annotations

import hashlib

import msgspec

from privity.client.engine.records import Batch, Table
from privity.client.engine.trust import Pins
from privity.mls.codec import u32, u64
from privity.mls.messages.leaf_node import LeafNode
from privity.mls.tree.ratchet_tree import RatchetTree
from privity.policy.members import member_of

_EVERYWHERE = ""


class AcceptedLeaf(msgspec.Struct, frozen=True):
    """The version of the user's list that named the device, and the hash of the proof under which it did."""

    user_uri: str
    version: int
    proof_hash: bytes


def note_leaves(
    batch: Batch, pins: Pins, room_uri: str, epoch: int, old_tree: RatchetTree | None, tree: RatchetTree
) -> set[str]:
    """Keep the proof of every leaf that is new with this epoch; whose they are.

    The lists were checked before the epoch was entered.
    """
    came: set[str] = set()
    for index, leaf in tree.leaves():
        before = None if old_tree is None else old_tree.get_leaf(index)
        if before is not None and _same(before, leaf):
            continue
        user_uri = member_of(leaf).user_uri
        came.add(user_uri)
        pin = pins.pin(user_uri)
        if pin is None:
            continue  # a dropped device on its way out, of a user who was never looked up
        proof = pins.proof(user_uri)
        digest = hashlib.sha256(proof).digest()
        batch.put(Table.PROOF, _EVERYWHERE, digest, proof)
        accepted = AcceptedLeaf(user_uri, pin.version, digest)
        batch.put(Table.PROOF, room_uri, u32(index) + u64(epoch), msgspec.msgpack.encode(accepted))
    return came


def accepted_under(batch: Batch, room_uri: str, epoch: int, index: int) -> AcceptedLeaf | None:
    """What the leaf that stood here in this epoch was accepted under."""
    found: bytes | None = None
    after = u32(index - 1) + b"\xff" * 8 if index else None
    for key, value in batch.scan(Table.PROOF, room_uri, after=after):
        if key[:4] != u32(index) or int.from_bytes(key[4:], "big") > epoch:
            break
        found = value
    return None if found is None else msgspec.msgpack.decode(found, type=AcceptedLeaf)


def proof_of(batch: Batch, digest: bytes) -> bytes | None:
    """A kept proof by its hash."""
    return batch.get(Table.PROOF, _EVERYWHERE, digest)


def _same(one: LeafNode, other: LeafNode) -> bool:
    return one.signature_key == other.signature_key and one.credential == other.credential
