# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The demo's story, in order: people talk, someone is removed, a report proves itself, and the hub is attacked."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from functools import partial

from privity.client.engine.shown import Item, Kind
from privity.client.errors import ClientError
from privity.client.sdk import Device
from privity.faces.demo import forgery, hostile_hub
from privity.faces.demo.findings import finding
from privity.faces.demo.home import Home
from privity.faces.demo.steps import CheckFailed, Record
from privity.identity.errors import IdentityError
from privity.identity.recovery import new_phrase
from privity.message.content import MimiContent, SinglePart
from privity.message.report import Reason

PASSPHRASE = "an invented passphrase"  # noqa: S105 - devices of the demo live for a minute
WAIT_S = 20.0
BURST = 40


async def play(home: Home, record: Record) -> None:
    """All steps; raises CheckFailed at the first that does not hold."""
    people: dict[str, Device] = {}
    try:
        await _tell(home, record, people)
    finally:
        for device in people.values():
            await device.close()


async def _tell(home: Home, record: Record, people: dict[str, Device]) -> None:
    with record.step("processes", "start a hub and a desk as their operator would") as step:
        invite = home.init()
        home.start_hub()
        home.desk.start()
        step.happened(f"hub at {home.url}, process {home.hub.child.pid if home.hub.child else '-'}; desk beside it")
    with record.step("register", "Alice, Bob, Carol and Dave make accounts, each with an invite") as step:
        for name in ("alice", "bob", "carol", "dave"):
            people[name] = await _register(home, name, invite)
            await people[name].connect()
            await people[name].caught_up()
            invite = home.invite()
        step.happened("each device made its keys itself; the hub has the public halves, signed by the account key")
    alice, bob, dave = people["alice"], people["bob"], people["dave"]
    direct = await _talk(home, record, alice, bob)
    group = await _group(home, record, alice, bob, people["carol"])
    await _offline(home, record, alice, people, group)
    await _remove(home, record, alice, bob, people["carol"], group)
    await _report(home, record, alice, bob, direct)
    await forgery.play(home, record, bob, dave, direct)
    await _kill(home, record, alice, bob, direct)
    with record.step("search", "search all that the hub has written for every message and signing key") as step:
        files, size, found = home.leaks()
        step.expect(
            size > 0 and not found,
            f"{files} files, {size:,} bytes: none of {len(home.canaries)} messages"
            f" and {len(home.secrets)} signing keys of devices and accounts is in them"
            + (f" - found {found}" if found else ""),
        )
    await hostile_hub.play(home, record, alice, bob)


async def _register(home: Home, name: str, invite: str) -> Device:
    device = await Device.register(
        home.folder / name, PASSPHRASE, home.url, handle=f"{name}.demo", phrase=new_phrase(os.urandom), invite=invite
    )
    own = device.host.engine.device.own
    home.secrets += [own.signature_private, own.account_private or b""]
    return device


async def _talk(home: Home, record: Record, alice: Device, bob: Device) -> str:
    with record.step("direct", "Alice and Bob talk one to one") as step:
        room = await alice.direct(await alice.find("bob.demo"))
        first, second = home.canary("hello Bob"), home.canary("hello Alice")
        await alice.send(room, first)
        await _until(lambda: first in texts(bob, room), "direct", "Bob to read Alice's message")
        await bob.send(room, second)
        await _until(lambda: second in texts(alice, room), "direct", "Alice to read Bob's message")
        step.expect(texts(alice, room) == texts(bob, room), "both see the same two messages in the same order")
        step.expect(await bob.direct(alice.user_uri) == room, "Bob asking for a direct room is led to the same one")
        number = await alice.verify(bob.user_uri)
        step.expect(number == await bob.verify(alice.user_uri), f"both see the safety number {number[:17]}...")
    return room


async def _group(home: Home, record: Record, alice: Device, bob: Device, carol: Device) -> str:
    with record.step("group", "Alice makes a group with Bob and Carol") as step:
        room = await alice.create_group()
        for other in (bob, carol):
            await alice.invite(room, other.user_uri)
            await _until(partial(_in_room, other, room), "group", "the invited to see the group")
        said = [home.canary(f"{name} in the group") for name in ("Alice", "Bob", "Carol")]
        for device, text in zip((alice, bob, carol), said, strict=True):
            await device.send(room, text)
        for device in (alice, bob, carol):
            await _until(partial(_has_read, device, room, 3), "group", "everybody to read everybody")
        orders = {tuple(texts(device, room)) for device in (alice, bob, carol)}
        step.expect(len(orders) == 1, "three people, three messages, one order")
    return room


