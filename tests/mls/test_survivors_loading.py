# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What changes of reading a group back no other test noticed: where each bound is, and by what name it is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from privity.mls import codec
from privity.mls.errors import UsageError
from privity.mls.group import DamagedRecords, Group, NoPendingCommit, PendingCommit, StagedCommit
from privity.mls.group.older_pending import is_older
from privity.mls.group.records import GROUP, EpochHead, Journal, StoredPending, node_name, sort_records
from privity.mls.group.state import store_pending
from privity.mls.messages.app_data import SAFE_AAD, AppDataDictionary, ComponentData, SafeAAD
from privity.mls.messages.envelope import MLSMessage, PublicMessage
from privity.mls.messages.proposals import AppDataUpdate, ReInit, Remove
from privity.mls.schedule.errors import ReplayedMessage
from privity.mls.schedule.secret_tree import Kind
from privity.mls.tree.ratchet_tree import RatchetTree
from tests.mls.group.builders import NOW, Member, accept, room, snapshot
from tests.mls.group.test_older_records import as_it_was, older_pending


@pytest.fixture
def ana() -> Member:
    """One of four whose tree is filled."""
    return room("ana", "ben", "cyd", "dov", update=True)[0]


def load(member: Member, store: dict[bytes, bytes]) -> Group:
    return Group.load(store, member.identity, member.rules)


def as_wide_as(member: Member, count: int) -> dict[bytes, bytes]:
    return {**member.store, GROUP: replace(EpochHead.decode(member.store[GROUP]), leaf_count=count).encode()}


@pytest.mark.parametrize("count", [0, 3, 5, 8, 1 << 24])
def test_the_width_of_a_tree_is_a_power_of_two_of_which_the_right_half_is_filled(ana: Member, count: int) -> None:
    assert max(x for x, node in enumerate(ana.group.tree.nodes) if node) == 6
    load(ana, as_wide_as(ana, 4))
    with pytest.raises(DamagedRecords, match=f"the stored nodes are not those of a tree of {count} leaves"):
        load(ana, as_wide_as(ana, count))


def test_a_tree_is_read_that_is_filled_only_just_so_far() -> None:
    alone = Member("ana").create()
    assert load(alone, snapshot(alone)).tree.leaf_count == 1
    two = room("ana", "ben", "cyd")[0]
    assert [x for x, node in enumerate(two.group.tree.nodes) if node][-1] == 4
    assert load(two, snapshot(two)).tree.leaf_count == 4
    with pytest.raises(DamagedRecords, match="the stored nodes are not those of a tree of 1 leaves"):
        load(alone, {GROUP: alone.store[GROUP]})


@pytest.mark.parametrize("x", [7, 8, 9])
def test_a_node_outside_of_the_tree(ana: Member, x: int) -> None:
    with pytest.raises(DamagedRecords, match=f"node {x} is outside of a tree of 4 leaves"):
        load(ana, {**ana.store, node_name(x): ana.store[node_name(x & 1)]})


def test_a_node_that_is_another_is_named_before_anything_is_made_of_it(ana: Member) -> None:
    with pytest.raises(DamagedRecords, match="the stored tree is not the one of the stored epoch"):
        load(ana, {**ana.store, node_name(2): ana.store[node_name(0)]})


def test_a_proposal_is_no_pending_commit(ana: Member) -> None:
    ana.commit(force_path=True)
    store = snapshot(ana)
    stored = codec.decode(StoredPending.read, store[b"pend"])
    load(ana, store)
    auth = stored.authenticated()
    other = replace(auth, content=replace(auth.content, body=Remove(1)), confirmation_tag=None)
    with pytest.raises(DamagedRecords, match="the pending commit is no commit"):
        load(ana, {**store, b"pend": replace(stored, content=other.encode()).encode()})


def test_a_welcome_is_there_or_not(ana: Member) -> None:
    ana.commit(force_path=True)
    loaded = load(ana, snapshot(ana)).pending
    assert loaded is not None and loaded.welcome is None


def test_the_shortest_commit_that_an_older_program_stored_is_one_of_its_own() -> None:
    dictionary = AppDataDictionary((ComponentData(0x8000, b""),)).extension()
    ana, _ = room("ana", "ben", extensions=(dictionary,))
    ana.commit(app_data_updates=[AppDataUpdate(0x8000, b"")])
    ana.save()
    older = older_pending(ana)
    assert 64 <= len(ana.group._state.require_pending().message) < 256
    assert older[0] == 0x40
    assert is_older(older) and not is_older(ana.store[b"pend"])
    assert not is_older(b"\x3f" + older[1:])
    loaded = load(ana, as_it_was({**ana.store, b"pend": older})).pending
    assert loaded is not None and loaded.message == ana.group._state.require_pending().message


def test_what_is_said_last_of_a_record_counts() -> None:
    journal = Journal()
    journal.put(b"a", b"1")
    journal.put(b"b", b"1")
    journal.delete(b"a")
    journal.delete(b"b")
    journal.put(b"b", b"2")
    journal.delete(b"c")
    records = journal.drain()
    assert (records.put, records.delete) == ({b"b": b"2"}, {b"a", b"c"})
    records = journal.drain()
    assert (records.put, records.delete) == ({}, set())


