# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The contract of rooms: their groups, members, participants, commits, invitations and knocks."""

from __future__ import annotations

from dataclasses import replace

from privity.identity.room_links import KNOCK_MS
from privity.server.db.database import Tx
from privity.server.invitations import store as invitations
from privity.server.invitations.model import Invitation, Word
from privity.server.knocks import store as knocks
from privity.server.knocks.model import Link, Waiting
from privity.server.rooms import store
from privity.server.rooms.model import MadeCommit, StoredGroup, Summary
from tests.server.stores.cast import KEY, NOW, inside, people, room


def test_rooms(tx: Tx) -> None:
    one = store.add(tx, "r1", "ann ben", 1, NOW, KEY)
    two = store.add(tx, "r2", None, 1, NOW, b"g" * 32)
    found = store.find(tx, "r1")
    assert found is not None
    assert (found.id, found.direct_pair, found.franking_key) == (one, "ann ben", KEY)
    assert store.find_direct(tx, "ann ben") == found
    assert store.find(tx, "R1") is store.find_direct(tx, "ann cat") is None
    store.set_epoch(tx, one, 7, 9)
    assert store.find(tx, "r1") == replace(found, epoch=7, epoch_seq=9)
    assert sorted(store.agents(tx)) == [KEY, b"g" * 32]
    store.put_group(tx, two, StoredGroup(1, b"s", b"g"))
    assert [one.id for one in store.with_other_agent(tx, KEY, 0, 9)] == [two]
    assert store.with_other_agent(tx, KEY, two, 9) == []
    store.set_agent(tx, two, KEY)
    assert store.with_other_agent(tx, KEY, 0, 9) == []


def test_groups_and_trees(tx: Tx) -> None:
    one = room(tx, "r1", group=False)
    assert (store.group(tx, one), store.group_version(tx, one)) == (None, 0)
    store.put_group(tx, one, StoredGroup(1, b"s", b"g"))
    changed = StoredGroup(2, b"\x00\xff", b"h")
    store.put_group(tx, one, changed)
    assert (store.group(tx, one), store.group_version(tx, one)) == (changed, 2)
    store.put_member(tx, one, "ann/1", "ann", 3)
    store.put_tree(tx, one, 3, NOW, b"tree")
    store.put_tree(tx, one, 4, NOW, b"later")
    assert store.tree_for(tx, "r1", "ann/1", 3) == b"tree"
    assert store.tree_for(tx, "r1", "ann/1", 4) is None, "it came before that"
    store.forget_trees(tx, NOW)
    assert store.tree_for(tx, "r1", "ann/1", 3) == b"tree"
    assert len(tx.all("SELECT 1 FROM room_tree")) == 1
    store.forget_trees(tx, NOW + 1)
    assert store.tree_for(tx, "r1", "ann/1", 3) is None


def test_members(tx: Tx) -> None:
    one = room(tx, "r1", "ann ben")
    store.put_member(tx, one, "ann/1", "ann", 4)
    store.put_member(tx, one, "ann/2", "ann", 4)
    store.put_member(tx, one, "ben/1", "ben", 4)
    right = store.sending_right(tx, "r1", "ann/1")
    assert right is not None
    assert (right.head.room_id, right.head.seq, right.direct_pair, right.franking_key) == (one, 0, "ann ben", KEY)
    assert store.end_member(tx, one, "ann/1", 6)
    assert not store.end_member(tx, one, "ann/1", 7), "it was none any more"
    assert store.sending_right(tx, "r1", "ann/1") is None
    assert (store.is_member(tx, one, "ann/1"), store.is_member(tx, one, "ann/2")) == (False, True)
    assert store.devices_in_room(tx, one, "ann") == ["ann/2"]
    assert sorted(store.members(tx, one)) == ["ann/2", "ben/1"]
    assert [found.id for found in store.rooms_of_device(tx, "ben/1")] == [one]
    assert store.rooms_of_device(tx, "ann/1") == []
    store.put_member(tx, one, "ann/1", "ann", 9)
    assert tx.one("SELECT from_seq, until_seq, acked_seq FROM room_member WHERE client_uri = 'ann/1'") == (9, None, 9)


