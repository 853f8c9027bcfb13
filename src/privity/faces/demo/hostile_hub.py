# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The hub turns on its users: it replaces Bob's device by one of its own, in its own database."""

from __future__ import annotations

import os
import sqlite3
import time

from privity.client.sdk import Device
from privity.faces.demo.home import Home
from privity.faces.demo.steps import CheckFailed, Record
from privity.identity.device_list import Device as ListedDevice
from privity.identity.device_list import DeviceList
from privity.identity.errors import IdentityError
from privity.identity.uris import new_client_uri
from privity.mls.crypto import generate_signature_key
from privity.mls.suites import suite


async def play(home: Home, record: Record, alice: Device, bob: Device) -> None:
    """Substitute for a pinned account; then say what is not detected yet."""
    with record.step("substitution", "the hub replaces Bob's device list by one that it signed itself") as step:
        home.hub.stop()
        _substitute(home, bob.user_uri)
        home.start_hub()
        await alice.caught_up()
        try:
            await alice.verify(bob.user_uri)
        except IdentityError as err:
            step.happened(f"Alice, who pinned Bob's account key, refuses: {type(err).__name__}: {err}")
        else:
            raise CheckFailed("substitution", "Alice accepted a device list that Bob's account key did not sign")
    record.note(
        "not yet detected: the same substitution before Alice has ever seen Bob's key",
        ["compare safety numbers; the key log will close this (SECURITY.md)"],
    )


def _substitute(home: Home, user_uri: str) -> None:
    account, _ = generate_signature_key(suite(1), os.urandom)
    _, key = generate_signature_key(suite(1), os.urandom)
    ghost = ListedDevice(new_client_uri(user_uri, os.urandom), key, time.time_ns() // 1_000_000)
    value = DeviceList.sign(user_uri, (ghost,), account).encode()
    db = sqlite3.connect(home.home / "hub" / "hub.db")
    try:
        with db:
            db.execute("UPDATE device_list SET value = ? WHERE user_uri = ? AND version = 0", (value, user_uri))
    finally:
        db.close()
