# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Who was compared in person, by which number. A number that is another one since stops what is sent to that person.

The number is made of the recovery keys of both, so new devices leave it alone and a reset changes it. Whoever took the
trouble to compare does not want to talk to whoever has the account now before they have compared again, or have said
that they no longer insist.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

import msgspec

from privity.client.engine.effects import Finished
from privity.client.engine.records import Table
from privity.client.errors import CheckedKeysChanged, CommandRefused
from privity.identity.safety_number import SafetyNumberMismatch, compare, safety_number

if TYPE_CHECKING:
    from privity.client.engine.inputs import SetChecked
    from privity.client.engine.room import Room
    from privity.client.engine.state import Device

SCOPE = "checked"


class CheckedRecord(msgspec.Struct, frozen=True):
    """A number that was compared, and the recovery keys that it was made of."""

    digits: str
    at_ms: int
    own_key: bytes
    their_key: bytes

    def __repr__(self) -> str:
        return f"<CheckedRecord {self.at_ms}>"


def find(device: Device, user_uri: str) -> CheckedRecord | None:
    """What was compared with a person, whatever their keys are now."""
    value = device.batch.get(Table.PIN, SCOPE, user_uri.encode())
    return None if value is None else msgspec.msgpack.decode(value, type=CheckedRecord)


def is_changed(device: Device, user_uri: str) -> bool:
    """Whether a person was compared, and the number is another one now."""
    record = find(device, user_uri)
    if record is None:
        return False
    own_key, their_key = keys(device, user_uri)
    same = hmac.compare_digest(record.own_key, own_key) and hmac.compare_digest(record.their_key, their_key)
    return not same


def set_checked(device: Device, command: SetChecked) -> None:
    """Keep that these digits were compared, or take it back. Raises CommandRefused where they are not the number."""
    key = command.user_uri.encode()
    if command.digits is None:
        device.batch.delete(Table.PIN, SCOPE, key)
    else:
        own_key, their_key = keys(device, command.user_uri)
        now = safety_number(device.own.user_uri, own_key, command.user_uri, their_key)
        try:
            compare(now, command.digits)
        except SafetyNumberMismatch:
            raise CommandRefused("these digits are not the safety number, or not any more; compare anew") from None
        record = CheckedRecord(now, device.now_ms, own_key, their_key)
        device.batch.put(Table.PIN, SCOPE, key, msgspec.msgpack.encode(record))
    device.effects.append(Finished(command.command))


def changed_in(room: Room) -> str | None:
    """The person of a direct conversation whose compared number is another one now."""
    if not room.record.direct:
        return None
    others = (user_uri for user_uri in room.record.people if user_uri != room.device.own.user_uri)
    return next((user_uri for user_uri in others if is_changed(room.device, user_uri)), None)


def check_unchanged(room: Room) -> None:
    """Raise CheckedKeysChanged where nothing may be sent before the person is compared again."""
    user_uri = changed_in(room)
    if user_uri is not None:
        raise CheckedKeysChanged(
            f"you compared safety numbers with {user_uri}, and the number is another one since; nothing was sent."
            " Compare again in person, or take back that you have compared"
        )


def keys(device: Device, user_uri: str) -> tuple[bytes, bytes]:
    """The recovery keys of both, of which the number is made. Raises CommandRefused for who was never met."""
    own, theirs = device.pins.get(device.own.user_uri), device.pins.get(user_uri)
    if own is None or theirs is None:
        raise CommandRefused(f"this device has not met {user_uri}; look at the safety number first")
    return own.recovery_key, theirs.recovery_key
