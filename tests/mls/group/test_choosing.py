# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A commit that names no proposals takes those that fit together, and nobody can stop it by what they propose."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations
from typing import Any

import pytest

from privity.mls.errors import MlsError, PolicyRefused
from privity.mls.group import QueuedProposal
from privity.mls.group.choosing import PREFERENCE
from privity.mls.messages.app_data import AppDataDictionary, ComponentData
from privity.mls.messages.capabilities import Capabilities
from privity.mls.messages.codepoints import APP_DATA_DICTIONARY
from privity.mls.messages.extensions import Extension, RequiredCapabilities
from privity.mls.messages.proposals import (
    Add,
    AppDataUpdate,
    GroupContextExtensions,
    PreSharedKey,
    ReInit,
    Remove,
    SelfRemove,
    Update,
)
from privity.mls.messages.psk import ExternalPsk
from privity.mls.rules import CommitView
from tests.mls.group.builders import NOW, Member, OpenRules, accept, agree, room

DICTIONARY = AppDataDictionary((ComponentData(0x8000, b"old"),)).extension()


class Four:
    """Four members; the first commits what the others propose."""

    def __init__(self, **changes: Any) -> None:
        self.members = room("ana", "ben", "cyd", "dan", extensions=(DICTIONARY,), **changes)
        self.ana, self.ben, self.cyd, self.dan = self.members
        self.psks: Callable[[object], bytes | None] = lambda name: None

    def ask(self, who: Member, kind: str, *what: Any, **changes: Any) -> bytes:
        message: bytes = getattr(who.group, f"propose_{kind}")(*what, random=who.random, now=NOW, **changes)
        for other in self.members:
            if other is not who:
                assert isinstance(other.process(message), QueuedProposal)
        return message

    def takes(self, *expected: type, **changes: Any) -> None:
        """The commit of the first holds proposals of these kinds by reference, and the others follow it."""
        pending = self.ana.group.commit(random=self.ana.random, now=NOW, psks=self.psks, **changes)
        named = [type(sent.proposal) for sent in pending.staged.proposals if sent.reference is not None]
        assert named == list(expected)
        gone = {each.leaf_index for each in pending.staged.removed}
        for member in self.members:
            staged = member.group.process(pending.message, now=NOW, psks=self.psks)
            if member is self.ana:
                member.group.merge_pending()
            else:
                member.group.merge(staged)  # type: ignore[arg-type]  # a commit stages a commit
        assert agree([member for index, member in enumerate(self.members) if index not in gone])


def test_everything_that_fits_is_taken_in_the_order_of_arrival() -> None:
    four, eve = Four(), Member("eve")
    four.psks = lambda name: b"the word"
    four.ask(four.ben, "psk", ExternalPsk(b"word", bytes(32)))
    four.ask(four.ben, "add", eve.bundle.key_package)
    four.ask(four.cyd, "update")
    four.ask(four.ben, "remove", 3)
    four.ask(four.ben, "app_data_update", AppDataUpdate(0x8000, b"new"))
    four.takes(PreSharedKey, Add, Update, Remove, AppDataUpdate)


def test_a_removal_wins_over_an_update_of_the_same_leaf() -> None:
    four = Four()
    four.ask(four.dan, "update")
    four.ask(four.ben, "remove", 3)
    four.ask(four.cyd, "remove", 3)
    four.takes(Remove)


def test_a_self_remove_wins_over_a_removal() -> None:
    four = Four()
    four.ask(four.ben, "remove", 3)
    four.ask(four.dan, "self_remove")
    four.takes(SelfRemove)


def test_what_stands_in_the_commit_wins_over_what_was_proposed() -> None:
    four, eve = Four(), Member("eve")
    four.ask(four.ben, "remove", 3)
    four.ask(four.dan, "self_remove")
    four.ask(four.ben, "add", eve.bundle.key_package)
    four.ask(four.ben, "group_context_extensions", (DICTIONARY, RequiredCapabilities().extension()))
    four.takes(removes=[3], adds=[eve.bundle.key_package], group_context_extensions=(DICTIONARY,))


def test_the_last_update_and_the_last_extensions_win() -> None:
    four = Four()
    four.ask(four.ben, "update")
    four.ask(four.ben, "group_context_extensions", (DICTIONARY,))
    four.ask(four.ben, "update")
    last = (DICTIONARY, RequiredCapabilities(extensions=(APP_DATA_DICTIONARY,)).extension())
    four.ask(four.ben, "group_context_extensions", last)
    update = [each for each in four.ana.group.proposals.values() if isinstance(each.sent.proposal, Update)][-1]
    four.takes(Update, GroupContextExtensions)
    assert four.ana.group.context.extensions == last
    assert isinstance(update.sent.proposal, Update)
    assert four.ana.group.tree.leaf(1) == update.sent.proposal.leaf_node


def test_what_concerns_the_committer_is_for_others() -> None:
    four = Four()
    four.ask(four.ben, "remove", 0)
    four.ask(four.ana, "update")
    four.takes()
    four.ask(four.ana, "self_remove")
    four.takes()


def test_one_client_is_added_once() -> None:
    four, eve = Four(), Member("eve")
    four.ask(four.ben, "add", eve.bundle.key_package)
    four.ask(four.cyd, "add", eve.new_bundle().key_package)
    four.ask(four.cyd, "add", four.dan.new_bundle().key_package)
    four.takes(Add)


