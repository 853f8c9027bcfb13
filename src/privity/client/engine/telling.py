# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The devices of an account tell each other what their person chose about others (spec/choices.md).

When one tells another follows from when they are connected and hear of each other, which the hub sees anyway, and from
nothing else: not from whether there is something to tell. Every telling is as long as every other one.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

import msgspec

from privity.client.engine import calls
from privity.client.engine.account_keys import AccountKeys
from privity.client.engine.choices import all_choices, merge
from privity.client.engine.flow import Flow, ask
from privity.client.engine.records import Table
from privity.client.engine.shown import ChoicesChanged, Notice
from privity.identity.choices import Choice, Content, decode_telling, digest, fitting, open_telling, seal
from privity.identity.device_list import DeviceList
from privity.identity.errors import IdentityError
from privity.identity.uris import host_of
from privity.wire import rest
from privity.wire.errors import Refusal

if TYPE_CHECKING:
    from privity.client.engine.state import Device

SCOPE: Final = "told"
PERIOD_MS: Final = 15 * 60_000
"""How often a device tells another one from which it has heard lately."""
LATELY_MS: Final = 4 * PERIOD_MS
QUIET_MS: Final = 86_400_000
"""How often it tells one that is away."""
NEWEST: Final = 8
"""Choices that stand in every telling, the newest; the others take turns where they do not all have room."""


class Told(msgspec.Struct, frozen=True):
    """Between this device and another: what it was told last, and what was heard of it.

    `sent_ms` and `number` are of the last telling, `public` is to which key, `place` where the next one goes on.
    `heard` is the number of the newest that came, by the clock of that device, `heard_ms` when it came, `digest` of all
    that it knew then.
    """

    sent_ms: int = 0
    number: int = 0
    public: bytes = b""
    place: int = 0
    heard: int = 0
    heard_ms: int = 0
    digest: bytes = b""

    def due_ms(self, public: bytes, now_ms: int) -> int:
        """When it is told again: at once under a new key, for it may not open what went to the one before.

        A clock that was put back holds nothing up.
        """
        if self.public != public or self.sent_ms > now_ms:
            return now_ms
        lately = bool(self.heard_ms) and now_ms - self.heard_ms < LATELY_MS
        return self.sent_ms + (PERIOD_MS if lately else QUIET_MS)


