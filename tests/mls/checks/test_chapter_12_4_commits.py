# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Commits: what must be in them, and what must come before anything else is sent."""

from __future__ import annotations

from dataclasses import replace

import pytest

from privity.mls.errors import MlsError
from privity.mls.group.join import open_group_secrets
from privity.mls.messages.commit import Commit, ProposalOrRef, ProposalRef
from privity.mls.messages.envelope import decode_welcome
from privity.mls.messages.key_package import KeyPackage
from privity.mls.messages.proposals import Add, GroupContextExtensions, PreSharedKey, Proposal, ReInit, Remove
from privity.mls.messages.psk import ExternalPsk, PreSharedKeyID
from privity.mls.messages.welcome import Welcome
from tests.mls.checks.showing import breaks, raises_check, shows
from tests.mls.checks.valid_commit import Conversation, flipped
from tests.mls.checks.valid_room import five, queued, refuses, refuses_list, update
from tests.mls.group.builders import NOW as MEMBERS_NOW
from tests.mls.group.builders import Member, accept, agree, snapshot
from tests.mls.public.builders import NOW, Room, key_package, party

ZOE = party("zoe")
PSK = PreSharedKey(ExternalPsk(b"psk", b"n" * 32))


@pytest.fixture
def room() -> Room:
    return five()


@shows("12.4-1")
def test_a_message_before_a_proposal_is_committed() -> None:
    talk = Conversation("ana", "ben", "cyd")
    ana, ben, cyd = talk.members
    proposal = ben.group.propose_remove(2, random=ben.random, now=MEMBERS_NOW)
    ana.say(b"nobody has proposed anything yet")
    ana.process(proposal)
    before = snapshot(ana)
    with raises_check("12.4-1"):
        ana.say(b"cyd would read this")
    assert snapshot(ana) == before
    accept(ana.commit(), [ana, ben])
    assert ben.read(ana.say(b"cyd cannot read this")).plaintext == b"cyd cannot read this"
    with pytest.raises(MlsError):
        cyd.process(ana.say(b"nor this"))


@shows("12.4-1")
def test_a_proposal_of_our_own_counts_too() -> None:
    talk = Conversation()
    talk.ana.say(b"before")
    talk.ana.group.propose_update(random=talk.ana.random, now=MEMBERS_NOW)
    with raises_check("12.4-1"):
        talk.ana.say(b"too early")
    talk.ana.reload()
    with raises_check("12.4-1"):
        talk.ana.say(b"too early, after a restart as well")


@shows("12.4-2")
def test_an_empty_commit_without_path(room: Room) -> None:
    refuses(room, "12.4-2", lambda path: room.commit(0, path=path), True, False)


@shows("12.4-3")
def test_a_path_that_is_required_and_missing(room: Room) -> None:
    new = GroupContextExtensions(room.extensions)
    lists: tuple[list[ProposalOrRef], ...] = (
        [queued(room, 2, update(room, 2))],
        [Remove(3)],
        [new],
        [PSK, Remove(3)],
    )
    for proposals in lists:
        _refuses_without_path(room, proposals)


def _refuses_without_path(room: Room, proposals: list[ProposalOrRef]) -> None:
    refuses(room, "12.4-3", lambda path: room.commit(0, proposals, path=path), True, False)


@shows("12.4-9")
def test_a_path_that_is_not_required(room: Room) -> None:
    optional: tuple[Proposal, ...] = (Add(key_package(ZOE)), PSK, ReInit(b"next", 1, 1, ()))
    for proposal in optional:
        room.group.process(room.commit(0, [proposal], path=False), NOW)
        room.group.process(room.commit(0, [proposal], path=True), NOW)


@shows("12.4-4")
def test_a_reference_to_what_did_not_come(room: Room) -> None:
    name = queued(room, 1, Remove(3))
    refuses_list(room, "12.4-4", [name], [ProposalRef(flipped(name.value))])
    refuses_list(room, "12.4-4", [name], [name, ProposalRef(b"")])
    room.accept(room.commit(0))
    refuses_list(room, "12.4-4", [Remove(3)], [name])


