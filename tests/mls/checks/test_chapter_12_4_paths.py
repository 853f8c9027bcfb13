# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Commits as everybody meets them who follows a group: senders, leaves and keys of a path, the end of a group."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from privity.mls.messages.commit import UpdatePath
from privity.mls.messages.envelope import PublicMessage
from privity.mls.messages.framing import AuthenticatedContent, Sender
from privity.mls.messages.leaf_node import LeafSource
from privity.mls.messages.proposals import Add, ExternalInit, ReInit
from privity.mls.state import PublicState
from privity.mls.validation.commit import stage_commit
from privity.mls.validation.content import verify_content
from tests.mls.checks.showing import breaks, raises_check, shows
from tests.mls.checks.valid_room import five, refuses
from tests.mls.public.builders import NOW, Room, capabilities, hpke_key, key_package, party

ZOE = party("zoe")
INIT = ExternalInit(hpke_key())


@pytest.fixture
def room() -> Room:
    return five()


@pytest.mark.parametrize("index", [5, 6, 8, (1 << 32) - 1])
@shows("12.4.2-5")
def test_a_sender_that_is_no_member(room: Room, index: int) -> None:
    body = room.commit(1).content.body
    refuses(room, "12.4.2-5", lambda at: room.sign(room.parties[1], Sender.member(at), body), 1, index)


def with_leaf(room: Room, **changes: Any) -> PublicMessage:
    """A commit by ana whose leaf differs from the usual one."""
    return room.commit(0, leaf_changes=changes)


@shows("12.4.2-7")
def test_a_leaf_that_comes_from_elsewhere(room: Room) -> None:
    moved = {"source": LeafSource.UPDATE, "parent_hash": None}
    refuses(room, "12.4.2-7", lambda changes: with_leaf(room, **changes), {}, moved)


@shows("12.4.2-8")
def test_a_leaf_that_does_not_speak_the_suite(room: Room) -> None:
    poor = {"capabilities": capabilities(cipher_suites=(2, 3))}
    refuses(room, "12.4.2-8", lambda changes: with_leaf(room, **changes), {}, poor)


@pytest.mark.parametrize("index", [6, 4, 0])
@shows("12.4.2-9")
def test_a_joiner_in_another_place(room: Room, index: int) -> None:
    def joining(at: int) -> PublicMessage:
        return room.external_commit(ZOE, [INIT], leaf_changes={"leaf_index": at})

    refuses(room, "12.4.2-9", joining, 5, index)


@shows("12.4.2-10")
def test_a_leaf_that_keeps_its_key(room: Room) -> None:
    kept = room.group.tree.leaf(0).encryption_key
    refuses(room, "12.4.2-10", lambda key: with_leaf(room, encryption_key=key), hpke_key(), kept)


def with_key(path: UpdatePath, at: int, key: bytes) -> UpdatePath:
    nodes = list(path.nodes)
    nodes[at] = replace(nodes[at], encryption_key=key)
    return replace(path, nodes=tuple(nodes))


@pytest.mark.parametrize("at", [0, 1, 2])
@pytest.mark.parametrize("node", [0, 1, 3, 4, 7, 8])
@shows("12.4.2-11")
def test_a_path_that_brings_a_key_back(room: Room, at: int, node: int) -> None:
    """Keys of ana's own old path (1, 3, 7), of its old leaf, and of others."""
    old = room.group.tree.nodes[node]
    assert old is not None

    def committing(change: UpdatePath | None) -> PublicMessage:
        return room.commit(0, change=lambda path: change or path)

    valid = room.path(room.parties[0], room.group.tree, 0)
    refuses(room, "12.4.2-11", committing, valid, with_key(valid, at, old.encryption_key))


@pytest.mark.parametrize("index", [1, 2, 4])
@shows("12.4.2-11")
def test_a_leaf_with_the_key_of_another_member(room: Room, index: int) -> None:
    taken = room.group.tree.leaf(index).encryption_key
    refuses(room, "12.4.2-11", lambda key: with_leaf(room, encryption_key=key), hpke_key(), taken)


@shows("12.4.2-12")
def test_a_key_that_the_same_commit_brings_twice(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    add = Add(key_package(ZOE))

    def committing(key: bytes) -> PublicMessage:
        return room.commit(0, [add], leaf_changes={"encryption_key": key})

    refuses(room, "12.4.2-12", committing, hpke_key(), add.key_package.leaf_node.encryption_key)
    good = room.commit(0)
    monkeypatch.setattr("tests.mls.public.builders.hpke_key", lambda: b"\x12" * 32)
    refuses(room, "12.4.2-12", lambda message: message, good, with_leaf(room, encryption_key=hpke_key()))


@shows("12.4.2-15")
def test_a_commit_without_confirmation_tag(room: Room) -> None:
    good = room.commit(0).authenticated

    def take(auth: AuthenticatedContent) -> object:
        return verify_content(room.group.state, auth)

    breaks("12.4.2-15", take, good, replace(good, confirmation_tag=None))


@shows("12.4.2-18")
def test_a_group_that_a_reinit_closed(room: Room) -> None:
    reinit = room.commit(1, [ReInit(b"next", 1, 1, ())], path=False)
    room.group.process(room.commit(2), NOW)
    room.accept(reinit)
    assert room.group.closed
    before = room.group.encode()
    for message in (room.commit(2), room.propose(2, Add(key_package(ZOE))), room.external_commit(ZOE, [INIT])):
        with raises_check("12.4.2-18"):
            room.group.process(message, NOW)
    assert room.group.encode() == before


@shows("12.4.2-20")
def test_the_last_epoch(room: Room) -> None:
    def take(epoch: int) -> None:
        context = replace(room.group.context, epoch=epoch)
        state = PublicState(context, room.group.tree, room.group.state.interim_transcript_hash)
        auth = room.commit(0, epoch=epoch).authenticated
        key = room.parties[0].private
        signed = type(auth).signed(room.suite, key, auth.content, context).with_confirmation_tag(b"\x0c" * 32)
        stage_commit(state, verify_content(state, signed), {}, room.rules, NOW)

    breaks("12.4.2-20", take, (1 << 64) - 2, (1 << 64) - 1)
