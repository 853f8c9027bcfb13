# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Over a real hub that lost an account: its own devices bring it back, once, and hammer no hub that wants nothing."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import cast

import aiohttp
import pytest

from privity.client import host as hosts
from privity.client import recovering, registration
from privity.client.engine.own_lists import SCOPE
from privity.client.engine.records import Batch, MemoryView, Table
from privity.client.engine.shown import Notice
from privity.client.errors import DeviceNotKnown, HubUnreachable, RecoveryUnknown, RegistrationUnknown
from privity.client.net.connection import Connection
from privity.client.own_returns import bring_back_own
from privity.client.sdk import Device
from privity.identity.device_list import DeviceList
from privity.identity.recovery import new_phrase
from privity.wire.age import AgeBand
from privity.wire.errors import Code, Refusal
from tests.client.linked import PHRASE, World, heard, world
from tests.client.town import befriend
from tests.server.core.people import Person
from tests.server.keylog import bringing
from tests.server.keylog.hubs import Hub


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[World]:
    async with world(tmp_path) as made:
        yield made


@asynccontextmanager
async def person(town: World, name: str, *, friend: bool = True) -> AsyncIterator[Device]:
    """Somebody who is connected."""
    made = await town.person(name, friend=friend)
    try:
        yield made
    finally:
        await made.close()


async def lose(town: World, device: Device, from_version: int = 0) -> list[bytes]:
    """What the hub knew of an account from this version of its list on is gone; its rooms are not."""
    await town.context.db.write(lambda tx: tx.execute("DELETE FROM link"))
    return await bringing.lose(
        cast(Hub, town), cast(Person, device), from_version
    )  # it needs their context and user URI


async def published(town: World, device: Device) -> list[bytes]:
    return await bringing.published(cast(Hub, town), f"u:{device.user_uri}")


async def notice(device: Device, part: str) -> str:
    """The first sentence with this in it that the device shows from now on."""
    async for what in device.follow():
        if isinstance(what, Notice) and part in what.text:
            return what.text
    raise AssertionError("a device that is open shows for ever")


async def told_while(device: Device, part: str, work: Awaitable[object]) -> str:
    """The sentence that comes of this work."""
    waiting = asyncio.create_task(notice(device, part))
    await asyncio.sleep(0)
    await work
    return await waiting


async def test_an_account_that_the_hub_lost_is_back_before_its_person_does_anything(town: World) -> None:
    async with person(town, "bob_b") as bob:
        room = await bob.direct(town.ann.user_uri)
        await bob.send(room, "before the fire")
        await heard(town.ann, room, "before the fire")
        text = await told_while(town.ann, "lost 1 of", lose(town, town.ann))
        assert "has them again" in text
        await town.ann.caught_up()
        await befriend(town.ann, bob)  # whom she has contact with is lost too
        await town.ann.send(room, "and after it")
        await heard(bob, room, "and after it")
        assert await bob.find("ann_a") == town.ann.user_uri
        assert [each.client_uri for each in await bob.devices(town.ann.user_uri)] == [town.ann.client_uri]
    assert await bringing.lost_count(cast(Hub, town)) == 0


async def test_a_linked_device_has_all_that_it_takes(town: World) -> None:
    """It never signed a list, and fetched those from before its time as soon as it was there."""
    link, offered = await town.both()
    yes = asyncio.create_task(offered.accept())
    tablet = await link.accept()
    await yes
    async with tablet:
        await tablet.caught_up()
        await town.ann.close()
        lists = await published(town, tablet)
        await told_while(tablet, f"lost {len(lists)} of", lose(town, tablet))
        await tablet.caught_up()
        assert await published(town, tablet) == lists and len(lists) == 2
    async with Device.open(town.folder / "ann", "one") as again:
        await again.caught_up()
        assert len(await again.devices()) == 2


