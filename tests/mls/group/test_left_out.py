# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a caller who says nothing of it gets: no authenticated data, nothing private, no tree inside, no padding."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from privity.mls.errors import MissingRatchetTree
from privity.mls.group import ApplicationMessage, Group, StagedCommit
from privity.mls.group.commit import CommitRequest
from privity.mls.group.state import GroupState
from privity.mls.messages.codepoints import LAST_RESORT, RATCHET_TREE
from privity.mls.messages.envelope import MLSMessage, PrivateMessage, PublicMessage
from privity.mls.messages.extensions import Extension
from privity.mls.messages.grease import VALUES, without_grease
from privity.mls.messages.group_info import GroupInfo
from privity.mls.messages.proposals import AppDataUpdate, ReInit
from privity.mls.messages.psk import ExternalPsk
from tests.mls.group.builders import LIFETIME, NOW, Member, agree, capabilities, room

PSK = ExternalPsk(b"named", bytes(32))
REINIT = ReInit(b"the next group", 1, 1, ())

Proposing = Callable[[Member], bytes]
PROPOSALS: dict[str, Proposing] = {
    "add": lambda m: m.group.propose_add(Member("cyd").bundle.key_package, random=m.random, now=NOW),
    "update": lambda m: m.group.propose_update(random=m.random, now=NOW),
    "remove": lambda m: m.group.propose_remove(1, random=m.random, now=NOW),
    "extensions": lambda m: m.group.propose_group_context_extensions((), random=m.random, now=NOW),
    "app data": lambda m: m.group.propose_app_data_update(AppDataUpdate(0x8001, b"x"), random=m.random, now=NOW),
    "psk": lambda m: m.group.propose_psk(PSK, random=m.random, now=NOW),
    "reinit": lambda m: m.group.propose_reinit(REINIT, random=m.random, now=NOW),
    "self remove": lambda m: m.group.propose_self_remove(random=m.random, now=NOW),
}


@pytest.mark.parametrize("kind", PROPOSALS)
def test_a_proposal_is_public_and_carries_no_data(kind: str) -> None:
    ana, _ = room("ana", "ben")
    body = MLSMessage.decode(PROPOSALS[kind](ana)).body
    assert isinstance(body, PublicMessage)
    assert body.content.authenticated_data == b""


def test_a_commit_is_public_and_carries_no_data_and_no_path() -> None:
    ana, ben = room("ana", "ben", update=True)
    cyd = Member("cyd")
    pending = ana.commit(adds=[cyd.bundle.key_package])
    body = MLSMessage.decode(pending.message).body
    assert isinstance(body, PublicMessage)
    assert body.content.authenticated_data == b""
    assert pending.staged.change.path is None
    ana.follow(pending.message)
    ben.follow(pending.message)
    cyd.join(pending.welcome, pending.ratchet_tree)
    assert agree([ana, ben, cyd])


def test_what_a_request_leaves_out_is_not_done() -> None:
    assert CommitRequest() == CommitRequest(
        adds=(),
        removes=(),
        group_context_extensions=None,
        app_data_updates=(),
        psks=(),
        reinit=None,
        by_reference=None,
        force_path=False,
        aad=b"",
        tree_in_welcome=False,
        private=False,
        padding_to=0,
    )


def test_a_private_commit_is_not_padded() -> None:
    ana, ben = room("ana", "ben", update=True)
    plain = ana.commit(private=True)
    ana.group.clear_pending()
    same = ana.commit(private=True, padding_to=1)
    lengths = []
    for each in (plain, same):
        body = MLSMessage.decode(each.message).body
        assert isinstance(body, PrivateMessage)
        lengths.append(len(body.ciphertext))
    assert lengths[0] == lengths[1]
    outcome = ben.process(plain.message)
    assert isinstance(outcome, StagedCommit)


def test_a_message_carries_no_data_and_is_not_padded() -> None:
    ana, ben = room("ana", "ben")
    short, long = (MLSMessage.decode(ana.say(text)).body for text in (b"12", b"1234"))
    assert isinstance(short, PrivateMessage) and isinstance(long, PrivateMessage)
    assert len(long.ciphertext) == len(short.ciphertext) + 2
    assert short.authenticated_data == b""
    read = ben.process(MLSMessage(short).encode())
    assert isinstance(read, ApplicationMessage)
    assert read.aad == b""


def tree_inside(info: bytes) -> bool:
    body = MLSMessage.decode(info).body
    assert isinstance(body, GroupInfo)
    return any(extension.type == RATCHET_TREE for extension in body.extensions)


def test_no_tree_is_inside() -> None:
    ana, _ = room("ana", "ben")
    assert not tree_inside(ana.group.group_info())
    assert tree_inside(ana.group.group_info(with_tree=True))