async def _offline(home: Home, record: Record, alice: Device, people: dict[str, Device], room: str) -> None:
    with record.step("catch-up", "Carol goes offline, misses messages and comes back") as step:
        await people["carol"].close()
        missed = [home.canary(f"while Carol is away, {number}") for number in range(5)]
        for text in missed:
            await alice.send(room, text)
        carol = people["carol"] = Device.open(home.folder / "carol", PASSPHRASE)
        step.expect(missed[0] not in texts(carol, room), "opened again and still offline, Carol has none of them")
        await carol.connect()
        await carol.caught_up()
        step.expect(texts(carol, room)[-5:] == missed, "back online, all five in order")


async def _remove(home: Home, record: Record, alice: Device, bob: Device, carol: Device, room: str) -> None:
    with record.step("remove", "Alice removes Carol, who must not read on") as step:
        before = texts(carol, room)
        await alice.remove(room, carol.user_uri)
        after = home.canary("after Carol left")
        await alice.send(room, after)
        await _until(lambda: after in texts(bob, room), "remove", "Bob to read on")
        await _until(lambda: room not in carol.rooms(), "remove", "Carol to see that she was removed")
        step.expect(texts(carol, room) == before, "Bob reads on, Carol has nothing new")
        try:
            await carol.send(room, "let me in")
        except (ClientError, IdentityError) as err:
            step.happened(f"Carol cannot send either: {err}")
        else:
            raise CheckFailed("remove", "a removed member could send")


async def _report(home: Home, record: Record, alice: Device, bob: Device, room: str) -> None:
    with record.step("report", "Bob reports a message of Alice to the desk") as step:
        target = next(item for item in bob.read(room) if item.sender == alice.user_uri)
        receipt = await bob.report(room, (target.message_id,), Reason.HARASSMENT, "an invented report")
        found = await finding(home, receipt, "report")
        step.expect(found["outcome"] == "VERIFIED_AUTHORSHIP", f"the desk says {found['outcome']}: {found['meaning']}")


async def _kill(home: Home, record: Record, alice: Device, bob: Device, room: str) -> None:
    with record.step("kill", f"kill -9 the hub in the middle of {BURST} sends") as step:
        sent = [home.canary(f"burst {number}") for number in range(BURST)]
        sending = [asyncio.create_task(alice.send(room, text)) for text in sent]
        await asyncio.wait(sending, return_when=asyncio.FIRST_COMPLETED)
        home.hub.kill()
        acknowledged = sum(task.done() for task in sending)
        started = time.monotonic()
        await asyncio.to_thread(home.start_hub)
        await asyncio.wait_for(asyncio.gather(*sending), WAIT_S)
        step.happened(f"{acknowledged} acknowledged before the kill, the rest {time.monotonic() - started:.1f} s later")
        await _until(lambda: sent[-1] in texts(bob, room), "kill", "Bob to read the last one")
        step.expect(texts(bob, room)[-BURST:] == sent, f"Bob has all {BURST}, each once, in order")


def _in_room(device: Device, room: str) -> bool:
    return room in device.rooms()


def _has_read(device: Device, room: str, count: int) -> bool:
    return len(texts(device, room)) == count


def texts(device: Device, room: str) -> list[str]:
    """The texts that a device shows in a room."""
    return [text_of(item) for item in device.read(room, 500) if item.kind is Kind.MESSAGE]


def text_of(item: Item) -> str:
    part = MimiContent.decode(item.content).part
    return part.content.decode() if isinstance(part, SinglePart) else ""


async def _until(happened: Callable[[], bool], check: str, what: str) -> None:
    deadline = time.monotonic() + WAIT_S
    while not happened():
        if time.monotonic() > deadline:
            raise CheckFailed(check, f"waited {WAIT_S:g} s for {what}")
        await asyncio.sleep(0.02)