def test_a_member_is_added_again_where_it_is_removed() -> None:
    four = Four()
    four.ask(four.ben, "add", four.dan.new_bundle().key_package)
    four.ask(four.ben, "remove", 3)
    pending = four.ana.commit()
    assert [type(sent.proposal) for sent in pending.staged.proposals] == [Add, Remove]


def test_operations_on_components() -> None:
    four = Four()
    four.ask(four.ben, "app_data_update", AppDataUpdate(0x8000, b"1"))
    four.ask(four.ben, "app_data_update", AppDataUpdate(0x8000, None))
    four.ask(four.ben, "app_data_update", AppDataUpdate(0x8000, b"2"))
    four.ask(four.ben, "app_data_update", AppDataUpdate(0x8001, None))
    four.takes(AppDataUpdate, AppDataUpdate)
    assert AppDataDictionary.of(four.ana.group.context.extensions).get(0x8000) == b"old12"
    four.ask(four.ben, "app_data_update", AppDataUpdate(0x8000, None))
    four.ask(four.ben, "app_data_update", AppDataUpdate(0x8000, b"3"))
    four.takes(AppDataUpdate)
    assert AppDataDictionary.of(four.ana.group.context.extensions).get(0x8000) is None


def test_keys_that_the_committer_does_not_hold_are_left_out() -> None:
    four = Four()
    four.ask(four.ben, "psk", ExternalPsk(b"word", bytes(32)))
    four.ask(four.ben, "psk", ExternalPsk(b"secret", bytes(32)))
    four.psks = lambda name: b"key" if isinstance(name, ExternalPsk) and name.psk_id == b"secret" else None
    four.takes(PreSharedKey)


def test_a_reinit_is_never_taken_up_by_accident_and_stands_alone() -> None:
    four = Four()
    four.ask(four.ben, "reinit", ReInit(b"next", 1, 1, ()))
    four.ask(four.ben, "update")
    four.takes(Update)
    four.ask(four.ben, "update")
    pending = four.ana.commit(reinit=ReInit(b"next", 1, 1, ()))
    assert [type(sent.proposal) for sent in pending.staged.proposals] == [ReInit]


# Nobody stops a group


def poor(four: Four, **lists: Any) -> Member:
    """A newcomer that supports less than the group needs."""
    eve = Member("eve")
    eve.bundle = eve.new_bundle(capabilities=Capabilities(**{"cipher_suites": (1,), **lists}))
    return eve


def test_a_newcomer_who_lacks_what_the_group_uses() -> None:
    four = Four()
    four.ask(four.ben, "update")
    four.ask(four.ben, "add", poor(four).bundle.key_package)
    four.takes(Update)


def test_a_newcomer_who_lacks_what_the_group_requires() -> None:
    four = Four()
    required = RequiredCapabilities(proposals=(8,)).extension()
    accept(four.ana.commit(group_context_extensions=(DICTIONARY, required)), four.members)
    four.ask(four.ben, "add", poor(four, extensions=(APP_DATA_DICTIONARY,)).bundle.key_package)
    four.takes()


def test_extensions_that_not_all_members_know() -> None:
    four = Four()
    four.ask(four.ben, "group_context_extensions", (DICTIONARY, Extension(0xF123, b"")))
    four.ask(four.cyd, "update")
    four.takes(Update)


class OneInFour(OpenRules):
    """Lets nobody be removed but leaf 3."""

    def check_commit(self, change: CommitView) -> None:
        if any(gone.leaf_index != 3 for gone in change.removed):
            raise PolicyRefused("not that one")


def test_what_policy_refuses() -> None:
    four = Four()
    four.ana.rules = OneInFour()
    four.ana.reload()
    four.ask(four.ben, "remove", 2)
    four.ask(four.cyd, "remove", 3)
    four.ask(four.cyd, "update")
    four.takes(Remove, Update)
    with pytest.raises(PolicyRefused):
        four.ana.commit(removes=[1])


class BothOrNone(OpenRules):
    """Leaves 2 and 3 go together."""

    def check_commit(self, change: CommitView) -> None:
        if len({2, 3} & {gone.leaf_index for gone in change.removed}) == 1:
            raise PolicyRefused("they go together")


def test_what_policy_allows_only_together() -> None:
    four = Four()
    four.ana.rules = BothOrNone()
    four.ana.reload()
    four.ask(four.ben, "remove", 2)
    four.ask(four.ben, "remove", 3)
    four.takes(Remove, Remove)


def test_a_commit_that_is_wrong_by_itself_still_says_why() -> None:
    four = Four()
    four.ask(four.ben, "update")
    with pytest.raises(MlsError) as alone:
        four.ana.commit(removes=[9], by_reference=[])
    with pytest.raises(MlsError) as together:
        four.ana.commit(removes=[9])
    assert type(together.value) is type(alone.value)


def test_the_choice_depends_on_what_arrived_and_not_on_who_commits() -> None:
    chosen = set()
    for order in permutations([("ben", "remove", (3,)), ("cyd", "remove", (3,)), ("dan", "update", ())]):
        four = Four()
        for who, kind, what in order:
            four.ask(getattr(four, who), kind, *what)
        pending = four.ana.commit()
        (sent,) = pending.staged.proposals
        assert isinstance(sent.proposal, Remove)
        first = next(each for each in order if each[1] == "remove")
        chosen.add((sent.sender.index, first[0]))
    assert chosen == {(1, "ben"), (2, "cyd")}


def test_the_preference_names_each_kind_once() -> None:
    assert len(set(PREFERENCE)) == len(PREFERENCE) == 7
    assert ReInit not in set[type](PREFERENCE)
