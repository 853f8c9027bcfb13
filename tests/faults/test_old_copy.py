# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The hub's database is put back from an old copy: rooms go on behind a mark, and everybody is told what is lost."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from privity.client.sdk import Device
from tests.attacks.people import epoch, hidden, lines, register, rejoined, texts
from tests.client.town import befriend
from tests.faults.town import Town, all_said, town, until


def copy(source: Path, target: Path) -> None:
    """What `sqlite3 hub.db ".backup"` does, while the hub runs."""
    with closing(sqlite3.connect(source)) as db, closing(sqlite3.connect(target)) as made:
        db.backup(made)


async def put_back(here: Town, *, marked: bool = True) -> None:
    """Kill the hub, put the copy in the place of its database, and say so."""
    here.hub.kill()
    for file in here.database.parent.glob("hub.db*"):
        file.unlink()
    shutil.copy(here.folder / "copy.db", here.database)
    if marked:
        done = await here.run("restored")
        assert done.returncode == 0, done.stderr
        assert "2 conversations marked; the copy ends at " in done.stdout
    await here.start()


def told(device: Device, room: str) -> list[str]:
    return [line for line in lines(device, room) if "put back from a copy" in line]


def test_rooms_go_on_behind_a_mark_and_nobody_misses_what_is_sent_after_it(tmp_path: Path) -> None:
    async def run() -> None:
        async with town(tmp_path, "anna", "bert", "cleo") as here:
            await all_said(here.talk(3))
            await asyncio.to_thread(copy, here.database, here.folder / "copy.db")
            await here.away("cleo")
            lost = [await here.say("anna", here.room) for _ in range(3)] + [await here.say("bert", here.room)]
            await until(lambda: texts(here.devices["bert"], here.room)[-4:] == lost, "bert to read what will be lost")
            before = epoch(here.devices["anna"], here.room)
            await put_back(here)
            await here.back("cleo")
            for handle, device in here.devices.items():
                await until(lambda device=device: len(told(device, here.room)) == 1, f"{handle} to be told")  # type: ignore[misc]  # a default in a lambda
                assert epoch(device, here.room) == before, "nobody had to enter anew"
                assert rejoined(device, here.room) == 0
            assert "3 of your messages from after it" in told(here.devices["anna"], here.room)[0]
            assert "1 of your messages from after it" in told(here.devices["bert"], here.room)[0]
            assert "of your messages" not in told(here.devices["cleo"], here.room)[0]
            here.said = {}
            after = [await here.say(handle, here.room) for handle in here.devices for _ in range(3)]
            for device in here.everybody:
                await until(lambda device=device: texts(device, here.room)[-9:] == after, "all that came after it")  # type: ignore[misc]  # a default in a lambda
                assert hidden(device, here.room) == 0
            assert texts(here.devices["anna"], here.room)[-13:-9] == lost, "what was read stays"
            assert lost[0] not in texts(here.devices["cleo"], here.room)

    asyncio.run(run())


@pytest.mark.prove
def test_without_the_mark_the_first_messages_after_a_restore_are_missed(tmp_path: Path) -> None:
    """What the mark is for: the hub numbers anew what a device has dealt with."""

    async def run() -> None:
        async with town(tmp_path, "anna", "bert") as here:
            await asyncio.to_thread(copy, here.database, here.folder / "copy.db")
            await here.away("anna")
            for _ in range(3):
                await here.say("bert", here.room)
            await put_back(here, marked=False)
            await here.back("anna")
            after = [await here.say("anna", here.room) for _ in range(4)]
            bert = here.devices["bert"]
            await until(lambda: after[3] in texts(bert, here.room), "the fourth message")
            assert not set(after[:3]) & set(texts(bert, here.room))

    asyncio.run(run())


@pytest.mark.prove
def test_who_was_away_since_before_the_copy_reads_what_it_holds_and_then_the_mark(tmp_path: Path) -> None:
    async def run() -> None:
        async with town(tmp_path, "anna", "bert", "cleo") as here:
            await here.away("cleo")
            kept = [await here.say("anna", here.room) for _ in range(3)]
            await asyncio.to_thread(copy, here.database, here.folder / "copy.db")
            lost = await here.say("anna", here.room)
            await put_back(here)
            cleo = await here.back("cleo")
            await until(lambda: len(told(cleo, here.room)) == 1, "cleo to be told")
            assert texts(cleo, here.room)[-3:] == kept
            after = await here.say("bert", here.room)
            await until(lambda: texts(cleo, here.room)[-2:] == [kept[2], after], "what came after it")
            assert lost not in texts(cleo, here.room)
            here.devices["dora"] = dora = await register(here.url, here.folder, "dora")
            await befriend(here.devices["anna"], dora)
            await here.devices["anna"].invite(here.room, dora.user_uri)
            rooms = dora.host.engine.rooms
            await until(
                lambda: here.room in rooms and rooms[here.room].group is not None, "somebody new to come in behind it"
            )
            said = await here.say("dora", here.room)
            await until(lambda: texts(cleo, here.room)[-1] == said, "cleo to read who is new")
            assert rejoined(cleo, here.room) == hidden(cleo, here.room) == 0

    asyncio.run(run())


@pytest.mark.prove
def test_restored_twice_while_somebody_was_away_goes_on_twice(tmp_path: Path) -> None:
    async def run() -> None:
        async with town(tmp_path, "anna", "bert", "cleo") as here:
            await here.away("cleo")
            said = []
            for number in range(2):
                said.append(await here.say("anna", here.room))
                await asyncio.to_thread(copy, here.database, here.folder / "copy.db")
                await here.say("anna", here.room)
                await asyncio.sleep(1 - number)  # numbers are taken from the seconds of the clock
                await put_back(here)
            cleo = await here.back("cleo")
            await until(lambda: len(told(cleo, here.room)) == 2, "cleo to be told of both")
            said.append(await here.say("bert", here.room))
            await until(lambda: texts(cleo, here.room)[-3:] == said, "cleo to read what is left")
            assert rejoined(cleo, here.room) == hidden(cleo, here.room) == 0

    asyncio.run(run())


def test_whose_epoch_the_hub_has_lost_is_told_so_and_never_follows_it_back(tmp_path: Path) -> None:
    """The hub has forgotten that somebody was removed: whoever knows it stops rather than speak to them again."""

    async def run() -> None:
        async with town(tmp_path, "anna", "bert", "cleo") as here:
            anna, bert, cleo = here.everybody
            await asyncio.to_thread(copy, here.database, here.folder / "copy.db")
            await here.away("bert")
            await anna.remove(here.room, cleo.user_uri)
            await until(lambda: here.room not in cleo.rooms(), "cleo to be out")
            await put_back(here)
            await until(lambda: len(told(anna, here.room)) == 1, "anna to be told")
            record = anna.host.engine.rooms[here.room].record
            await until(lambda: record.stopped != "", "anna's device to stop the conversation")
            assert "an admin has to begin it again" in told(anna, here.room)[0]
            assert "the hub shows" in record.stopped and "epoch" in record.stopped
            bert = await here.back("bert")
            await until(lambda: len(told(bert, here.room)) == 1, "bert to be told")
            assert "an admin" not in told(bert, here.room)[0]
            assert bert.host.engine.rooms[here.room].record.stopped == ""
            new = (await anna.beginning_again.begin(here.room)).room_uri
            await until(lambda: new in bert.rooms(), "bert to be in the conversation that anna began again")
            assert sorted(anna.people(new)) == sorted([anna.user_uri, bert.user_uri])

    asyncio.run(run())
