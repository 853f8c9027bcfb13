# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The same lists as their maker meets them: a member, or who joins, refuses to make what others would refuse."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from privity.mls.errors import SuccessorRefused
from privity.mls.group import Group
from privity.mls.messages.app_data import AppDataDictionary
from privity.mls.messages.envelope import decode_group_info
from privity.mls.messages.proposals import AppDataUpdate, ReInit
from privity.mls.messages.psk import ExternalPsk, ResumptionPsk, ResumptionUsage
from tests.mls.checks.showing import raises_check, shows
from tests.mls.checks.valid_commit import Conversation
from tests.mls.group.builders import NOW, Member, accept, agree, capabilities, snapshot

PSK = ExternalPsk(b"psk", b"n" * 32)
REINIT = ReInit(b"next", 1, 1, ())
DICTIONARY = (AppDataDictionary().extension(),)
Request = Mapping[str, Any]


@pytest.fixture
def talk() -> Conversation:
    return Conversation("ana", "ben", "cyd")


def package(name: str) -> Any:
    return Member(name).bundle.key_package


def own_update(ana: Member) -> Request:
    ana.group.propose_update(random=ana.random, now=NOW)
    return {"by_reference": list(ana.group.proposals)}


def extensions_twice(ana: Member) -> Request:
    ana.group.propose_group_context_extensions(DICTIONARY, random=ana.random, now=NOW)
    return {"group_context_extensions": DICTIONARY, "by_reference": list(ana.group.proposals)}


def always(**request: Any) -> Callable[[Member], Request]:
    return lambda _: request


LISTS = [
    ("12.2-1", always(removes=[7])),
    ("12.2-2", own_update),
    ("12.2-3", always(removes=[1, 0])),
    ("12.2-4", always(removes=[2, 2])),
    ("12.2-5", lambda _: {"adds": [package("new"), package("new")]}),
    ("12.2-6", lambda _: {"adds": [Member("cyd").bundle.key_package]}),
    ("12.2-7", always(psk_ids=[PSK, PSK], psks={PSK: b"key"}.get)),
    ("12.2-8", extensions_twice),
    ("12.2-9", lambda _: {"reinit": REINIT, "adds": [package("new")]}),
]


@pytest.mark.parametrize(("number", "ask"), [pytest.param(number, ask, marks=shows(number)) for number, ask in LISTS])
def test_a_list_that_a_member_does_not_make(talk: Conversation, number: str, ask: Callable[[Member], Request]) -> None:
    ana = talk.ana
    request = ask(ana)
    before = snapshot(ana)
    with raises_check(number):
        ana.commit(**request)
    assert snapshot(ana) == before
    assert ana.group.pending is None
    accept(ana.commit(by_reference=()), talk.members)
    assert agree(talk.members)


@shows("12.2-11")
def test_a_type_that_a_member_does_not_know(talk: Conversation) -> None:
    ana, new = talk.ana, Member("new")
    new.bundle = new.new_bundle(capabilities=replace(capabilities(1), proposals=()))
    accept(ana.commit(adds=[new.bundle.key_package]), talk.members, [new])
    change = AppDataUpdate(7, b"x")
    before = snapshot(ana)
    with raises_check("12.2-11"):
        ana.commit(app_data_updates=[change])
    assert snapshot(ana) == before
    accept(ana.commit(app_data_updates=[change], removes=[3]), talk.members)


@shows("12.2-25")
def test_two_links_to_other_groups() -> None:
    """In a first commit there may be one."""
    links = [ResumptionPsk(ResumptionUsage.BRANCH, old, 1, b"n" * 32) for old in (b"one", b"other")]
    ana = Member("ana").create()
    held = dict.fromkeys(links, b"key")
    ana.commit(psk_ids=links[:1], psks=held.get)
    ana.group.clear_pending()
    with raises_check("12.2-25"):
        ana.commit(psk_ids=links, psks=held.get)


@shows("12.2-23")
def test_what_a_committer_prefers(talk: Conversation) -> None:
    ana, ben, cyd = talk.members
    for _ in range(3):
        ana.process(ben.group.propose_update(random=ben.random, now=NOW))
    latest = list(ana.group.proposals)[-1]
    pending = ana.commit()
    assert [sent.reference for sent in pending.staged.proposals] == [latest]
    ana.group.clear_pending()
    ana.process(cyd.group.propose_remove(1, random=cyd.random, now=NOW))
    removal = list(ana.group.proposals)[-1]
    pending = ana.commit()
    assert [sent.reference for sent in pending.staged.proposals] == [removal]


@shows("12.2-26")
def test_a_reinit_waits(talk: Conversation) -> None:
    ana, ben, cyd = talk.members
    ana.process(ben.group.propose_reinit(REINIT, random=ben.random, now=NOW))
    (reinit,) = ana.group.proposals
    assert ana.commit(by_reference=[reinit]).staged.proposals[0].proposal == REINIT
    ana.group.clear_pending()
    ana.process(cyd.group.propose_remove(1, random=cyd.random, now=NOW))
    pending = ana.commit()
    assert [sent.reference for sent in pending.staged.proposals] == [list(ana.group.proposals)[1]]


# Who joins by commit


@pytest.fixture
def joining(talk: Conversation) -> Callable[..., Any]:
    def join(who: Member, **changes: Any) -> Any:
        args: dict[str, Any] = {
            "ratchet_tree": talk.ana.group.tree.encode(),
            "identity": who.identity,
            "capabilities": capabilities(1),
            "rules": who.rules,
            "now": NOW,
            "random": who.random,
        }
        return Group.join_external(decode_group_info(talk.ana.group.group_info()), **{**args, **changes})

    return join


@shows("12.2-20")
def test_a_member_that_would_join_beside_itself(talk: Conversation, joining: Callable[..., Any]) -> None:
    joining(talk.ben, replace=1)
    with raises_check("12.2-20"):
        joining(talk.ben)


@shows("12.2-22")
def test_a_joiner_that_would_take_the_place_of_another(talk: Conversation, joining: Callable[..., Any]) -> None:
    new = Member("new")
    joining(new)
    with pytest.raises(SuccessorRefused):
        joining(new, replace=1)


@shows("12.2-19")
def test_a_psk_that_a_joiner_would_name_twice(joining: Callable[..., Any]) -> None:
    new = Member("new")
    joining(new, psk_ids=[PSK], psks={PSK: b"key"}.get)
    with raises_check("12.2-19"):
        joining(new, psk_ids=[PSK, PSK], psks={PSK: b"key"}.get)