def test_participants(tx: Tx) -> None:
    one = room(tx, "r1")
    store.start_participation(tx, one, "ben", NOW)
    store.start_participation(tx, one, "ann", NOW)
    assert store.participants(tx, one) == ["ann", "ben"]
    assert (store.has_more_people(tx, one, 1), store.has_more_people(tx, one, 2)) == (True, False)
    assert (store.participates_since(tx, one, "ann"), store.participates_since(tx, one, "cat")) == (NOW, 0)
    store.put_member(tx, one, "ben/1", "ben", 0)
    assert store.devices_beside(tx, "ann") == ["ben/1"]
    store.end_participation(tx, one, "ann", NOW + 5)
    assert (store.participates(tx, one, "ann"), store.ever_participated(tx, one, "ann")) == (False, True)
    assert not store.ever_participated(tx, one, "cat")
    assert [store.participated(tx, one, "ann", NOW + at) for at in (-1, 0, 5, 6)] == [False, True, True, False]
    assert store.participated(tx, one, "ben", NOW + 99)
    assert (store.rooms_of_user(tx, "ann"), [found.id for found in store.rooms_of_user(tx, "ben")]) == ([], [one])
    assert store.summaries(tx, "ben", "ben/1") == [Summary("r1", 0, 0, True)]
    assert store.summaries(tx, "ben", "ben/2") == [Summary("r1", 0, 0, False)]


def test_rooms_that_end(tx: Tx) -> None:
    one, two = room(tx, "r1", "ann ben"), room(tx, "r2")
    inside(tx, one, "ann")
    inside(tx, two, "ann")
    assert store.empty(tx, 9) == []
    store.end_room(tx, one, NOW)
    assert store.participants(tx, one) == []
    found = store.find(tx, "r1")
    assert found is not None
    assert (found.direct_pair, store.group(tx, one)) == (None, None)
    tx.execute("UPDATE participation SET until_ms = 1 WHERE room_id = ?", (two,))
    tx.execute("UPDATE room_member SET until_seq = 1")
    assert (store.empty(tx, 9), store.bare(tx, 9)) == ([two], [])
    for table in ("participation", "room_member"):
        tx.execute(f"DELETE FROM {table} WHERE room_id = ?", (one,))
    assert store.bare(tx, 9) == [one]
    store.forget(tx, [two], [one])
    assert (store.find(tx, "r1"), store.group(tx, two)) == (None, None)
    store.forget(tx, [], [])


def test_commits_and_notices(tx: Tx) -> None:
    one = room(tx, "r1")
    for epoch in range(5):
        store.add_commit(tx, one, epoch, bytes([epoch]), "ann/1", 3)
    assert store.commit_of(tx, one, 4) == MadeCommit("ann/1", b"\x04")
    assert store.commit_of(tx, one, 2) is not None
    assert store.commit_of(tx, one, 1) is None, "more than three epochs old"
    for user in ("ann", "ann", "ben"):
        store.add_notice(tx, one, 4, user)
    assert (store.notices(tx, one, 4), store.notices(tx, one, 3)) == ({"ann", "ben"}, set())
    store.add_commit(tx, one, 7, b"7", "ann/1", 3)
    assert store.notices(tx, one, 4) == set()


def test_invitations(tx: Tx) -> None:
    people(tx, "ann", "ben", "cat")
    one = room(tx, "r1")
    inside(tx, one, "ann")
    made = Invitation(one, "r1", "ann", "ben", b"e", 1, NOW, None)
    invitations.put(tx, replace(made, entry=b"old", invited_ms=1))
    invitations.put(tx, made)
    invitations.put(tx, Invitation(one, "r1", "cat", "ben", b"e", 1, NOW, None))
    assert invitations.find(tx, one, "ann", "ben", NOW - 1) == made
    assert invitations.find(tx, one, "ann", "ben", NOW) is None
    assert invitations.of_person(tx, "ben", 0) == invitations.by_person(tx, "ann", 0) == [made]
    assert invitations.by_person(tx, "cat", 0) == [], "who is not in the room"
    assert invitations.count_by(tx, "ann", 0) == 1
    invitations.answer(tx, one, "ann", "ben", b"yes")
    assert invitations.find(tx, one, "ann", "ben", 0) == replace(made, theirs=b"yes")
    invitations.put(tx, made)
    assert invitations.find(tx, one, "ann", "ben", 0) == replace(made, theirs=b"yes"), "an answer outlives a repetition"
    invitations.take_back(tx, "ben", "ann")
    assert invitations.find(tx, one, "ann", "ben", 0) == made
    invitations.forget_from(tx, "cat", "ben")
    assert invitations.use_up(tx, one, "ben") == ["ann"]
    assert invitations.use_up(tx, one, "ben") == []
    for at_ms in (1, NOW):
        invitations.put_no(tx, one, "ben", "ann", at_ms)
    assert invitations.said_no(tx, one, "ben", "ann", NOW - 1)
    assert not invitations.said_no(tx, one, "ben", "ann", NOW)