async def test_a_new_device_keeps_both_lists_that_it_saw_when_it_was_linked(town: World) -> None:
    link, offered = await town.both()
    yes = asyncio.create_task(offered.accept())
    tablet = await link.accept()
    await yes
    kept = [value for _, value in tablet.host.store.scan(Table.PIN, SCOPE)]
    assert [DeviceList.decode(value).version for value in kept] == [0, 1]
    await tablet.close()


async def test_a_device_whose_own_list_alone_is_lost_brings_it_back(town: World) -> None:
    """The account is there as of before the device came, so the hub does not know the device."""
    link, offered = await town.both()
    yes = asyncio.create_task(offered.accept())
    tablet = await link.accept()
    await yes
    async with tablet:
        await tablet.caught_up()
        await told_while(tablet, "lost 1 of", lose(town, tablet, 1))
        await tablet.caught_up()
    await town.ann.caught_up()
    assert len(await town.ann.devices()) == 2


async def test_a_handle_that_somebody_took_meanwhile_is_said_and_nothing_is_taken(town: World) -> None:
    await town.ann.close()
    lists = await lose(town, town.ann)
    async with person(town, "ann_a", friend=False) as usurper, Device.open(town.folder / "ann", "one") as ann:
        text = await notice(ann, "somebody else by now")
        assert "ann_a" in text
        with pytest.raises(DeviceNotKnown):
            await ann.caught_up(1)
        assert await usurper.find("ann_a") == usurper.user_uri
    assert await bringing.lost_count(cast(Hub, town)) == len(lists)


