# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A store whose records have the names of an older program is read, and has today's names from then on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from privity.mls import codec
from privity.mls.group import ApplicationMessage, Group, StagedCommit
from privity.mls.group.errors import DamagedRecords
from privity.mls.group.records import EpochHead, read_past
from privity.mls.messages.codepoints import PUBLIC_MESSAGE
from tests.mls.group.builders import NOW, Member, accept, room


def as_it_was(store: dict[bytes, bytes]) -> dict[bytes, bytes]:
    """The same store as the older program wrote it: parents by their index alone, leaves of the past by themselves."""
    older: dict[bytes, bytes] = {}
    for name, value in store.items():
        if name.startswith(b"over"):
            older[b"node" + name[5:]] = value
        elif name.startswith(b"late"):
            context, sender_data, resumption, own_leaf, leaf_count, leaves = codec.decode(read_past, value)
            secrets = codec.vec(sender_data) + codec.vec(resumption)
            older[b"past" + name[4:]] = codec.vec(context) + secrets + codec.u32(own_leaf) + codec.u32(leaf_count)
            older |= {b"leaf" + name[4:] + codec.u32(index): leaf for index, leaf in leaves.items()}
        else:
            older[name] = value
    return older


@pytest.fixture
def four() -> list[Member]:
    """Four whose tree is filled, the last one a step behind with what was sent."""
    return room("ana", "ben", "cyd", "dov", update=True)


def test_an_older_store_is_read_and_moved(four: list[Member]) -> None:
    ana, ben, *_ = four
    late = ben.say(b"before the commit")
    accept(ben.commit(adds=[Member("eve").bundle.key_package], force_path=True), four)
    assert None in ana.group.tree.nodes[1::2], "a tree with blank parents"
    ana.save()
    today = dict(ana.store)
    store = as_it_was(today)
    assert {name[:4] for name in store} == {b"grou", b"node", b"key\0", b"msg\0", b"exp\0", b"past", b"leaf"}
    loaded = Group.load(store, ana.identity, ana.rules)
    records = loaded.drain()
    assert {name for name in store if name not in today} == records.delete
    assert {name: value for name, value in today.items() if name not in store} == records.put, "and no other"
    store |= records.put
    for name in records.delete:
        del store[name]
    assert store == today
    for group in (loaded, Group.load(store, ana.identity, ana.rules)):
        assert group.epoch_authenticator == ben.group.epoch_authenticator
    read = loaded.process(late, now=NOW)
    assert isinstance(read, ApplicationMessage)
    assert (read.plaintext, read.epoch) == (b"before the commit", loaded.epoch - 1)
    assert read.leaf_node != loaded.tree.leaf(read.sender_leaf), "the leaf that ben had then"


def test_what_happens_before_an_older_store_is_saved_counts(four: list[Member]) -> None:
    ana, ben, *_ = four
    ana.save()
    store = as_it_was(ana.store)
    loaded = Group.load(store, ana.identity, ana.rules)
    pending = ben.commit(force_path=True)
    staged = loaded.process(pending.message, now=NOW)
    assert isinstance(staged, StagedCommit)
    loaded.merge(staged)
    records = loaded.drain()
    store |= records.put
    for name in records.delete:
        store.pop(name, None)
    accept(pending, four)
    assert Group.load(store, ana.identity, ana.rules).epoch_authenticator == ben.group.epoch_authenticator
    assert not Group.load(store, ana.identity, ana.rules).drain().put, "it has today's names"


def older_pending(member: Member) -> bytes:
    """The pending commit of a member as the older program wrote it."""
    pending = member.group._state.pending
    assert pending is not None
    following = pending.staged.next
    assert following is not None
    auth = pending.staged.change.auth
    (encryption_secret,) = following.messages.records.values()
    (export_secret,) = following.exports.records.values()
    parts = [
        pending.message,
        b"" if auth.wire_format == PUBLIC_MESSAGE else auth.encode(),
        pending.welcome or b"",
        b"",
        EpochHead.of(following).encode(),
        encryption_secret,
        export_secret,
        b"".join([codec.u32(x) + codec.vec(key) for x, key in following.keys.items()]),
    ]
    return b"".join([codec.vec(part) for part in parts])


@pytest.mark.parametrize("private", [False, True])
def test_an_older_pending_commit_is_read_and_merged(four: list[Member], private: bool) -> None:
    ana, ben, *_ = four
    newcomer = Member("eve")
    pending = ana.commit(adds=[newcomer.bundle.key_package], force_path=True, private=private)
    ana.save()
    store = as_it_was({**ana.store, b"pend": older_pending(ana)})
    loaded = Group.load(store, ana.identity, ana.rules)
    assert loaded.pending is not None
    assert (loaded.pending.message, loaded.pending.welcome) == (pending.message, pending.welcome)
    loaded.merge_pending()
    assert b"pend" in loaded.drain().delete
    ben.follow(pending.message)
    assert loaded.epoch_authenticator == ben.group.epoch_authenticator
    assert loaded.process(ben.say(b"hello"), now=NOW)
    ben.read(loaded.encrypt(b"hello", random=ana.random))


def test_an_older_pending_commit_that_leads_elsewhere(four: list[Member]) -> None:
    ana = four[0]
    ana.commit(force_path=True)
    ana.save()
    pending = ana.group._state.pending
    assert pending is not None and pending.staged.next is not None
    head = EpochHead.of(pending.staged.next)
    other = replace(head, context=replace(head.context, tree_hash=bytes(32)))
    good = older_pending(ana)
    bad = good.replace(codec.vec(head.encode()), codec.vec(other.encode()))
    assert bad != good
    Group.load({**ana.store, b"pend": good}, ana.identity, ana.rules)
    with pytest.raises(DamagedRecords, match="does not lead to the stored epoch"):
        Group.load({**ana.store, b"pend": bad}, ana.identity, ana.rules)


def test_a_store_of_today_is_not_moved(four: list[Member]) -> None:
    ana = four[0]
    ana.save()
    records = Group.load(ana.store, ana.identity, ana.rules).drain()
    assert not records.put
    assert not records.delete
