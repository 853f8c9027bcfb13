# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What changes of a group's state no other test noticed: what is written once and where, what is kept, what goes."""

from __future__ import annotations

import pytest

from privity.mls import codec
from privity.mls.errors import PolicyRefused, UsageError
from privity.mls.group import StagedCommit
from privity.mls.group.records import GROUP, PENDING, StoredPending, proposal_name
from privity.mls.messages.app_data import SAFE_AAD, AppDataDictionary, SafeAAD
from privity.mls.rules import CommitView
from privity.mls.tree.editor import TreeEditor
from privity.mls.tree.path import path_parents
from privity.mls.tree.ratchet_tree import RatchetTree
from tests.mls.group.builders import NOW, Member, OpenRules, accept, room, snapshot
from tests.mls.public.builders import hpke_key
from tests.mls.test_survivors_loading import every_node
from tests.mls.test_survivors_ratchet_tree import four, newcomer, parent


def propose(member: Member) -> bytes:
    return member.group.propose_update(random=member.random, now=NOW)


def proposals(member: Member) -> list[bytes]:
    """Names of the proposals in a member's store."""
    return sorted(name for name in snapshot(member) if name.startswith(b"prop"))


def test_a_store_of_today_is_one_of_tomorrow() -> None:
    """What a later program has to read: these names, and the versions of the two records that have one."""
    ana, ben = members = room("ana", "ben")
    said = ben.say(b"said before")
    accept(ana.commit(force_path=True), members)
    propose(ana)
    ana.commit(force_path=True)
    store = snapshot(ana)
    kinds = {b"group", b"pend", b"node", b"over", b"key", b"msg", b"late", b"prop", b"exp"}
    assert {next(kind for kind in kinds if name.startswith(kind)) for name in store} == kinds
    assert (GROUP, PENDING) == (b"group", b"pend")
    assert (store[b"group"][0], store[b"pend"][0]) == (1, 2)
    assert len(said) > 0


def test_proposals_are_numbered_from_the_first_of_each_epoch() -> None:
    members = room("ana", "ben", "cyd")
    ana, ben, _ = members
    for _ in range(2):
        for member in (ana, ben):
            message = propose(member)
            for other in members:
                if other is not member:
                    other.process(message)
        assert proposals(ana) == [proposal_name(0), proposal_name(1)]
        ana.reload()
        assert len(ana.group.proposals) == 2
        accept(members[2].commit(), members)
        assert proposals(ana) == []


def test_only_for_an_update_of_ones_own_is_a_key_kept() -> None:
    ana, ben = room("ana", "ben")
    ben.process(ana.group.propose_remove(1, random=ana.random, now=NOW))
    assert ana.group._state.own_updates == {}
    ben.process(propose(ana))
    assert ben.group._state.own_updates == {}
    (kept,) = ana.group._state.own_updates.values()
    assert len(kept) == 32


def test_a_public_commit_that_waits_is_stored_once() -> None:
    ana, _ = room("ana", "ben")
    ana.commit(force_path=True)
    assert codec.decode(StoredPending.read, snapshot(ana)[PENDING]).content == b""
    ana.group.clear_pending()
    ana.commit(force_path=True, private=True)
    assert codec.decode(StoredPending.read, snapshot(ana)[PENDING]).content != b""


@pytest.mark.parametrize("known", [True, False])
def test_of_a_past_epoch_those_leaves_are_kept_that_differ(known: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not known:
        monkeypatch.setattr(RatchetTree, "changed_since", every_node)
    members = room("ana", "ben", "cyd", "dov", update=True)
    ben, eve = members[1], Member("eve")
    epoch, before = ben.group.epoch, ben.group.tree
    accept(members[2].commit(adds=[eve.bundle.key_package], force_path=True), members)
    state = ben.group._state
    assert state.past[epoch].leaves == {2: before.leaf(2), 4: None}
    assert [state.past_leaf(epoch, at) for at in range(5)] == [*(before.leaf(at) for at in range(4)), None]


def test_who_was_removed_holds_no_resumption_key() -> None:
    ana, ben, cyd = room("ana", "ben", "cyd")
    accept(cyd.commit(force_path=True), [ana, ben, cyd])
    assert any(past.resumption_psk for past in ben.group._state.past.values())
    ben.follow(ana.commit(removes=[1]).message)
    assert ben.group.removed
    assert {past.resumption_psk for past in ben.group._state.past.values()} == {b""}


class NoCommits(OpenRules):
    """Refuses whatever anybody commits."""

    def check_commit(self, change: CommitView) -> None:
        raise PolicyRefused("nobody commits here")


def test_the_application_is_asked_about_a_commit_of_ones_own() -> None:
    ana, _ = room("ana", "ben")
    assert isinstance(ana.commit(force_path=True).staged, StagedCommit)
    ana.group.clear_pending()
    ana.rules = NoCommits()
    ana.reload()
    before = snapshot(ana)
    with pytest.raises(PolicyRefused, match="nobody commits here"):
        ana.commit(force_path=True)
    assert snapshot(ana) == before


def test_whoever_reads_a_group_back_knows_what_data_its_messages_carry() -> None:
    safe = AppDataDictionary().with_component(SAFE_AAD, b"").extension()
    for member in room("ana", "ben", extensions=(safe,)):
        for _ in range(2):
            with pytest.raises(UsageError, match="SafeAAD"):
                member.say(b"anything", aad=b"no SafeAAD")
            member.say(b"framed", aad=SafeAAD().encode())
            member.reload()


def test_parents_of_a_path_come_bottom_up() -> None:
    full = four()
    parents, _ = path_parents(full, 2, [hpke_key(), hpke_key()])
    assert [x for x, _ in parents] == full.filtered_direct_path(2) == [5, 3]


def test_an_ancestor_that_a_path_leaves_out_becomes_blank() -> None:
    editor, placed = TreeEditor(four()), parent()
    editor.replace_path(1, newcomer(), [(3, placed)])
    after = editor.done()
    assert (after.nodes[1], after.nodes[3], after.nodes[5] is None) == (None, placed, False)