class Attempts:
    """Counts connections and returns of one process, without the pauses between them; `enough` after twenty."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, taken: int | None = None) -> None:
        self.opened = self.brought = 0
        self.enough = asyncio.Event()
        opened, brought = Connection.open, bring_back_own

        async def counted(*arguments: object) -> object:
            self.opened += 1
            if self.opened >= 20:
                self.enough.set()
            if taken is not None:
                await asyncio.sleep(0)
                raise DeviceNotKnown("never heard of it")
            return await opened(*arguments)  # type: ignore[arg-type]  # what the host gave

        async def bring(*arguments: object) -> int:
            self.brought += 1
            return await brought(*arguments) if taken is None else taken  # type: ignore[arg-type]  # the same

        monkeypatch.setattr(Connection, "open", counted)
        monkeypatch.setattr(hosts, "bring_back_own", bring)
        monkeypatch.setattr(hosts, "delay_ms", lambda attempt, random: 0)


async def test_a_device_that_was_dropped_for_good_asks_once(town: World, monkeypatch: pytest.MonkeyPatch) -> None:
    link, offered = await town.both()
    yes = asyncio.create_task(offered.accept())
    tablet = await link.accept()
    await yes
    await tablet.close()
    await town.ann.account.remove_device(tablet.client_uri)
    attempts = Attempts(monkeypatch)
    async with Device.open(town.new_folder, "three") as dropped:
        await attempts.enough.wait()
        assert isinstance(dropped.host.last_error, DeviceNotKnown)
    assert attempts.brought == 1


@pytest.mark.parametrize("taken", [0, 1], ids=["takes nothing", "says thank you each time"])
async def test_a_hub_that_knows_nobody_for_ever_is_not_hammered(
    town: World, monkeypatch: pytest.MonkeyPatch, taken: int
) -> None:
    await town.ann.close()
    attempts = Attempts(monkeypatch, taken)
    async with Device.open(town.folder / "ann", "one"):
        await attempts.enough.wait()
    assert attempts.brought == 1
    monkeypatch.setattr(hosts, "RETURN_S", 0)
    attempts.opened, attempts.brought = 0, 0
    attempts.enough.clear()
    async with Device.open(town.folder / "ann", "one"):
        await attempts.enough.wait()
    assert attempts.brought >= 10, "and again when the hour is over"


async def test_a_device_that_lacks_the_first_lists_sends_nothing(town: World) -> None:
    own, lists = town.ann.host.engine.device.own, town.ann.host.engine.device.pins.own_lists
    batch = Batch(MemoryView())
    later = type(lists)(batch, own.user_uri)
    async with aiohttp.ClientSession() as http:
        assert await bring_back_own(http, town.hub, own, later) == 0
        assert await bring_back_own(http, town.hub, own, lists) == 0, "a hub that lost nothing takes nothing"


async def test_who_starts_over_sees_since_when_the_log_is_believed_anew(town: World) -> None:
    assert town.ann.key_log.status().anew_since_ms is None
    await town.ann.key_log.start_over()
    anew = town.ann.key_log.status().anew_since_ms
    assert anew is not None and abs(anew - town.context.now_ms()) < 60_000


# Devices to be


async def test_a_registration_whose_answer_and_account_were_lost_goes_on(
    town: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, phrase = town.folder / "eve", new_phrase(os.urandom)
    send = registration._send

    async def cut(*arguments: object) -> None:
        await send(*arguments)  # type: ignore[arg-type]  # what the caller gave
        raise HubUnreachable("cut")

    register = partial(Device.register, folder, "four", town.hub, handle="eve_e", phrase=phrase)
    with monkeypatch.context() as patched:
        patched.setattr(registration, "_send", cut)
        with pytest.raises(RegistrationUnknown):
            await register(age=AgeBand.ADULT, listed=True)
    user_uri = await town.ann.find("eve_e")
    await bringing.lose(cast(Hub, town), cast(Person, Named(user_uri)))
    async with await register(age=AgeBand.ADULT, listed=True) as eve:
        await eve.caught_up()
        assert eve.user_uri == user_uri
        assert [each.client_uri for each in await town.ann.devices(user_uri)] == [eve.client_uri]
        await eve.contacts.refresh()
        assert eve.contacts.age.band is AgeBand.UNKNOWN, "what she said of her age was lost"


class Named:
    """Somebody of whom only the name is known."""

    def __init__(self, user_uri: str) -> None:
        self.user_uri = user_uri


async def test_a_recovery_whose_answer_and_list_were_lost_goes_on(town: World, monkeypatch: pytest.MonkeyPatch) -> None:
    send = recovering._send

    async def loses(*arguments: object) -> None:
        await send(*arguments)  # type: ignore[arg-type]  # what the caller gave
        raise HubUnreachable("cut")

    async def recovered() -> Device:
        return await Device.recovered(town.new_folder, "four", town.hub, handle="ann_a", phrase=PHRASE)

    await town.ann.close()
    with monkeypatch.context() as patched:
        patched.setattr(recovering, "_send", loses)
        with pytest.raises(RecoveryUnknown):
            await recovered()
    assert len(await published(town, town.ann)) == 2
    await lose(town, town.ann, 0)
    async with await recovered() as ann:
        await ann.caught_up()
        assert [each.client_uri for each in await ann.devices()] == [ann.client_uri]
        kept = [value for _, value in ann.host.store.scan(Table.PIN, SCOPE)]
        assert kept == await published(town, ann)


async def test_a_recovery_waits_for_lists_that_are_lost_and_leaves_nothing_until_a_friend_has_brought_them(
    town: World,
) -> None:
    link, offered = await town.both()
    yes = asyncio.create_task(offered.accept())
    await (await link.accept()).close()
    await yes
    async with person(town, "bob_b") as bob:
        assert len(await bob.devices(town.ann.user_uri)) == 2
        await town.ann.close()
        await lose(town, town.ann, 1)
        fresh = town.folder / "fresh"
        with pytest.raises(Refusal) as caught:
            await Device.recovered(fresh, "four", town.hub, handle="ann_a", phrase=PHRASE)
        assert caught.value.code is Code.KEYS_LOST and not fresh.exists()
        assert len(await bob.devices(town.ann.user_uri)) == 2, "which brought the newest back"
        async with await Device.recovered(fresh, "four", town.hub, handle="ann_a", phrase=PHRASE) as ann:
            await ann.caught_up()
            assert [each.client_uri for each in await ann.devices()] == [ann.client_uri]
