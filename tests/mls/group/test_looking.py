# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What commits show before they are merged, and that they stay apart from whatever else arrives meanwhile."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from privity.mls.errors import CodecError, SelfRemoved
from privity.mls.group import Group, NoPendingCommit, OwnCommit, PendingCommit, PendingJoin, StagedCommit
from privity.mls.messages.app_data import SAFE_AAD, AppDataDictionary, ComponentData, SafeAAD
from privity.mls.messages.codepoints import RATCHET_TREE
from privity.mls.messages.envelope import MLSMessage
from privity.mls.messages.extensions import RequiredCapabilities
from privity.mls.messages.group_info import GroupInfo
from tests.mls.group.builders import NOW, Member, capabilities, room, snapshot


def info(encoded: bytes) -> GroupInfo:
    body = MLSMessage.decode(encoded).body
    assert isinstance(body, GroupInfo)
    return body


def entering(ana: Member) -> PendingJoin:
    eva = Member("eva")
    return Group.join_external(
        info(ana.group.group_info(with_tree=True)),
        ratchet_tree=None,
        identity=eva.identity,
        capabilities=capabilities(1),
        rules=eva.rules,
        now=NOW,
        random=eva.random,
    )


MAKERS: dict[str, Callable[[Member], PendingCommit | PendingJoin]] = {
    "a commit": lambda ana: ana.commit(force_path=True),
    "an external commit": entering,
}


@pytest.mark.parametrize("kind", MAKERS)
def test_the_group_info_of_what_is_pending_has_no_tree_inside(kind: str) -> None:
    ana, _ = room("ana", "ben")
    pending = MAKERS[kind](ana)
    shown = info(pending.group_info)
    assert shown.group_context.epoch == pending.epoch == ana.group.epoch + 1
    assert [each for each in shown.extensions if each.type == RATCHET_TREE] == []


def test_what_is_merged_twice_is_one_group() -> None:
    (ana,) = room("ana")
    pending = entering(ana)
    group = pending.merge()
    assert pending.merge() is group
    assert pending.group is group


def test_a_commit_that_ends_in_no_epoch_has_no_group_info() -> None:
    ana, ben = room("ana", "ben")
    staged = ben.process(ana.commit(removes=[1]).message)
    assert isinstance(staged, StagedCommit)
    assert staged.self_removed
    with pytest.raises(NoPendingCommit):
        _ = PendingCommit(b"", None, staged, ben.group._state.signer).group_info


def test_only_extensions_that_are_new_or_other_have_changed() -> None:
    kept = RequiredCapabilities((), (), ()).extension()
    old = AppDataDictionary().with_component(0x8001, b"old").extension()
    new = AppDataDictionary().with_component(0x8001, b"new").extension()
    ana, ben = room("ana", "ben", extensions=(kept, old))
    staged = ben.process(ana.commit(group_context_extensions=(kept, new)).message)
    assert isinstance(staged, StagedCommit)
    assert staged.changed_extensions == (new,)


def test_what_arrives_while_a_commit_is_pending_is_not_taken_for_its_echo() -> None:
    ana, ben = room("ana", "ben")
    pending = ana.commit(force_path=True)
    assert ana.read(ben.say(b"meanwhile")).plaintext == b"meanwhile"
    theirs = ana.process(ben.commit(force_path=True).message)
    assert isinstance(theirs, StagedCommit)
    echo = ana.process(pending.message)
    assert isinstance(echo, OwnCommit)
    assert echo.pending is pending
    ana.group.clear_pending()


def test_who_was_removed_reads_what_was_said_before_and_takes_no_proposal() -> None:
    ana, ben, cyd = room("ana", "ben", "cyd")
    said = cyd.say(b"before")
    proposed = cyd.group.propose_update(random=cyd.random, now=NOW, private=True)
    pending = ana.commit(removes=[1], by_reference=())
    ben.follow(pending.message)
    assert ben.group.removed
    with pytest.raises(SelfRemoved):
        ben.process(proposed)
    assert ben.group.proposals == {}
    assert ben.read(said).plaintext == b"before"


@pytest.mark.parametrize("late", [False, True])
def test_data_that_is_no_safe_aad_is_refused_in_a_past_epoch_too(late: bool) -> None:
    safe = AppDataDictionary().with_component(SAFE_AAD, b"").extension()
    ana, ben = room("ana", "ben", extensions=(safe,))
    good = ana.say(b"good", aad=SafeAAD((ComponentData(5, b"x"),)).encode())
    ana.group._state.safe_aad = False  # a client that does not know what the group asks for
    bad = ana.say(b"bad", aad=b"no SafeAAD")
    if late:
        ben.follow(ana.commit(force_path=True, aad=SafeAAD().encode()).message)
    before = snapshot(ben)
    with pytest.raises(CodecError):
        ben.process(bad)
    assert snapshot(ben) == before
    assert ben.read(good).plaintext == b"good"