@shows("12.4-5")
def test_a_reference_that_stands_twice(room: Room) -> None:
    name, other = queued(room, 1, PSK), queued(room, 2, Remove(3))
    refuses_list(room, "12.4-5", [name, other], [name, other, name])


@pytest.mark.parametrize("kind", [0, 3, 255])
@shows("12.4-6")
def test_an_item_that_is_neither_proposal_nor_reference(kind: int) -> None:
    good = Commit((ProposalRef(b"r" * 32),), None).encode()
    assert good[:2] == b"\x22\x02"
    breaks("12.4-6", Commit.decode, good, good[:1] + bytes([kind]) + good[2:])


# Making one (12.4.1)


@shows("12.4.1-1", "12.4.1-2", "12.4.1-3", "12.4.1-4")
def test_a_committer_refuses_what_others_would() -> None:
    talk = Conversation("ana", "ben", "cyd")
    ana, new = talk.ana, Member("new")
    before = snapshot(ana)
    with raises_check("12.4.1-1"):
        ana.commit(removes=[0])
    poor = replace(new.bundle.key_package.leaf_node.capabilities, cipher_suites=(2,))
    with raises_check("12.4.1-2"):
        ana.commit(adds=[new.new_bundle(capabilities=poor).key_package])
    with raises_check("12.4.1-3"):
        ana.commit(psk_ids=[ExternalPsk(b"unknown", bytes(32))])
    assert snapshot(ana) == before
    ana.commit(removes=[2], adds=[new.bundle.key_package])
    before = snapshot(ana)
    with raises_check("12.4.1-4"):
        ana.commit(force_path=True)
    assert snapshot(ana) == before


@shows("12.4-7", "12.4-8")
def test_a_committer_takes_along_what_waits_and_need_not() -> None:
    talk = Conversation("ana", "ben", "cyd")
    ana, ben, cyd = talk.members
    for proposal in (
        ben.group.propose_update(random=ben.random, now=MEMBERS_NOW),
        cyd.group.propose_update(random=cyd.random, now=MEMBERS_NOW),
    ):
        for member in talk.members:
            member.process(proposal)
    some = ana.commit(by_reference=list(ana.group.proposals)[:1])
    assert [updated.leaf_index for updated in some.staged.updated] == [1]
    ben.process(some.message)
    ana.group.clear_pending()
    whole = ana.commit()
    assert [updated.leaf_index for updated in whole.staged.updated] == [1, 2]
    accept(whole, talk.members)
    assert agree(talk.members)


@shows("12.4.1-5")
def test_a_committer_adds_a_path_where_one_is_required() -> None:
    talk = Conversation("ana", "ben", "cyd")
    ana = talk.ana

    def has_path(**changes: object) -> bool:
        pending = ana.commit(**changes)
        ana.group.clear_pending()
        return pending.staged.change.path is not None

    assert has_path()
    assert has_path(removes=[2])
    assert has_path(group_context_extensions=())
    assert not has_path(adds=[Member("new").bundle.key_package])


def packages(*names: str) -> tuple[list[Member], list[KeyPackage]]:
    newcomers = [Member(name) for name in names]
    return newcomers, [each.bundle.key_package for each in newcomers]


@shows("12.4.1-6", "12.4.1-7")
def test_a_welcome_has_all_newcomers_and_the_psks_in_order() -> None:
    talk = Conversation()
    newcomers, adds = packages("x", "y", "z")
    names: list[PreSharedKeyID] = [ExternalPsk(bytes([at]), bytes([at]) * 32) for at in (3, 1, 2)]
    keys = {name: name.encode() for name in names}
    pending = talk.ana.commit(adds=adds, psk_ids=names, psks=keys.get)
    assert pending.welcome is not None
    welcome: Welcome = decode_welcome(pending.welcome)
    for each in newcomers:
        secrets = open_group_secrets(each.identity.suite, welcome, each.bundle)
        assert list(secrets.psks) == names
