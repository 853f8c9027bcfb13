# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The same token is the same message: at once, when it waits, when it was sent, after a crash; and not for ever."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from privity.client.engine import tokens
from privity.client.engine.inputs import SendReceipts
from privity.client.engine.shown import Kind
from privity.client.errors import CommandRefused
from privity.client.sdk import Device
from privity.message.receipts import Status
from tests.client.town import run, shown, town


def texts(device: Device, room: str) -> list[str]:
    return [item.text for item in device.read(room) if item.kind is Kind.MESSAGE]


def test_a_token_that_was_sent_answers_again_and_sends_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        async with town(tmp_path) as at:
            alice, bob, room = await at.pair()
            first = await alice.send(room, "once", token="t")
            assert await alice.send(room, "once", token="t") == first
            assert await alice.send(room, "other words under the same token", token="t") == first
            other = await alice.send(room, "once", token="u")
            assert other != first
            await shown(bob, room, other)
            assert texts(bob, room) == ["hello", "once", "once"]
            group = await alice.create_group()
            assert await alice.send(group, "once", token="t") != first  # another room, another message

    run(story())


def test_what_waits_is_known_by_its_token_after_a_crash(tmp_path: Path) -> None:
    async def story() -> None:
        async with town(tmp_path) as at:
            alice, bob, room = await at.pair()
            alice.host.base = "http://127.0.0.1:1"  # nobody is there when it connects again
            await alice.host.connected().close()
            sending = asyncio.ensure_future(alice.send(room, "later", token="t"))
            await asyncio.sleep(0)
            assert alice.waiting_tokens(room) == [("t", "later")]
            with pytest.raises(CommandRefused, match="on its way"):
                await alice.send(room, "later", token="t")
            await alice.close()
            sending.cancel()
            again = Device.open(tmp_path / "alice_a", "invented")
            assert again.waiting_tokens(room) == [("t", "later")]
            async with again:
                sent = await again.send(room, "later", token="t")
                await shown(bob, room, sent)
                assert texts(bob, room) == ["hello", "later"]
                assert again.waiting_tokens(room) == []

    run(story())


def test_only_messages_wait_as_such(tmp_path: Path) -> None:
    """What changes another message, or only tells devices something, is in the outbox and is nobody's words."""

    async def story() -> None:
        async with town(tmp_path) as at:
            alice, bob, room = await at.pair()
            own = await alice.send(room, "mine")
            theirs = await bob.send(room, "theirs")
            await shown(alice, room, theirs)
            group = await alice.create_group()
            alice.host.base = "http://127.0.0.1:1"
            await alice.host.connected().close()
            works = [
                alice.rename(group, "Walks"),
                alice.disappear_after(room, 60),
                alice.react(room, theirs, "🎉"),
                alice.edit(room, own, "mine, edited"),
                alice.delete(room, own),
                alice.send(room, "words", in_reply_to=theirs),
                alice.host.do(lambda n: SendReceipts(n, room, Status.READ, (theirs,))),
            ]
            asked = [asyncio.ensure_future(work) for work in works]
            await asyncio.sleep(0)
            assert len(list(alice.host.engine.room(room).outbox.entries())) == 6
            assert len(list(alice.host.engine.room(group).outbox.entries())) == 1
            assert alice.waiting(room) == ["words"]
            assert alice.waiting(group) == []
            for each in asked:
                each.cancel()

    run(story())


def test_a_message_that_came_to_nothing_may_be_asked_for_again(tmp_path: Path) -> None:
    async def story() -> None:
        async with town(tmp_path) as at:
            alice, bob, room = await at.pair()
            assert bob.user_uri
            alice.host.base = "http://127.0.0.1:1"
            await alice.host.connected().close()
            sending = asyncio.ensure_future(alice.send(room, "never", token="t"))
            await asyncio.sleep(0)
            engine = alice.host.engine
            assert tokens.find(engine.device, room, "t") is not None
            assert engine.room(room).unsend(CommandRefused("the conversation is over"))
            assert tokens.find(engine.device, room, "t") is None
            sending.cancel()

    run(story())


def test_the_oldest_tokens_are_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        async with town(tmp_path) as at:
            alice, _, room = await at.pair()
            device = alice.host.engine.device
            sent = [await alice.send(room, str(number), token=str(number)) for number in range(4)]
            found = [tokens.find(device, room, str(number)) for number in range(4)]
            assert found == [None, None, *sent[2:]]
            with pytest.raises(CommandRefused):
                await alice.send(room, "x", token="t" * (tokens.MAX_TOKEN + 1))

    monkeypatch.setattr(tokens, "KEPT", 2)
    run(story())
