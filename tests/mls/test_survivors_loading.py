# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What changes of reading a group back no other test noticed: where each bound is, and by what name it is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from privity.mls import codec
from privity.mls.group import DamagedRecords, Group
from privity.mls.group.older_pending import is_older
from privity.mls.group.records import GROUP, EpochHead, Journal, StoredPending, node_name
from privity.mls.messages.app_data import AppDataDictionary, ComponentData
from privity.mls.messages.envelope import MLSMessage, PublicMessage
from privity.mls.messages.proposals import AppDataUpdate, Remove
from tests.mls.group.builders import NOW, Member, room, snapshot
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