def welcome_of(verb: str, **changes: Any) -> bytes | None:
    """The Welcome that a verb makes for one newcomer, always of the same members with the same keys."""
    ana, ben = room("ana", "ben")
    package = [ben.bundle.key_package]
    if verb == "commit":
        return ana.commit(adds=[Member("cyd").bundle.key_package], **changes).welcome
    if verb == "readd":
        return ana.group.readd([0], package, random=ana.random, now=NOW, **changes).welcome
    if verb == "start_successor":
        ana.follow(ana.commit(reinit=REINIT).message)
        return ana.group.start_successor(package, lifetime_s=LIFETIME, random=ana.random, now=NOW, **changes)[1].welcome
    make = ana.group.branch if verb == "branch" else ana.group.reboot
    made = make(b"another", package, lifetime_s=LIFETIME, random=ana.random, now=NOW, **changes)[1]
    return made.welcome if made is not None else None


@pytest.mark.parametrize("verb", ["commit", "start_successor", "branch", "readd", "reboot"])
def test_no_welcome_has_the_tree_inside(verb: str) -> None:
    silent, without, inside = (
        welcome_of(verb),
        welcome_of(verb, tree_in_welcome=False),
        welcome_of(verb, tree_in_welcome=True),
    )
    assert silent is not None and without is not None and inside is not None
    assert len(silent) == len(without) < len(inside) - 300, "the tree of two members has more bytes than that"


def test_a_commit_that_adds_anew_carries_no_data() -> None:
    ana, ben = room("ana", "ben")
    pending = ana.group.readd([0], [ben.bundle.key_package], random=ana.random, now=NOW)
    body = MLSMessage.decode(pending.message).body
    assert isinstance(body, PublicMessage)
    assert body.content.authenticated_data == b""


def test_a_newcomer_without_the_tree_stays_outside() -> None:
    ana, _ = room("ana", "ben")
    cyd = Member("cyd")
    pending = ana.commit(adds=[cyd.bundle.key_package])
    with pytest.raises(MissingRatchetTree):
        cyd.join(pending.welcome)
    cyd.join(pending.welcome, pending.ratchet_tree)


def test_a_group_of_ones_own_shows_grease_unless_told_otherwise() -> None:
    ana = Member("ana")

    def made(**changes: Any) -> Group:
        return Group.create(
            ana.identity,
            b"group",
            capabilities=capabilities(1),
            lifetime_s=LIFETIME,
            now=NOW,
            rules=ana.rules,
            random=ana.random,
            **changes,
        )

    shown = made().tree.leaf(0).capabilities
    assert shown != without_grease(shown)
    assert made(grease=False).tree.leaf(0).capabilities == capabilities(1)


def test_a_key_package_shows_grease_and_is_no_last_resort_unless_told_otherwise() -> None:
    ana = Member("ana")
    shown = ana.new_bundle().key_package
    assert shown.leaf_node.capabilities != without_grease(shown.leaf_node.capabilities)
    assert all(each.type in VALUES for each in shown.extensions)
    assert ana.new_bundle(grease=False).key_package.extensions == ()
    assert ana.new_bundle(grease=False, last_resort=True).key_package.extensions == (Extension(LAST_RESORT, b""),)


def test_one_who_enters_shows_grease_and_sends_no_data() -> None:
    ana, _ = room("ana", "ben")
    info = MLSMessage.decode(ana.group.group_info(with_tree=True)).body
    assert isinstance(info, GroupInfo)
    eva = Member("eva")

    def entering(**changes: Any) -> PublicMessage:
        pending = Group.join_external(
            info,
            ratchet_tree=None,
            identity=eva.identity,
            capabilities=capabilities(1),
            rules=eva.rules,
            now=NOW,
            random=eva.random,
            **changes,
        )
        body = MLSMessage.decode(pending.message).body
        assert isinstance(body, PublicMessage)
        shown = pending.merge().tree.leaf(pending.own_leaf).capabilities
        assert (shown == capabilities(1)) == (changes.get("grease") is False)
        return body

    assert entering().content.authenticated_data == b""
    entering(grease=False)


def test_a_new_state_has_nothing_behind_it() -> None:
    ana = Member("ana").create()
    fresh = GroupState(ana.identity, ana.rules, ana.group._state.epoch)
    assert (fresh.removed, fresh.proposal_count, fresh.safe_aad, fresh.added_by, fresh.pending) == (
        False,
        0,
        False,
        None,
        None,
    )
    assert not fresh.past and not fresh.queue and not fresh.own_updates
    records = fresh.journal.drain()
    assert (records.put, records.delete) == ({}, set())
