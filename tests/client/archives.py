# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A group of two and an account that may keep a copy of it."""

from __future__ import annotations

from privity.client.engine import consent
from privity.client.engine import inputs as i
from privity.client.engine.state import RoomRecord
from tests.client.fake_hub import Phone, World

POLICY = "Copies are kept for six years; see https://acme.example/records"


def office(world: World) -> tuple[str, Phone, Phone, Phone]:
    """A group of alice (admin) and bob, and an account that could be their archive."""
    alice, bob, acme = (world.person() for _ in range(3))
    room = alice.create_group()
    alice.invite(room, bob)
    return room, alice, bob, acme


def declare(by: Phone, room: str, archive: Phone, policy: str = POLICY) -> None:
    by.do(lambda n: i.DeclareArchive(n, room, archive.user, policy))


def withdraw(by: Phone, room: str, archive: Phone) -> None:
    by.do(lambda n: i.WithdrawArchive(n, room, archive.user))


def accept(phone: Phone, room: str) -> None:
    """The person agrees to what the device shows now."""
    shown = consent.policy_hash(phone.engine.rooms[room].require_group().context)
    phone.do(lambda n: i.AcceptPolicy(n, room, shown))


def record(phone: Phone, room: str) -> RoomRecord:
    return phone.engine.rooms[room].record
