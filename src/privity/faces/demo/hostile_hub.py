# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The hub turns on its users: it writes its key log anew with a device of its own in Bob's list, and lets it in.

Its witness never saw that log. So nobody believes it: neither who knows Bob, nor who asks for him the first time.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import time

from privity.client.engine.engine import ENTERED_TEXT
from privity.client.engine.key_log import KEYS
from privity.client.engine.records import Table
from privity.client.engine.shown import Kind
from privity.client.engine.state import OWN_KEY, Own
from privity.client.net.server_info import log_keys
from privity.client.registration import HUB_KEY
from privity.client.sdk import Device
from privity.client.store.database import Store
from privity.faces.demo.asking import Refused
from privity.faces.demo.forged_log import forge
from privity.faces.demo.person import Person, until
from privity.faces.demo.steps import CheckFailed, Step
from privity.faces.demo.story import Story
from privity.faces.demo.throwaway import COST, PASSPHRASE
from privity.identity.device_list import Device as ListedDevice
from privity.identity.device_list import DeviceList
from privity.identity.uris import new_client_uri
from privity.mls.crypto import generate_signature_key
from privity.mls.suites import suite
from privity.wire import rest

SETTLE_S = 1.5
"""How long Alice's device gets to send something to a room that the hub has disturbed."""


async def play(story: Story) -> None:
    """Substitute Bob's keys for those who know him and for one who does not; then be honest again."""
    text = story.home.canary("not for the hub")
    with story.record.step(
        "substitution", "the hub writes its key log anew, with a device of its own for Bob, and lets it into the room"
    ) as step:
        for device in (story.alice, story.carol, story.dave):
            await device.ask("verify", user_uri=story.bob.user_uri)  # whoever has not met Bob meets him now
        ghost, said = await _turn(story)
        for device in story.people.values():
            if device is not story.erin:
                await _refuses("substitution", step, device, story)
        sending = await _ghost_enters(story, step, ghost, said, text)
    with story.record.step("first-contact", "Erin looks for Bob for the first time, at the hub that lies") as step:
        await _refuses("first-contact", step, story.erin, story)
        step.happened("the hub's own witness has never seen this log, and without it Erin's device believes none")
    with story.record.step("honest-again", "the hub puts its true key log back") as step:
        await asyncio.to_thread(_turn_back, story)
        for device in story.people.values():
            await device.ask("caught_up")
        await sending
        await until(lambda: _reads(story.bob, story.direct, text), "honest-again", "Bob to read what waited")
        step.happened("what Alice wrote meanwhile has waited, and reaches Bob alone")
        await story.erin.ask("verify", user_uri=story.bob.user_uri)
        step.happened("Erin finds Bob's true keys")


async def _turn(story: Story) -> tuple[Own, rest.ServerInfo]:
    """The hub forges and starts again without its witness; the device that it has made for itself."""
    home = story.home
    said = home.server_info()
    home.hub.stop()
    await asyncio.to_thread(home.put_aside)
    ghost = await asyncio.to_thread(_substitute, story, said)
    home.write_config(watched=False)
    await asyncio.to_thread(home.start_hub)
    for device in story.people.values():
        await device.ask("caught_up")
    return ghost, home.server_info()


def _turn_back(story: Story) -> None:
    story.home.hub.stop()
    story.home.put_back()
    story.home.write_config(watched=True)
    story.home.start_hub()


async def _refuses(check: str, step: Step, device: Person, story: Story) -> None:
    """A safety number needs the newest lists of both sides: Bob's own devices look up theirs, the others Bob's."""
    other = story.alice if device.user_uri == story.bob.user_uri else story.bob
    try:
        await device.ask("verify", user_uri=other.user_uri)
    except Refused as err:
        step.happened(f"{device.name} refuses: {err}")
    else:
        raise CheckFailed(check, f"{device.name} believed a key log that its witness has not seen")


async def _ghost_enters(story: Story, step: Step, ghost: Own, said: rest.ServerInfo, text: str) -> asyncio.Task[object]:
    """The hub's device becomes a member as far as the hub can see. Nobody may take it for one, or send to it."""
    device = Device(_store_of(story, ghost, said))
    await device.connect()
    try:
        await device.caught_up()
        await until(
            lambda: _has_entered(device, story.direct), "substitution", "the hub's device to be let in by the hub"
        )
        sending = asyncio.ensure_future(story.alice.ask("send", room=story.direct, text=text))
        await asyncio.wait([sending], timeout=SETTLE_S)
        waits = "Alice's device puts it out again" if sending.done() else "Alice's sends nothing, what she writes waits"
        step.happened(f"the hub lets its device in; {waits}")
        read = [item for item in device.read(story.direct) if item.kind is Kind.MESSAGE]
        step.expect(not read, "the hub's device has read nothing")
    finally:
        await device.close()
    return sending


async def _has_entered(device: Device, room: str) -> bool:
    return any(item.text.startswith(ENTERED_TEXT) for item in device.read(room))


async def _reads(person: Person, room: str, text: str) -> bool:
    return text in await person.texts(room)


def _substitute(story: Story, said: rest.ServerInfo) -> Own:
    """Bob's list as the hub would have it: his devices and one more, under account and recovery keys of the hub's."""
    user_uri, now_ms = story.bob.user_uri, time.time_ns() // 1_000_000
    account, _ = generate_signature_key(suite(1), os.urandom)
    private, public = generate_signature_key(suite(1), os.urandom)
    ghost = ListedDevice(new_client_uri(user_uri, os.urandom), public, now_ms)
    hub = story.home.home / "hub"
    db = sqlite3.connect(hub / "hub.db")
    try:
        real = [
            ListedDevice(client_uri, key, now_ms)
            for client_uri, key in db.execute(
                "SELECT client_uri, signature_key FROM device WHERE user_uri = ?", (user_uri,)
            )
        ]
        first = DeviceList.sign(user_uri, tuple(real), account, recovery_private=account)
        second = DeviceList.sign(user_uri, (*real, ghost), account, previous=first)
        with db:
            insert = "INSERT INTO device (client_uri, user_uri, signature_key, since_version) VALUES (?, ?, ?, 1)"
            db.execute(insert, (ghost.client_uri, user_uri, public))
    finally:
        db.close()
    forge(hub, said.host, user_uri, [first.encode(), second.encode()], now_ms)
    return Own(
        user_uri,
        ghost.client_uri,
        "bob.demo",
        private,
        public,
        None,
        said.host,
        said.external_sender_public_key,
        said.franking_public_key,
        said.intake_public_key,
    )


def _store_of(story: Story, own: Own, said: rest.ServerInfo) -> Store:
    store = Store.create(story.home.folder / "ghost", PASSPHRASE, cost=COST)
    store.save(
        {
            (Table.OWN, "", OWN_KEY): own.encode(),
            (Table.OWN, "", HUB_KEY): story.home.url.encode(),
            (Table.LOG, "", KEYS): log_keys(said).encode(),
        }
    )
    return store
