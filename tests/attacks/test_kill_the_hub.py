# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""kill -9 at random moments, of the hub and of a device: what was acknowledged arrives once, in order, at every member.

The hub is a process of its own, like an operator's. Three devices send in a group and a direct room while it dies and
comes back; a fourth is a process too and is killed in between. The fourth speaks through a tap, so that every message
it ever sealed can be looked at: no key of its ratchet may have sealed two different things, whatever crash lay between.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest

from privity.client.sdk import Device
from privity.faces.demo.processes import Process, free_port, privity, wait_for_hub
from privity.mls.messages.envelope import MLSMessage, PrivateMessage
from privity.mls.schedule.protect import open_sender_data
from privity.server.init import write_fresh
from privity.wire.socket import Submit
from tests.attacks.people import (
    HOST,
    LIMIT_S,
    authenticator,
    group_of,
    hidden,
    places,
    register,
    reopen,
    texts,
    until,
)
from tests.attacks.tap import Tap, tapped

ROOT = Path(__file__).parents[2]
KILLS = int(os.environ.get("PRIVITY_PROVE_KILLS", "100"))
SENDS = int(os.environ.get("PRIVITY_PROVE_SENDS", "10000"))


@dataclass
class House:
    """A hub process, three devices here and one in a process of its own, and what the hub acknowledged to whom."""

    folder: Path
    random: Random
    hub: Process
    url: str
    tap: Tap
    devices: list[Device] = field(default_factory=list)
    room: str = ""
    direct: str = ""
    said: dict[str, list[str]] = field(default_factory=dict)
    kills: int = 0
    caught: int = 0
    """Kills of the hub that found messages on their way."""
    talker: subprocess.Popen[bytes] | None = None
    lives: int = 0
    talker_kills: int = 0
    figures: dict[str, int] = field(default_factory=dict)

    @property
    def notes(self) -> Path:
        return self.folder / "notes.txt"

    def start_hub(self) -> None:
        self.hub.start()
        wait_for_hub(self.url, self.hub)

    def kill_hub(self) -> None:
        self.hub.kill()
        self.kills += 1

    def start_talker(self, count: int) -> None:
        """The fourth device lives again and has more to say."""
        self.lives += 1
        arguments = [str(self.folder), "dora", self.room, str(self.lives), str(count), str(self.notes)]
        with (self.folder / "talker.out").open("ab") as out:
            self.talker = subprocess.Popen(
                [sys.executable, "-m", "tests.attacks.talker", *arguments],
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=out,
                cwd=ROOT,
            )

    def kill_talker(self) -> None:
        assert self.talker is not None
        self.talker.send_signal(signal.SIGKILL)
        self.talker.wait(timeout=LIMIT_S)
        self.talker_kills += 1

    async def say(self, device: Device, name: str, room: str, number: int) -> None:
        text = f"{name} {number}"
        await device.send(room, text)
        self.said.setdefault(room, []).append(text)


@contextmanager
def killed_in_the_end(house: House) -> Iterator[None]:
    try:
        yield
    finally:
        house.hub.kill()
        if house.talker is not None:
            house.talker.kill()
            house.talker.wait(timeout=LIMIT_S)


async def settle_in(house: House) -> None:
    """Four people, a group of all and a direct room of two; the fourth device is then for its own process."""
    await asyncio.to_thread(house.start_hub)
    for handle in ("anna", "bert", "cleo"):
        house.devices.append(await register(house.url, house.folder, handle))
    dora = await register(house.tap.url, house.folder, "dora")
    house.room = await group_of(*house.devices, dora)
    house.direct = await house.devices[0].direct(house.devices[1].user_uri)
    await until(lambda: house.direct in house.devices[1].rooms(), "the direct room to reach both")
    await dora.close()


async def one_round(house: House, number: int, per_round: int, *, talk: int) -> None:
    """Everybody sends at once; the hub dies amid it, perhaps once more while all reconnect, perhaps a device too."""
    anna, bert, cleo = house.devices
    sends = [
        asyncio.ensure_future(house.say(device, name, room, number * per_round + i))
        for i in range(per_round)
        for device, name, room in (
            (anna, "anna", house.room),
            (bert, "bert", house.room),
            (cleo, "cleo", house.room),
            (anna, "anna to bert", house.direct),
            (bert, "bert to anna", house.direct),
        )
    ]
    if house.talker is None or house.talker.poll() is not None:
        house.start_talker(talk)
    await asyncio.wait(sends, timeout=house.random.uniform(0, 0.15))
    house.caught += any(not send.done() for send in sends)
    house.kill_hub()
    if house.random.random() < 0.5:
        house.kill_talker()
    await asyncio.to_thread(house.start_hub)
    if house.random.random() < 0.4:
        await asyncio.wait(sends, timeout=house.random.uniform(0, 1.0))  # devices find it again one by one
        house.kill_hub()
        await asyncio.to_thread(house.start_hub)
    await asyncio.wait_for(asyncio.gather(*sends), 2 * LIMIT_S)


