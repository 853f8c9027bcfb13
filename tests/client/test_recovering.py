# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Back into an account over a real hub with none of its devices: the phrase is enough, a code is a long wait."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from privity.client import recovering
from privity.client.errors import (
    CommandRefused,
    DeviceNotKnown,
    HubUnreachable,
    RecoveryUnfinished,
    RecoveryUnknown,
    ResetWaits,
    StoreExists,
    WrongPhrase,
)
from privity.client.sdk import Device
from privity.identity.account import RESET_PENDING_MS
from privity.identity.errors import BadPhrase
from privity.identity.recovery import new_phrase
from privity.server.init import new_reset_code
from privity.wire.errors import Code, Refusal
from tests.client.linked import PHRASE, World, heard, texts, world

HOUR_MS = 3_600_000


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[World]:
    async with world(tmp_path) as made:
        yield made


@asynccontextmanager
async def friend(town: World) -> AsyncIterator[Device]:
    bob = await town.person("bob_b")
    try:
        yield bob
    finally:
        await bob.close()


def code_for(town: World, handle: str = "ann_a") -> str:
    return new_reset_code(town.folder / "privity.toml", handle).code


async def recovered(town: World, phrase: str = PHRASE) -> Device:
    return await Device.recovered(town.new_folder, "four", town.hub, handle="ann_a", phrase=phrase)


async def test_the_phrase_alone_brings_the_account_back_and_drops_what_was_lost(town: World) -> None:
    async with friend(town) as bob:
        room = await bob.direct(town.ann.user_uri)
        number = await bob.verify(town.ann.user_uri)
        await town.ann.close()
        async with await recovered(town) as ann:
            await ann.caught_up()
            assert ann.user_uri == town.ann.user_uri and ann.account.holds_key
            assert [each.client_uri for each in await bob.devices(ann.user_uri)] == [ann.client_uri]
            await bob.send(room, "are you back?")
            await heard(ann, room, "are you back?")
            await ann.send(room, "with my twelve words")
            await heard(bob, room, "with my twelve words")
            assert texts(ann, room) == ["are you back?", "with my twelve words"]
            assert await bob.verify(ann.user_uri) == number, "a recovery changes no safety number"
        lost = Device.open(town.folder / "ann", "one")
        async with lost:
            with pytest.raises(DeviceNotKnown, match="taken off its account"):
                await lost.caught_up(1)


async def test_other_words_or_another_name_bring_nothing_and_leave_nothing(town: World) -> None:
    with pytest.raises(WrongPhrase):
        await recovered(town, new_phrase(os.urandom))
    with pytest.raises(BadPhrase):
        await recovered(town, "zoo")
    with pytest.raises(Refusal) as caught:
        await Device.recovered(town.new_folder, "four", town.hub, handle="nobody", phrase=PHRASE)
    assert caught.value.code is Code.NOT_FOUND
    await town.nothing_was_added()


async def test_a_lost_answer_is_asked_for_again_and_nothing_is_signed_twice(
    town: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = recovering._send

    async def loses(*arguments: object) -> None:
        await send(*arguments)  # type: ignore[arg-type]  # what the caller gave
        raise HubUnreachable("cut")

    monkeypatch.setattr(recovering, "_send", loses)
    with pytest.raises(RecoveryUnknown):
        await recovered(town)
    with pytest.raises(RecoveryUnfinished):
        Device.open(town.new_folder, "four")
    with pytest.raises(CommandRefused, match="unfinished"):
        await Device.reset(town.new_folder, "four", town.hub, handle="ann_a", phrase=PHRASE, code="abcd")

    async def never(*_: object) -> None:
        raise AssertionError("the list was taken; it is not sent again")

    monkeypatch.setattr(recovering, "_send", never)
    async with await recovered(town) as ann:
        await ann.caught_up()
        assert [each.client_uri for each in await ann.devices()] == [ann.client_uri]
    with pytest.raises(StoreExists):
        await recovered(town)


async def test_a_request_that_was_lost_is_made_again(town: World, monkeypatch: pytest.MonkeyPatch) -> None:
    send = recovering._send

    async def delayed(*_: object) -> None:
        raise Refusal(Code.KEYLOG_DELAYED, "the witnesses are slow")

    monkeypatch.setattr(recovering, "_send", delayed)
    with pytest.raises(RecoveryUnknown):
        await recovered(town)
    monkeypatch.setattr(recovering, "_send", send)
    async with await recovered(town) as ann:
        await ann.caught_up()


async def test_a_reset_waits_is_seen_and_is_cancelled_by_the_device_that_was_not_lost(town: World) -> None:
    phrase = new_phrase(os.urandom)
    async with friend(town) as bob:
        await bob.devices(town.ann.user_uri)
        until_ms = await Device.reset(
            town.new_folder, "four", town.hub, handle="ann_a", phrase=phrase, code=code_for(town)
        )
        assert 0 <= until_ms - town.context.now_ms() - RESET_PENDING_MS + HOUR_MS <= HOUR_MS
        with pytest.raises(ResetWaits, match="72 hours"):
            Device.open(town.new_folder, "four")
        for device in (town.ann, bob):
            listed = await device.devices(town.ann.user_uri)
            assert [each.client_uri for each in listed] == [town.ann.client_uri]
            pending = device.account.reset_pending_until(town.ann.user_uri)
            assert pending is not None and abs(pending - until_ms) < HOUR_MS
        await town.ann.account.cancel_reset()
        for device in (town.ann, bob):
            await device.devices(town.ann.user_uri)
            assert device.account.reset_pending_until(town.ann.user_uri) is None
        assert town.ann.account.holds_key


async def test_a_reset_without_a_code_or_with_a_used_one_is_refused_and_leaves_nothing(town: World) -> None:
    phrase, code = new_phrase(os.urandom), code_for(town)
    with pytest.raises(Refusal) as caught:
        await Device.reset(town.new_folder, "four", town.hub, handle="ann_a", phrase=phrase, code="aaaaaaaa")
    assert caught.value.code is Code.BAD_RESET_CODE
    await town.nothing_was_added()
    await Device.reset(town.folder / "first", "four", town.hub, handle="ann_a", phrase=phrase, code=code)
    with pytest.raises(Refusal) as caught:
        await Device.reset(town.new_folder, "four", town.hub, handle="ann_a", phrase=phrase, code=code)
    assert caught.value.code is Code.BAD_RESET_CODE
    assert not town.new_folder.exists()


async def test_the_new_phrase_of_a_lost_answer_is_kept_encrypted_and_shown_later(
    town: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    phrase, code = new_phrase(os.urandom), code_for(town)

    async def cut(*_: object) -> None:
        raise HubUnreachable("cut")

    with monkeypatch.context() as lost:
        lost.setattr(recovering, "_send", cut)
        with pytest.raises(RecoveryUnknown) as caught:
            await Device.reset(town.new_folder, "four", town.hub, handle="ann_a", phrase=phrase, code=code)
    assert recovering.kept_phrase(town.new_folder, "four") == phrase
    assert phrase not in str(caught.value) + repr(recovering.Asked(town.hub, "ann_a", phrase, code))
    assert phrase.encode() not in (town.new_folder / "device.db").read_bytes()
    await Device.reset(town.new_folder, "four", town.hub, handle="ann_a", phrase=phrase, code=code)
    assert recovering.kept_phrase(town.new_folder, "four") is None
    assert recovering.kept_phrase(town.folder / "nowhere", "four") is None
