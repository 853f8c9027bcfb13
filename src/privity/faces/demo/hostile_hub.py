# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The hub turns on its users: it signs a device of its own into Bob's list, in its own database, and lets it in."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import time

from privity.client.engine.engine import ENTERED_TEXT
from privity.client.engine.records import Table
from privity.client.engine.shown import Kind
from privity.client.engine.state import OWN_KEY, Own
from privity.client.registration import HUB_KEY
from privity.client.sdk import Device
from privity.client.store.database import Store
from privity.faces.demo.asking import Refused
from privity.faces.demo.person import PASSPHRASE, Person, until
from privity.faces.demo.steps import CheckFailed, Step
from privity.faces.demo.story import Story
from privity.identity.device_list import Device as ListedDevice
from privity.identity.device_list import DeviceList
from privity.identity.uris import new_client_uri
from privity.mls.crypto import generate_signature_key
from privity.mls.suites import suite
from privity.wire import rest

SETTLE_S = 3.0
"""How long Bob gets to come back to a room that the hub has disturbed."""


async def play(story: Story) -> None:
    """Substitute for a pinned account, at every client; then say what is not detected yet."""
    with story.record.step(
        "substitution", "the hub adds a device of its own to Bob's list and lets it into the room"
    ) as step:
        for device in (story.alice, story.carol, story.dave):
            await device.ask("verify", user_uri=story.bob.user_uri)  # whoever has not met Bob meets him now
        said = story.home.server_info()
        story.home.hub.stop()
        ghost = await asyncio.to_thread(_substitute, story, said)
        await asyncio.to_thread(story.home.start_hub)
        for device in story.people.values():
            await device.ask("caught_up")
        for device in story.people.values():
            await _refuses(step, device, story)
        await _ghost_enters(story, step, ghost)
    story.record.note(
        "not yet detected: the same substitution before a person has ever seen Bob's key",
        ["compare safety numbers; the key log will close this (SECURITY.md)"],
    )


async def _refuses(step: Step, device: Person, story: Story) -> None:
    """A safety number needs the newest lists of both sides: Bob's own devices meet theirs, the others Bob's."""
    other = story.alice if device.user_uri == story.bob.user_uri else story.bob
    try:
        await device.ask("verify", user_uri=other.user_uri)
    except Refused as err:
        step.happened(f"{device.name} refuses: {err}")
    else:
        raise CheckFailed("substitution", f"{device.name} accepted a device list that Bob's account key did not sign")


async def _ghost_enters(story: Story, step: Step, ghost: Own) -> None:
    """The hub's device becomes a member as far as the hub can see. Nobody else may take it for one."""
    device = Device(_store_of(story, ghost))
    await device.connect()
    try:
        await device.caught_up()
        await until(
            lambda: _has_entered(device, story.direct), "substitution", "the hub's device to be let in by the hub"
        )
        step.happened(f"the hub lets its device in; {await _what_alice_can_do(story)}")
        read = [item for item in device.read(story.direct) if item.kind is Kind.MESSAGE]
        step.expect(not read, "the hub's device has read nothing")
    finally:
        await device.close()


async def _what_alice_can_do(story: Story) -> str:
    """Talk on without the intruder, or nothing: either is right, as long as nothing is sent to it."""
    text = story.home.canary("not for the hub")
    try:
        await story.alice.ask("send", room=story.direct, text=text)
    except Refused as err:
        return f"Alice's device sends nothing more: {err}"
    try:
        await until(lambda: _reads(story.bob, story.direct, text), "substitution", "Bob to read on", wait_s=SETTLE_S)
    except CheckFailed:
        return "Alice's device put it out again; Bob's waits until the hub shows his own list"
    return "Alice and Bob put it out again and talk on"


async def _has_entered(device: Device, room: str) -> bool:
    return any(item.text == ENTERED_TEXT for item in device.read(room))


async def _reads(person: Person, room: str, text: str) -> bool:
    return text in await person.texts(room)


def _substitute(story: Story, said: rest.ServerInfo) -> Own:
    """Bob's list as the hub would have it: both of his devices and one more, under an account key of the hub's."""
    user_uri, now_ms = story.bob.user_uri, time.time_ns() // 1_000_000
    account, _ = generate_signature_key(suite(1), os.urandom)
    private, public = generate_signature_key(suite(1), os.urandom)
    ghost = ListedDevice(new_client_uri(user_uri, os.urandom), public, now_ms)
    db = sqlite3.connect(story.home.home / "hub" / "hub.db")
    try:
        rows = db.execute("SELECT value FROM device_list WHERE user_uri = ? ORDER BY version", (user_uri,)).fetchall()
        real = [DeviceList.decode(bytes(row[0])) for row in rows]
        first = DeviceList.sign(user_uri, real[0].devices, account)
        second = DeviceList.sign(user_uri, (*real[-1].devices, ghost), account, previous=first)
        with db:
            for version, value in enumerate((first, second)):
                update = "UPDATE device_list SET value = ? WHERE user_uri = ? AND version = ?"
                db.execute(update, (value.encode(), user_uri, version))
            insert = "INSERT INTO device (client_uri, user_uri, signature_key, since_version) VALUES (?, ?, ?, 1)"
            db.execute(insert, (ghost.client_uri, user_uri, public))
    finally:
        db.close()
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


def _store_of(story: Story, own: Own) -> Store:
    store = Store.create(story.home.folder / "ghost", PASSPHRASE)
    store.save({(Table.OWN, "", OWN_KEY): own.encode(), (Table.OWN, "", HUB_KEY): story.home.url.encode()})
    return store