async def last_life_of_talker(house: House, talk: int) -> Device:
    """Let the device's process end well, and open its store here."""
    assert house.talker is not None
    if house.talker.poll() is not None:
        house.start_talker(talk)
    talker, marker = house.talker, f"dora {house.lives}."
    await until(
        lambda: talker.poll() is not None or marker_count(house.notes, marker) == talk, "the talker to say everything"
    )
    assert talker.stdin is not None
    talker.stdin.close()
    assert await asyncio.to_thread(talker.wait, LIMIT_S) == 0, (house.folder / "talker.out").read_text()
    return await reopen(house.folder, "dora")


def marker_count(notes: Path, marker: str) -> int:
    return sum(line.startswith(marker) for line in notes.read_text().splitlines()) if notes.exists() else 0


def check_room(house: House, room: str, members: list[Device], acknowledged: list[str]) -> int:
    """Each acknowledged text once, the same numbers at everybody, nothing hidden, all of the log shown."""
    shown = [places(device, room) for device in members]
    assert all(each == shown[0] for each in shown), "members do not show the same"
    seen = [text for _, text in shown[0]]
    assert len(seen) == len(set(seen)), "a message arrived twice"
    assert set(acknowledged) <= set(seen), f"lost: {sorted(set(acknowledged) - set(seen))[:5]}"
    assert len(acknowledged) == len(set(acknowledged))
    numbers = [seq for seq, _ in shown[0]]
    assert numbers == sorted(set(numbers))
    assert [hidden(device, room) for device in members] == [0] * len(members)
    database = sqlite3.connect(f"file:{house.folder / 'hub' / 'hub.db'}?mode=ro", uri=True)
    (in_log,) = database.execute(
        "SELECT count(*) FROM event e JOIN room r ON r.id = e.room_id WHERE r.room_uri = ? AND e.kind = 1", (room,)
    ).fetchone()
    database.close()
    assert in_log == len(seen)
    return len(seen)


def check_ratchet(house: House, dora: Device) -> int:
    """Every (epoch, generation) that the fourth device ever used sealed one ciphertext. Returns how many there were."""
    epoch = dora.host.engine.rooms[house.room].require_group()._state.epoch
    used: dict[int, set[bytes]] = {}
    for frame in house.tap.frames():
        if isinstance(frame, Submit):
            message = MLSMessage.decode(frame.message).body
            assert isinstance(message, PrivateMessage)
            assert message.epoch == epoch.number, "no commit happened since the devices settled in"
            sender = open_sender_data(epoch.suite, epoch.secrets.sender_data_secret, message)
            assert sender.leaf_index == epoch.own_leaf
            used.setdefault(sender.generation, set()).add(frame.message)
    assert used, "the tap saw nothing"
    assert all(len(sealed) == 1 for sealed in used.values()), "one message key sealed two different things"
    return len(used)


async def run(folder: Path, kills: int, sends: int, seed: int) -> House:
    port = free_port()
    first = write_fresh(folder, HOST, f"127.0.0.1:{port}")
    config = folder / "privity.toml"
    config.write_text(first.section.replace('registration = "invite"', 'registration = "open"\nepoch_min_ms = 10'))
    hub = Process("hub", privity("serve", "--config", str(config)), folder / "hub.out")
    per_round = max(10, -(-sends // (kills * 5)))
    talk = per_round * 2
    async with tapped(port) as tap:
        house = House(folder, Random(seed), hub, f"http://127.0.0.1:{port}", tap)
        with killed_in_the_end(house):
            await settle_in(house)
            number = 0
            while house.kills < kills or sum(map(len, house.said.values())) < sends or house.talker_kills == 0:
                await one_round(house, number, per_round, talk=talk)
                number += 1
            dora = await last_life_of_talker(house, talk)
            everybody = [*house.devices, dora]
            for device in house.devices:
                await device.caught_up(LIMIT_S)
                await device.send(house.room, f"the last word of {device.user_uri}")
            await dora.send(house.room, "the last word of dora")
            last = "the last word of dora"
            for device in everybody:
                await until(lambda device=device: texts(device, house.room)[-1] == last, "the last word everywhere")  # type: ignore[misc]  # a default in a lambda
            acknowledged = [*house.said[house.room], *house.notes.read_text().splitlines(), last]
            shown = check_room(house, house.room, everybody, acknowledged)
            pair = house.devices[:2]
            await until(lambda: texts(pair[0], house.direct) == texts(pair[1], house.direct), "both to read all")
            shown += check_room(house, house.direct, pair, house.said[house.direct])
            assert len({authenticator(device, house.room) for device in everybody}) == 1
            house.figures = {
                "kills of the hub": house.kills,
                "of these amid messages": house.caught,
                "kills of the device": house.talker_kills,
                "messages shown": shown,
                "message keys of the killed device": check_ratchet(house, dora),
            }
            for device in everybody:
                await device.close()
    return house


def test_nothing_acknowledged_is_lost_or_doubled_when_hub_and_device_are_killed(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    house = asyncio.run(run(tmp_path, kills=5, sends=100, seed=1))
    record_property("figures", house.figures)
    assert house.kills >= 5
    assert house.caught >= 2, "the kills found nothing on its way"


@pytest.mark.prove
def test_nothing_is_lost_over_many_kills_and_messages(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    house = asyncio.run(run(tmp_path, kills=KILLS, sends=SENDS, seed=2))
    record_property("figures", house.figures)
    assert house.kills >= KILLS
    assert sum(map(len, house.said.values())) >= SENDS
    assert house.caught >= KILLS // 4, "the kills found nothing on its way"