def test_a_proposal_that_comes_twice_waits_once() -> None:
    ana, ben = room("ana", "ben")
    message = ana.group.propose_update(random=ana.random, now=NOW)
    body = MLSMessage.decode(message).body
    assert isinstance(body, PublicMessage)
    ben.process(message)
    before = snapshot(ben)
    ben.process(message)
    assert snapshot(ben) == before
    assert len(ben.group.proposals) == 1


def test_what_was_not_pending_is_not_deleted() -> None:
    ana, ben = room("ana", "ben")
    pending = ana.commit(force_path=True)
    staged = ben.process(pending.message)
    assert isinstance(staged, StagedCommit)
    for member in (ana, ben):
        member.save()
    ben.group.merge(staged)
    ana.group.merge_pending(pending)
    assert b"pend" not in ben.group.drain().delete
    assert b"pend" in ana.group.drain().delete


def test_the_key_of_a_private_commit_is_gone_once_it_is_merged() -> None:
    ana, ben = members = room("ana", "ben")
    epoch = ana.group.epoch
    accept(ana.commit(force_path=True, private=True), members)
    for member in members:
        member.reload()
        with pytest.raises(ReplayedMessage):
            member.group._state.past[epoch].messages.look_up(0, Kind.HANDSHAKE, 0, member.group._state.window)
    assert ben.read(ana.say(b"after it")).generation == 0


def test_a_commit_tells_what_data_messages_carry_from_then_on() -> None:
    ana, ben = members = room("ana", "ben")
    safe = AppDataDictionary().with_component(SAFE_AAD, b"").extension()
    ben.read(ana.say(b"anything", aad=b"no SafeAAD"))
    accept(ana.commit(group_context_extensions=(safe,)), members)
    for member, other in ((ana, ben), (ben, ana)):
        with pytest.raises(UsageError, match="SafeAAD"):
            member.say(b"anything", aad=b"no SafeAAD")
        other.read(member.say(b"framed", aad=SafeAAD().encode()))


def every_node(tree: RatchetTree, old: RatchetTree) -> range:
    """What differs, for who does not know better."""
    return range(max(len(tree.nodes), len(old.nodes)))


@pytest.mark.parametrize("known", [True, False])
def test_a_commit_writes_no_record_as_it_was(known: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not known:
        monkeypatch.setattr(RatchetTree, "changed_since", every_node)
    _, ben, cyd, _ = room("ana", "ben", "cyd", "dov", update=True)
    staged = ben.process(cyd.commit(force_path=True).message)
    assert isinstance(staged, StagedCommit)
    ben.save()
    ben.group.merge(staged)
    records = ben.group.drain()
    assert {name for name in records.put if name.startswith(b"key")} == {b"key" + codec.u32(3)}
    assert [name for name, value in records.put.items() if ben.store.get(name) == value] == []
    assert records.delete <= ben.store.keys()
    written = {name for name in records.put if name.startswith((b"node", b"over"))}
    assert written == {node_name(3), node_name(4), node_name(5)}


def test_a_commit_that_ends_in_no_epoch_is_not_kept() -> None:
    ana, ben = room("ana", "ben")
    staged = ben.process(ana.commit(removes=[1]).message)
    assert isinstance(staged, StagedCommit) and staged.self_removed
    with pytest.raises(NoPendingCommit):
        store_pending(PendingCommit(b"", None, staged, ben.group._state.signer), bytes(32))


def test_a_group_is_ended_by_a_reinit_only(ana: Member) -> None:
    head = EpochHead.decode(ana.store[GROUP])
    ended = replace(head, reinit=ReInit(b"next", 1, 1, ()))
    assert load(ana, {**ana.store, GROUP: ended.encode()})._state.epoch.reinit == ended.reinit
    data = ended.encode().replace(ReInit(b"next", 1, 1, ()).encode(), Remove(1).encode())
    assert data != ended.encode()
    with pytest.raises(DamagedRecords, match="the stored group was ended by a Remove"):
        load(ana, {**ana.store, GROUP: data})


def test_a_name_says_the_whole_of_its_number() -> None:
    x, epoch = 0xFEDCBA98, 0xFEDCBA9876543210
    older = {b"past" + codec.u64(epoch): b"g", b"leaf" + codec.u64(epoch) + codec.u32(x): b"h"}
    low = {b"node" + codec.u32(x): b"a", b"over" + codec.u8(1) + codec.u32(x + 1): b"b", b"key" + codec.u32(x): b"c"}
    high = {b"msg" + codec.u64(epoch) + b"r": b"d", b"exp" + b"n": b"e", b"late" + codec.u64(epoch - 1): b"f"}
    parts = sort_records({GROUP: b"head", **low, **high, **older, b"prop" + codec.u32(x): b"i"})
    assert (parts.head, parts.pending, parts.nodes, parts.keys) == (b"head", None, {x: b"a", x + 1: b"b"}, {x: b"c"})
    assert (parts.messages, parts.exports) == ({epoch: {b"r": b"d"}}, {b"n": b"e"})
    assert (parts.past, parts.past_leaves) == ({epoch - 1: b"f", epoch: b"g"}, {epoch: {x: b"h"}})
    assert (parts.proposals, parts.moved) == ({x: b"i"}, set(older))
    assert sort_records({GROUP: b"head", b"node" + codec.u32(x + 1): b"j"}).moved == {b"node" + codec.u32(x + 1)}
    with pytest.raises(DamagedRecords, match="the record 'group' is missing"):
        sort_records(low)
    with pytest.raises(DamagedRecords, match="has the unknown name"):
        sort_records({GROUP: b"head", b"what" + codec.u32(x): b""})