def test_words_about_rooms(tx: Tx) -> None:
    people(tx, "ann", "ben")
    one = room(tx, "r1")
    inside(tx, one, "ann")
    for said_ms, entry in ((5, b"five"), (3, b"three"), (5, b"again")):
        invitations.put_word(tx, Word("ann", one, "ben", entry, said_ms))
    assert invitations.words_of(tx, "ann") == [b"again"], "the newest"
    invitations.put_word(tx, Word("ben", one, "ann", b"outside", 1))
    assert invitations.words_of(tx, "ben") == []
    invitations.put(tx, Invitation(one, "r1", "ann", "ben", b"e", 1, NOW, None))
    invitations.put_no(tx, one, "ben", "ann", NOW)
    invitations.forget_old(tx, NOW - 1)
    assert len(tx.all("SELECT 1 FROM room_word")) == 2, "ben is invited"
    invitations.forget_old(tx, NOW)
    assert tx.all("SELECT user_uri FROM room_word") == [("ann",)]
    assert not invitations.said_no(tx, one, "ben", "ann", 0)
    invitations.forget_word(tx, one, "ann")
    assert invitations.words_of(tx, "ann") == []
    invitations.put_word(tx, Word("ann", one, "ben", b"e", 3))
    invitations.put(tx, Invitation(one, "r1", "ann", "ben", b"e", 1, NOW, None))
    invitations.put_no(tx, one, "ben", "ann", NOW)
    invitations.forget_person(tx, "ben")
    assert (invitations.words_of(tx, "ann"), invitations.by_person(tx, "ann", 0)) == ([], [])
    assert not invitations.said_no(tx, one, "ben", "ann", 0)


def test_knocks(tx: Tx) -> None:
    link = Link("r1", b"h" * 32, NOW + 10)
    for expires_ms in (NOW + 20, NOW + 10, NOW + 30):
        knocks.put_link(tx, replace(link, expires_ms=expires_ms))
    assert knocks.find_link(tx, "r1", b"h" * 32) == link, "the earlier of all times"
    assert (knocks.count_links(tx, "r1", NOW), knocks.count_links(tx, "r1", NOW + 10)) == (1, 0)
    knock = Waiting("r1", "ann", NOW, NOW)
    knocks.put_knock(tx, replace(knock, came_ms=1))
    knocks.put_knock(tx, knock)
    assert knocks.find_knock(tx, "r1", "ann") == knock
    assert knocks.waits(tx, "r1", "ann", NOW)
    assert not knocks.waits(tx, "r1", "ann", NOW + KNOCK_MS)
    inside(tx, room(tx, "r1"), "ben")
    assert knocks.knocks_at_room_of(tx, "ann", "ben", NOW)
    assert not knocks.knocks_at_room_of(tx, "ann", "cat", NOW)
    assert (knocks.count_knocks(tx, "r1", NOW - 1), knocks.count_knocks(tx, "r1", NOW)) == (1, 0)
    knocks.remove_over(tx, NOW + 9, NOW - 1)
    assert (knocks.find_link(tx, "r1", b"h" * 32), knocks.find_knock(tx, "r1", "ann")) == (link, knock)
    knocks.remove_over(tx, NOW + 10, NOW)
    assert (knocks.find_link(tx, "r1", b"h" * 32), knocks.find_knock(tx, "r1", "ann")) == (None, None)
    knocks.put_link(tx, link)
    knocks.put_knock(tx, knock)
    knocks.remove_link(tx, "r1", b"h" * 32)
    knocks.remove_knock(tx, "r1", "ann")
    assert (knocks.find_link(tx, "r1", b"h" * 32), knocks.find_knock(tx, "r1", "ann")) == (None, None)
