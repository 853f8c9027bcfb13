# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Passing a message on: the count goes with it, unseen by the hub, and slows down what was passed on often."""

from __future__ import annotations

from pathlib import Path

import pytest

from privity.client.engine import inputs as i
from privity.client.engine import verbs
from privity.client.engine.shown import Item
from privity.client.errors import CommandRefused
from privity.client.forwarding import forwarded, hops_of
from privity.message import compose
from privity.message.content import ExternalPart, MimiContent, NullPart, walk
from privity.message.forwarding import FORWARDED, hops_in
from privity.mls.errors import PolicyRefused
from privity.policy.forwarding import MANY_HOPS, MAX_AT_ONCE
from tests.client.fake_hub import World, plain
from tests.client.town import befriend, run, shown, town


@pytest.fixture
def world() -> World:
    return World()


def hops(item: Item) -> int:
    return hops_in(MimiContent.decode(item.content))


def test_the_count_travels_with_the_message_and_stays_with_its_edits(world: World) -> None:
    alice, bob = world.person(), world.person()
    room = alice.direct(bob)
    first = alice.say(room, "as I heard", forwarded=3)
    alice.do(lambda n: i.Send(n, room, plain("as I heard it"), replaces=first))
    item = next(item for item in bob.items(room) if item.message_id == first)
    assert (hops(item), item.text) == (3, "as I heard it")
    assert forwarded(item, 1).hops == 4


@pytest.mark.parametrize("claimed", [{}, {FORWARDED: 1}])
def test_a_program_that_resets_the_count_cannot_do_so_by_an_edit(
    world: World, claimed: dict[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was said once stays: otherwise an edit, which any program can make, would lift the limit."""
    alice, bob = world.person(), world.person()
    room = alice.direct(bob)
    first = alice.say(room, "as I heard", forwarded=MANY_HOPS)
    monkeypatch.setattr(compose, "_kept", lambda original: claimed)
    alice.do(lambda n: i.Send(n, room, plain("as I heard it"), replaces=first))
    item = next(item for item in bob.items(room) if item.message_id == first)
    assert (item.text, hops(item)) == ("as I heard it", claimed.get(FORWARDED, 0))
    assert hops_of(item) == MANY_HOPS and forwarded(item, 1).hops == MANY_HOPS + 1
    with pytest.raises(PolicyRefused, match="one conversation at a time"):
        forwarded(item, 2)


def test_a_program_that_leaves_the_count_out_is_believed_and_honest_ones_count_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The limit of this rule, as `policy.forwarding` says it: nobody traces a message, so nobody finds it out."""
    alice, bob = world.person(), world.person()
    room = alice.direct(bob)
    with monkeypatch.context() as patched:
        patched.setattr(verbs, "_extensions", lambda device, command: {})
        alice.say(room, "passed on by a program of my own", forwarded=MANY_HOPS)
    (item,) = (item for item in bob.items(room) if item.text.startswith("passed on"))
    assert hops_of(item) == 0
    bob.say(room, item.text, forwarded=forwarded(item, 1).hops)
    assert [hops_of(each) for each in alice.items(room) if each.text == item.text] == [0, 1]


@pytest.mark.parametrize("count", [0, -1, 256, True, "2", [1], None])
def test_a_count_that_counts_nothing_is_hidden(world: World, count: object, monkeypatch: pytest.MonkeyPatch) -> None:
    alice, bob = world.person(), world.person()
    room = alice.direct(bob)
    monkeypatch.setattr(verbs, "_extensions", lambda device, command: {FORWARDED: count})
    alice.command(lambda n: i.Send(n, room, plain("odd")))
    world.settle()
    assert bob.hidden(room) == 1 and bob.texts(room) == []


def test_what_disappears_or_is_gone_is_not_passed_on(world: World) -> None:
    alice, bob = world.person(), world.person()
    room = alice.direct(bob)
    short, gone = alice.say(room, "for an hour", expires=(True, 3_600)), alice.say(room, "gone")
    alice.do(lambda n: i.Send(n, room, NullPart(), replaces=gone))
    alice.say(room, "many hops", forwarded=5)
    *_, brief, deleted, many = bob.items(room)
    assert (brief.message_id, deleted.message_id) == (short, gone)
    for item in (brief, deleted, None):
        with pytest.raises(CommandRefused):
            forwarded(item, 1)
    assert forwarded(many, 1).hops == 6
    with pytest.raises(PolicyRefused, match="one conversation at a time"):
        forwarded(many, 2)


def test_texts_and_files_are_passed_on_to_several_conversations(tmp_path: Path) -> None:
    async def work() -> None:
        async with town(tmp_path) as place:
            alice, bob, room = await place.pair()
            carol = await place.person("carol_c")
            await befriend(bob, carol)
            groups = [await bob.create_group() for _ in range(MAX_AT_ONCE)]
            await bob.invite(groups[0], carol.user_uri)
            first = await alice.send(room, "to be passed on")
            file = await alice.attach(room, b"a picture of nothing", filename="n.txt", caption="look")
            await shown(bob, room, file)
            sent = await bob.forward(room, first, tuple(groups))
            assert len(set(sent)) == MAX_AT_ONCE
            assert [hops(await shown(bob, each, one)) for each, one in zip(groups, sent, strict=True)] == [1] * 5
            item = await shown(carol, groups[0], sent[0])
            assert (item.text, hops(item)) == ("to be passed on", 1)
            with pytest.raises(PolicyRefused, match="6 were named"):
                await bob.forward(room, first, (*groups, room))
            (copy,) = await bob.forward(room, file, (groups[0],))
            item = await shown(carol, groups[0], copy)
            assert (item.text, hops(item)) == ("look", 1)
            assert (await carol.fetch(groups[0], copy)).plaintext == b"a picture of nothing"
            places = [_place(device.read(where)[-1]) for device, where in ((alice, room), (carol, groups[0]))]
            assert places[0] != places[1], "the hub does not see that it is the same file"

    run(work())


def _place(item: Item) -> str:
    return next(part.url for _, part in walk(MimiContent.decode(item.content).part) if isinstance(part, ExternalPart))
