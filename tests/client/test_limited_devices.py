# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A decision about a person takes nothing from them that is theirs: a new device, its history, a backup, an export."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from privity.client.engine.shown import Kind
from privity.client.sdk import Device
from privity.desk.main import now_ms
from privity.wire.errors import Code, Refusal
from privity.wire.staff import EffectParams, Verb
from tests.client.town import PHRASE, Town, run, shown, town
from tests.hub_effects import DAY_MS, DECISION, does


async def linked(here: Town, device: Device) -> Device:
    link = await Device.link(here.folder / "new", "three", here.url)
    offering = asyncio.create_task(device.account.offered(link.code))
    await link.check()
    offered = await offering
    new, _ = await asyncio.gather(link.accept(), offered.accept())
    await here.closing.enter_async_context(new)
    await new.caught_up()
    return new


def said(device: Device, room: str) -> list[str]:
    return [item.text for item in device.read(room) if item.kind is Kind.MESSAGE]


def test_whoever_is_limited_passes_their_history_to_a_new_device(tmp_path: Path) -> None:
    async def work() -> None:
        async with town(tmp_path) as here:
            alice, bob, room = await here.pair()
            await shown(bob, room, await alice.send(room, "about teapots"))
            until_ms = now_ms() + DAY_MS
            await does(here.desk.hub, 1, Verb.LIMIT, bob.user_uri, EffectParams(decision=DECISION, until_ms=until_ms))
            new = await linked(here, bob)
            giving = asyncio.create_task(bob.backups.give_history(new.client_uri))
            await new.backups.ask_history()
            await giving
            assert said(new, room) == ["hello", "about teapots"]
            with pytest.raises(Refusal) as refused:
                await new.create_group()
            assert refused.value.code is Code.RESTRICTED

    run(work())


def test_whoever_is_suspended_reads_on_a_new_device_and_takes_everything_along(tmp_path: Path) -> None:
    async def work() -> None:
        async with town(tmp_path) as here:
            alice, bob, room = await here.pair()
            await shown(bob, room, await alice.send(room, "before"))
            until_ms = now_ms() + DAY_MS
            decided = EffectParams(decision=DECISION, until_ms=until_ms)
            await does(here.desk.hub, 1, Verb.SUSPEND, bob.user_uri, decided)
            backup = await bob.backups.make(here.folder / "b")
            assert (await bob.exports.export(here.folder / "export")).is_dir()
            new = await linked(here, bob)
            await shown(new, room, await alice.send(room, "since"))
            await new.backups.restore(backup, PHRASE)
            assert said(new, room) == ["hello", "before", "since"]
            with pytest.raises(Refusal) as refused:
                await new.send(room, "an answer")
            assert refused.value.code is Code.RESTRICTED and DECISION in str(refused.value)
            with pytest.raises(Refusal) as refused:
                await new.backups.ask_history()  # at once, and not while a person waits
            assert (refused.value.code, refused.value.body.reference) == (Code.RESTRICTED, DECISION)

    run(work())