class Teller:
    """Both sides of it, for one device."""

    __slots__ = ("_account_keys", "_busy", "_device", "_heard", "_next_ms", "_seen")

    def __init__(self, device: Device, account_keys: AccountKeys) -> None:
        self._device = device
        self._account_keys = account_keys
        self._busy = False
        self._heard = 0
        self._next_ms = 0
        self._seen: tuple[int, int, int] | None = None

    def connected(self) -> None:
        """Look again once everything that waited at the hub was read."""
        self._seen = None

    def look(self) -> None:
        """Begin a round if its time has come, or another device was heard of."""
        device = self._device
        if self._busy or not device.caught_up or not device.inbox_read:
            return
        state = (device.pins.version, self._account_keys.changes, self._heard)
        if state == self._seen and (not self._next_ms or device.now_ms < self._next_ms):
            return
        self._seen, self._busy, self._next_ms = state, True, 0
        device.runner.start(self._round(), self._done, self._failed)

    def on_letter(self, body: bytes) -> Flow[None]:
        """What another device of this account tells, or the hub in its name. Raises IdentityError, LogRefused."""
        device, own = self._device, self._device.own
        telling = decode_telling(body)
        private = self._account_keys.private_of(telling.public)
        if private is None or telling.client_uri == own.client_uri:
            return  # under a wish of before: the next one comes by itself
        in_force = device.pins.get(own.user_uri)
        if in_force is None or in_force.device(telling.client_uri) is None:
            in_force = yield from device.pins.refresh(own.user_uri)
        content = open_telling(telling, own.client_uri, private, in_force)
        changed = merge(device.batch, content.choices, own.user_uri)
        if changed:
            device.show(ChoicesChanged(changed))
        told = self.told(telling.client_uri)
        if content.number > told.heard:  # what comes again, or late, says nothing of what its device knows now
            heard = msgspec.structs.replace(told, heard=content.number, heard_ms=device.now_ms, digest=content.digest)
            self._keep(telling.client_uri, heard)
            self._heard += 1

    def told(self, client_uri: str) -> Told:
        value = self._device.batch.get(Table.OWN, SCOPE, client_uri.encode())
        return Told() if value is None else msgspec.msgpack.decode(value, type=Told)

    def knows(self) -> dict[str, bool]:
        """Each other device of the account, and whether it knew all that this one knows when it was heard last."""
        in_force, own = self._device.pins.get(self._device.own.user_uri), self._device.own.client_uri
        others = [] if in_force is None else [each.client_uri for each in in_force.devices if each.client_uri != own]
        known = digest(self._choices())
        return {each: self.told(each).digest == known for each in others}

    # A round

    def _done(self, _: object = None) -> None:
        self._busy = False

    def _failed(self, err: Exception) -> None:
        self._busy = False
        self._device.show(Notice(f"your devices could not tell each other what you chose: {err}"))

    def _round(self) -> Flow[None]:
        """Tell each other device whose time has come."""
        device, own = self._device, self._device.own
        in_force = device.pins.get(own.user_uri)
        if in_force is None or in_force.device(own.client_uri) is None:
            return
        self._forget_dropped(in_force)
        for listed in in_force.devices:
            public = self._account_keys.wished_by(listed.client_uri)
            if listed.client_uri == own.client_uri or public is None:
                continue
            told = self.told(listed.client_uri)
            if told.due_ms(public, device.now_ms) <= device.now_ms:
                told = yield from self._tell(listed.client_uri, public, told)
            self._wake(told.due_ms(public, device.now_ms))

    def _tell(self, client_uri: str, public: bytes, told: Told) -> Flow[Told]:
        device, own = self._device, self._device.own
        choices = self._choices()
        chosen = _in_turn(own.client_uri, choices, told.place)
        number = max(device.now_ms, told.number + 1)
        try:
            letter = seal(
                own.client_uri, own.signature_private, client_uri, public, Content(number, digest(choices), chosen)
            )
        except IdentityError:
            return told  # its next wish may name a better key
        place = told.place + max(len(chosen) - NEWEST, 0)
        sent = msgspec.structs.replace(told, sent_ms=device.now_ms, number=number, public=public, place=place)
        self._keep(client_uri, sent)
        with suppress(Refusal):  # it is gone, or its inbox is full: the next one is as good
            yield from ask(calls.send_letter(client_uri, letter.encode()), rest.Done)
        return self.told(client_uri)

    def _choices(self) -> list[Choice]:
        return all_choices(self._device.batch, host_of(self._device.own.user_uri))

    def _wake(self, at_ms: int) -> None:
        if at_ms > self._device.now_ms:
            self._next_ms = min(self._next_ms or at_ms, at_ms)
            self._device.wake_at(at_ms)

    def _keep(self, client_uri: str, told: Told) -> None:
        self._device.batch.put(Table.OWN, SCOPE, client_uri.encode(), msgspec.msgpack.encode(told))

    def _forget_dropped(self, in_force: DeviceList) -> None:
        for key, _ in self._device.batch.scan(Table.OWN, SCOPE):
            if in_force.device(key.decode()) is None:
                self._device.batch.delete(Table.OWN, SCOPE, key)


def _in_turn(client_uri: str, choices: list[Choice], place: int) -> tuple[Choice, ...]:
    """As many as have room: the newest, and then the others from this place on."""
    newest, others = choices[:NEWEST], choices[NEWEST:]
    at = place % len(others) if others else 0
    return fitting(client_uri, [*newest, *others[at:], *others[:at]])
