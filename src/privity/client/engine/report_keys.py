# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The key to which people seal reports to this device, while its person looks after a group (spec/room-report.md).

It is no key of the tree: a leaf's key goes with the next commit, and a report may wait for weeks. A new one is made
each week; the private half of the one before stays for thirty days, so that what waited opens, and then goes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from privity.client.engine import calls
from privity.client.engine.flow import Flow, ask
from privity.client.engine.records import Table
from privity.client.engine.state import PASSING, wait_ms
from privity.identity.report_key import MAX_NUMBER, ReportKey
from privity.message import sealing
from privity.message.sealed_report import key_id
from privity.mls.codec import u64
from privity.policy.roles import Capability
from privity.wire import rest
from privity.wire.errors import Refusal

if TYPE_CHECKING:
    from privity.client.engine.engine import Engine
    from privity.client.engine.room import Room
    from privity.client.engine.state import Device

SCOPE: Final = "report-key"
RENEW_MS: Final = 7 * 86_400_000
KEPT_MS: Final = 30 * 86_400_000
AGAIN_MS: Final = 3_600_000
"""When a key that the hub did not take is followed by another."""


class OwnReportKey(msgspec.Struct, frozen=True):
    """`taken`: the hub has it. `replaced_ms`: since when there is a newer one, 0 while there is none."""

    number: int
    private: bytes
    made_ms: int
    taken: bool = False
    replaced_ms: int = 0

    def __repr__(self) -> str:
        return f"<OwnReportKey {self.number}>"


def looks_after(room: Room) -> bool:
    """Whether this account may delete what others say in a room that this device is in."""
    if room.group is None or not room.record.member or room.record.stopped:
        return False
    return room.state.may(room.device.own.user_uri, Capability.DELETE_OTHER)


def private_of(device: Device, named: bytes) -> bytes | None:
    """The private half of the key with this id, while it is kept."""
    kept = (each.private for each in _keys(device))
    return next((private for private in kept if key_id(sealing.public_half(private)) == named), None)


class ReportKeys:
    """Makes and renews the key of one device, and lets old ones go."""

    __slots__ = ("_busy", "_device", "_engine", "_next_ms", "_offices")

    def __init__(self, engine: Engine) -> None:
        self._engine, self._device = engine, engine.device
        self._busy = False
        self._next_ms = 0
        self._offices: set[str] | None = None

    def connected(self) -> None:
        """Look again once everything that waited at the hub was read."""
        self._next_ms = self._device.now_ms

    def look(self) -> None:
        """Begin a round if this account has come into an office, or a time has come."""
        device = self._device
        if self._busy or not device.caught_up:
            return
        changed = self._count_offices()
        if not changed and (not self._next_ms or device.now_ms < self._next_ms):
            return
        self._next_ms = 0
        self._forget()
        newest = self._newest()
        if not self._offices:
            return
        if newest is not None and newest.taken and newest.made_ms <= device.now_ms < newest.made_ms + RENEW_MS:
            self._wake(newest.made_ms + RENEW_MS)
            return
        if newest is None or newest.taken:
            newest = self._make(newest)
        self._busy = True
        device.runner.start(self._put(newest), lambda _: self._done(), self._failed)

    # Rounds

    def _put(self, key: OwnReportKey) -> Flow[None]:
        own, device = self._device.own, self._device
        signed = ReportKey.sign(own.client_uri, own.signature_private, key.number, key.private)
        yield from ask(calls.put_report_key(signed.encode()), rest.Done)
        for old in _keys(device):
            if old.number < key.number and not old.replaced_ms:
                self._keep(msgspec.structs.replace(old, replaced_ms=device.now_ms))
        self._keep(msgspec.structs.replace(key, taken=True))
        self._wake(device.now_ms + RENEW_MS)

    def _done(self) -> None:
        self._busy = False

    def _failed(self, err: Exception) -> None:
        """Nobody is told: without a key, people report to the desk."""
        self._busy = False
        passing = isinstance(err, Refusal) and err.code in PASSING
        if not passing:  # as where the hub knows a later key of this device, whose store was put back
            for each in _keys(self._device):
                if not each.taken:
                    self._device.batch.delete(Table.OWN, SCOPE, u64(each.number))
        wait = wait_ms(err.body.retry_after_ms) if passing and isinstance(err, Refusal) else AGAIN_MS
        self._wake(self._device.now_ms + wait)

    def _make(self, before: OwnReportKey | None) -> OwnReportKey:
        device = self._device
        number = max(device.hub_ms, 1 if before is None else before.number + 1)
        made = OwnReportKey(min(number, MAX_NUMBER), device.random(sealing.KEY_BYTES), device.now_ms)
        self._keep(made)
        return made

    def _forget(self) -> None:
        """What was replaced long enough ago, by both clocks."""
        for each in _keys(self._device):
            if each.replaced_ms and self._device.surely_ms > each.replaced_ms + KEPT_MS:
                self._device.batch.delete(Table.OWN, SCOPE, u64(each.number))

    def _count_offices(self) -> bool:
        """Whether this account came to look after a room since the last round."""
        rooms, changed = self._engine.rooms, self._device.changed_rooms
        if self._offices is None:
            self._offices = {uri for uri, room in rooms.items() if looks_after(room)}
            changed.clear()
            return bool(self._offices)
        before = bool(self._offices)
        while changed:
            uri = changed.pop()
            if uri in rooms and looks_after(rooms[uri]):
                self._offices.add(uri)
            else:
                self._offices.discard(uri)
        return bool(self._offices) and not before

    def _newest(self) -> OwnReportKey | None:
        return max(_keys(self._device), key=lambda each: each.number, default=None)

    def _keep(self, key: OwnReportKey) -> None:
        self._device.batch.put(Table.OWN, SCOPE, u64(key.number), msgspec.msgpack.encode(key))

    def _wake(self, at_ms: int) -> None:
        self._next_ms = min(self._next_ms or at_ms, at_ms)
        self._device.wake_at(at_ms)


def _keys(device: Device) -> list[OwnReportKey]:
    rows = device.batch.scan(Table.OWN, SCOPE)
    return [msgspec.msgpack.decode(value, type=OwnReportKey) for _, value in rows]
