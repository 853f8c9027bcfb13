# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Every device of an account has the account key: whoever lacks it is given it by whoever has it (spec/account-key.md).

This device leaves a wish with each other one, and fulfils theirs. A key is passed on only to devices of the very list
whose account key it is; a device that was dropped from a list stands in none that a later key belongs to. Wishes stand
until they are replaced, so that whoever changes the key can pass it on at once, whoever is away.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from privity.client.engine import calls
from privity.client.engine.flow import Flow, ask
from privity.client.engine.own_devices import keep_account_key, key_in_force
from privity.client.engine.records import Table
from privity.client.engine.shown import Notice
from privity.client.engine.state import PASSING, still_waits, wait_ms
from privity.identity.account_key import Passed, Wish, check_wish, decode_letter, open_passed, seal, sealing_key
from privity.identity.device_list import DeviceList
from privity.identity.errors import IdentityError
from privity.wire import rest
from privity.wire.errors import Refusal

if TYPE_CHECKING:
    from privity.client.engine.state import Device

OWN_WISH: Final = b"account-key-wish"
SCOPE: Final = "wish"
PATIENCE_MS: Final = 10_000
"""How long a new account key may take to come by itself before this device wishes for it anew."""
AGAIN_MS: Final = 86_400_000
"""How often it does so while nobody gives it."""
RELAY_MS: Final = 60_000
"""How long a device that was given a key leaves it to whoever made it to serve those who had the key before."""


class OwnWish(msgspec.Struct, frozen=True):
    """What this device has left with `told`, at `sent_ms`, while `asked` was the account key in force.

    Where it lacks the one in force now, that is `sought`, since `sought_ms`.
    """

    number: int
    private: bytes
    held: bytes
    asked: bytes
    sent_ms: int
    sought: bytes
    sought_ms: int
    told: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<OwnWish {self.number} told to {len(self.told)}>"

    def after(self, now_ms: int) -> int:
        """The number of the next one: a clock that was put back makes no wish look old."""
        return max(now_ms, self.number + 1)


class Heard(msgspec.Struct, frozen=True):
    """The newest wish of another device, and the account key that was passed on to it last."""

    wish: bytes
    passed: bytes = b""


