# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Stored records that were damaged are refused by name, however little is wrong with them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from privity.mls import codec
from privity.mls.errors import BadEnum, NotCanonical
from privity.mls.group import DamagedRecords, Group
from privity.mls.group.join_external import JoinedEpoch
from privity.mls.group.records import GROUP, EpochHead, StoredPending, node_name, read_keys
from privity.mls.messages.envelope import decode_group_info
from privity.mls.suites import RFC_9420
from tests.mls.group.builders import NOW, Member, capabilities, room


@pytest.fixture
def ben() -> Member:
    return room("ana", "ben", "cyd", update=True)[1]


def load(member: Member, store: dict[bytes, bytes]) -> Group:
    return Group.load(store, member.identity, member.rules)


def test_a_mark_is_one_of_two(ben: Member) -> None:
    head = EpochHead.decode(ben.store[GROUP])
    data = head.encode()
    at = len(data) - len(head.secrets.encode()) - 1
    assert data[at] == 0
    assert EpochHead.decode(data[:at] + b"\x01" + data[at + 1 :]).removed
    with pytest.raises(BadEnum):
        EpochHead.decode(data[:at] + b"\x02" + data[at + 1 :])


def test_a_node_has_one_private_key() -> None:
    one, two = codec.u32(4) + codec.vec(b"key"), codec.u32(6) + codec.vec(b"key")
    assert codec.decode(read_keys, codec.vec(one + two)) == {4: b"key", 6: b"key"}
    with pytest.raises(NotCanonical):
        codec.decode(read_keys, codec.vec(one + two + one))


def test_an_older_version_is_named(ben: Member) -> None:
    data = ben.store[GROUP]
    with pytest.raises(DamagedRecords, match="version"):
        load(ben, {**ben.store, GROUP: bytes([data[0] + 1]) + data[1:]})


@pytest.mark.parametrize("count", [0, 1, 2, 3, 5, 8, 1 << 20, (1 << 32) - 1])
def test_a_tree_of_another_width(ben: Member, count: int) -> None:
    head = EpochHead.decode(ben.store[GROUP])
    assert head.leaf_count == 4
    with pytest.raises(DamagedRecords):
        load(ben, {**ben.store, GROUP: replace(head, leaf_count=count).encode()})


@pytest.mark.parametrize("own_leaf", [3, 4, 1 << 20])
def test_a_leaf_of_our_own_that_is_not_there(ben: Member, own_leaf: int) -> None:
    ben.commit(force_path=True)
    ben.save()
    head = EpochHead.decode(ben.store[GROUP])
    assert [index for index, _ in ben.group.tree.leaves()] == [0, 1, 2]
    load(ben, {**ben.store, GROUP: head.encode()})
    with pytest.raises(DamagedRecords, match=f"our own leaf {own_leaf} is blank"):
        load(ben, {**ben.store, GROUP: replace(head, own_leaf=own_leaf).encode()})


DAMAGE: list[Callable[[dict[bytes, bytes]], dict[bytes, bytes]]] = [
    lambda store: {name: value for name, value in store.items() if name != GROUP},
    lambda store: {name: value for name, value in store.items() if name != node_name(2)},
    lambda store: {**store, node_name(2): store[node_name(0)]},
    lambda store: {**store, node_name(8): store[node_name(0)]},
    lambda store: {**store, node_name(2): store[node_name(2)][:-1]},
    lambda store: {**store, b"what": b""},
    lambda store: {**store, b"pend": b"\x00"},
    lambda store: {**store, b"late" + codec.u64(1): b"\x00"},
    lambda store: {**store, b"past" + codec.u64(1): b"\x00"},
    lambda store: {**store, b"prop" + codec.u32(0): b"\x00"},
]


@pytest.mark.parametrize("damage", DAMAGE)
def test_records_that_do_not_fit_together(
    ben: Member, damage: Callable[[dict[bytes, bytes]], dict[bytes, bytes]]
) -> None:
    load(ben, dict(ben.store))
    with pytest.raises(DamagedRecords):
        load(ben, damage(dict(ben.store)))


def test_a_pending_commit_that_leads_elsewhere(ben: Member) -> None:
    ben.commit(force_path=True)
    ben.save()
    stored = codec.decode(StoredPending.read, ben.store[b"pend"])
    load(ben, dict(ben.store))
    elsewhere = replace(stored, epoch_secret=bytes(32))
    with pytest.raises(DamagedRecords, match="does not lead to the stored epoch"):
        load(ben, {**ben.store, b"pend": elsewhere.encode()})


def test_a_pending_commit_of_another_version(ben: Member) -> None:
    ben.commit(force_path=True)
    ben.save()
    kept = ben.store[b"pend"]
    for other in (0, 1, 3, 0x3F):
        with pytest.raises(DamagedRecords, match=f"has version {other}, this program reads 2"):
            load(ben, {**ben.store, b"pend": bytes([other]) + kept[1:]})


def test_a_stored_external_commit_whose_tree_is_another() -> None:
    ana = room("ana", "ben")[0]
    eve = Member("eve")
    pending = Group.join_external(
        decode_group_info(ana.group.group_info(with_tree=True)),
        ratchet_tree=None,
        identity=eve.identity,
        capabilities=capabilities(1),
        rules=eve.rules,
        now=NOW,
        random=eve.random,
    )
    joined = JoinedEpoch.decode(pending.encode(), RFC_9420)
    head = EpochHead.of(joined.epoch)
    for changed in (
        replace(head, leaf_count=2 * head.leaf_count),
        replace(head, leaf_count=3),
        replace(head, removed=True),
        replace(head, context=replace(head.context, tree_hash=bytes(32))),
    ):
        data = pending.encode().replace(codec.vec(head.encode()), codec.vec(changed.encode()))
        assert data != pending.encode()
        with pytest.raises(DamagedRecords):
            JoinedEpoch.decode(data, RFC_9420)