class AccountKeys:
    """Both sides of it, for one device."""

    __slots__ = ("_busy", "_changes", "_device", "_given", "_next_ms", "_seen")

    def __init__(self, device: Device) -> None:
        self._device = device
        self._busy = False
        self._changes = 0
        self._given = (b"", 0)
        self._next_ms = 0
        self._seen: tuple[int, int] | None = None

    def connected(self) -> None:
        """Look again once everything that waited at the hub was read."""
        self._seen = None

    def look(self) -> None:
        """Begin a round if something has changed, or its time has come."""
        device, state = self._device, (self._device.pins.version, self._changes)
        if self._busy or not device.caught_up or not device.inbox_read:
            return
        if state == self._seen and (not self._next_ms or device.now_ms < self._next_ms):
            return
        self._seen, self._busy, self._next_ms = state, True, 0
        device.runner.start(self._round(), self._done, self._failed)

    def on_letter(self, body: bytes) -> Flow[None]:
        """What another device of this account sent, or the hub in its name. Raises IdentityError, LogRefused."""
        letter = decode_letter(body)
        if isinstance(letter, Wish):
            yield from self._on_wish(letter)
        else:
            yield from self._on_passed(letter)

    @property
    def changes(self) -> int:
        """Rises whenever another device was heard of."""
        return self._changes

    def wished_by(self, client_uri: str) -> bytes | None:
        """The key under which another device of the list in force wishes for letters, if it was heard of."""
        in_force, heard = self._in_force(), self._heard(client_uri.encode())
        if in_force is None or heard is None:
            return None
        wish = _decode_wish(heard)
        try:
            check_wish(wish, in_force)  # it was one of these devices when it came
        except IdentityError:
            return None
        return wish.public

    def private_of(self, public: bytes) -> bytes | None:
        """The private half of the key that this device wishes under, if it is this one."""
        wish = self._own_wish()
        return None if wish is None or sealing_key(wish.private) != public else wish.private

    def has_been_given(self, client_uri: str) -> bool:
        """Whether another device has the account key in force, as far as this one knows."""
        in_force, heard = self._in_force(), self._heard(client_uri.encode())
        if in_force is None or heard is None:
            return False
        return in_force.account_key in (heard.passed, _decode_wish(heard).held)

    # A round

    def _done(self, _: object = None) -> None:
        self._busy = False

    def _failed(self, err: Exception) -> None:
        self._busy = False
        if isinstance(err, Refusal) and err.code in PASSING:
            self._wake(self._device.now_ms + wait_ms(err.body.retry_after_ms))
        else:
            self._device.show(Notice(f"the account key could not be passed on between your devices: {err}"))

    def _wake(self, at_ms: int) -> None:
        self._next_ms = min(self._next_ms or at_ms, at_ms)
        self._device.wake_at(at_ms)

    def _round(self) -> Flow[None]:
        yield from self._pass_on()
        yield from self._leave_wish()

    def _leave_wish(self) -> Flow[None]:
        """With every device that does not have it yet."""
        own, in_force = self._device.own, self._in_force()
        others = [] if in_force is None else [each.client_uri for each in in_force.devices]
        if in_force is None or own.client_uri not in others or len(others) == 1:
            return
        wish = self._wish_for(in_force)
        for client_uri in others:
            if client_uri == own.client_uri or client_uri in wish.told:
                continue
            letter = Wish.sign(own.client_uri, own.signature_private, wish.number, wish.held, wish.private)
            yield from self._send(client_uri, letter.encode())
            if self._own_wish() != wish:
                return  # a key has come meanwhile
            wish = self._keep(msgspec.structs.replace(wish, told=(*wish.told, client_uri)))

    def _wish_for(self, in_force: DeviceList) -> OwnWish:
        """The wish that stands, or a new one in its place."""
        now_ms, kept = self._device.now_ms, self._own_wish()
        held = in_force.account_key if key_in_force(self._device) is not None else b""
        if kept is None or (held and kept.held != held):
            number, key = now_ms if kept is None else kept.after(now_ms), in_force.account_key
            kept = self._keep(OwnWish(number, self._device.random(32), held, key, now_ms, key, now_ms))
        if held:
            return kept
        if kept.sought != in_force.account_key:
            kept = self._keep(msgspec.structs.replace(kept, sought=in_force.account_key, sought_ms=now_ms))
        due_ms = kept.sent_ms + AGAIN_MS if kept.asked == kept.sought else kept.sought_ms + PATIENCE_MS
        if now_ms >= due_ms:
            number, due_ms = kept.after(now_ms), now_ms + AGAIN_MS
            kept = OwnWish(number, kept.private, b"", kept.sought, now_ms, kept.sought, kept.sought_ms)
            self._keep(kept)
        self._wake(due_ms)
        return kept

    def _pass_on(self) -> Flow[None]:
        """To each device that the list in force names and that lacks its account key."""
        device = self._device
        for key, _ in device.batch.scan(Table.OWN, SCOPE):
            in_force, private, heard = self._in_force(), key_in_force(device), self._heard(key)
            if in_force is None or private is None:
                return
            if heard is None:
                continue
            wish = _decode_wish(heard)
            try:
                check_wish(wish, in_force)  # it was one of these devices when it came
                passed = seal(wish, private) if self._is_due(wish, heard, in_force.account_key) else None
            except IdentityError:
                device.batch.delete(Table.OWN, SCOPE, key)
                continue
            if passed is None:
                continue
            yield from self._send(wish.client_uri, passed.encode())
            now = self._heard(key)
            if now is not None and now.wish == heard.wish:
                self._keep_heard(key, msgspec.structs.replace(heard, passed=passed.account_key))

    def _is_due(self, wish: Wish, heard: Heard, account_key: bytes) -> bool:
        """Whether this device passes the key on now. Who had the one before is left to whoever made it, for a while."""
        if account_key in (wish.held, heard.passed):
            return False
        given, given_ms = self._given
        if wish.held and given == account_key and still_waits(given_ms + RELAY_MS, self._device.now_ms):
            self._wake(given_ms + RELAY_MS)
            return False
        return True

    def _send(self, client_uri: str, letter: bytes) -> Flow[None]:
        """To a device that may be gone by now: then nobody misses it."""
        try:
            yield from ask(calls.send_letter(client_uri, letter), rest.Done)
        except Refusal as refusal:
            if refusal.code in PASSING:
                raise

    # What others say

    def _on_wish(self, wish: Wish) -> Flow[None]:
        device = self._device
        if wish.client_uri == device.own.client_uri:
            return
        in_force = self._in_force()
        if in_force is None or in_force.device(wish.client_uri) is None:
            in_force = yield from device.pins.refresh(device.own.user_uri)
        check_wish(wish, in_force)
        key = wish.client_uri.encode()
        heard = self._heard(key)
        if heard is None or _decode_wish(heard).number < wish.number:
            self._keep_heard(key, Heard(wish.encode()))
            self._changes += 1

    def _on_passed(self, passed: Passed) -> Flow[None]:
        """Take the key, if it is the account's. What came late, or a second time, is no news."""
        device = self._device
        in_force = self._in_force()
        if in_force is None or not self._is_wished(passed):
            return
        if passed.account_key != in_force.account_key:
            in_force = yield from device.pins.refresh(device.own.user_uri)
        if passed.account_key == in_force.account_key:
            if key_in_force(device) is not None:
                return
        elif self._was_account_key(passed.account_key):
            return
        wish = self._own_wish()
        if wish is None or not self._is_wished(passed):
            return
        keep_account_key(device, open_passed(passed, wish.private, in_force))
        self._given = (in_force.account_key, device.now_ms)
        self._changes += 1

    def _is_wished(self, passed: Passed) -> bool:
        """Whether it was sealed to the wish that stands."""
        wish = self._own_wish()
        mine = None if wish is None else (self._device.own.client_uri, sealing_key(wish.private))
        return mine == (passed.client_uri, passed.public)

    def _was_account_key(self, account_key: bytes) -> bool:
        _, values = self._device.pins.own_lists.newest_run()
        return any(DeviceList.decode(value).account_key == account_key for value in values)

    # What is kept

    def _in_force(self) -> DeviceList | None:
        return self._device.pins.get(self._device.own.user_uri)

    def _own_wish(self) -> OwnWish | None:
        value = self._device.batch.get(Table.OWN, "", OWN_WISH)
        return None if value is None else msgspec.msgpack.decode(value, type=OwnWish)

    def _keep(self, wish: OwnWish) -> OwnWish:
        self._device.batch.put(Table.OWN, "", OWN_WISH, msgspec.msgpack.encode(wish))
        return wish

    def _heard(self, key: bytes) -> Heard | None:
        value = self._device.batch.get(Table.OWN, SCOPE, key)
        return None if value is None else msgspec.msgpack.decode(value, type=Heard)

    def _keep_heard(self, key: bytes, heard: Heard) -> None:
        self._device.batch.put(Table.OWN, SCOPE, key, msgspec.msgpack.encode(heard))


def _decode_wish(heard: Heard) -> Wish:
    found = decode_letter(heard.wish)
    assert isinstance(found, Wish)  # what `_on_wish` has kept
    return found
