# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""People as the page shows them: what they are called, how well their keys are known, what stands in the way."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from privity.client.errors import AccountKeyChanged, CommandRefused
from privity.client.sdk import Device
from privity.faces.app.port.shown import Person, Trust
from privity.faces.commands.times import local_time
from privity.identity.uris import parse_user_uri

RESET: Final = (
    "This account was reset: whoever has it now did not have its old keys. Nothing is sent to it before you agree."
    " Ask the person, compare the safety number, and then agree."
)
CHANGED: Final = (
    "The keys of this person are others than those you compared. Nothing is sent to them alone before you compare the"
    " new number, or take the old comparison back."
)


def person(device: Device, user_uri: str) -> Person:
    return Person(
        user_uri=user_uri,
        handle=device.names.handle(user_uri) or "",
        trust=trust(device, user_uri),
        me=user_uri == device.user_uri,
        blocked=device.blocks.blocked(user_uri),
        contact=device.contacts.is_contact(user_uri),
        frozen=device.preferences.frozen(user_uri),
        attention=attention(device, user_uri),
    )


def other(device: Device, user_uri: str) -> str:
    """Somebody else. Raises BadUri, CommandRefused."""
    if parse_user_uri(user_uri) == device.user_uri:
        raise CommandRefused("that is you; name another person")
    return user_uri


def trust(device: Device, user_uri: str) -> Trust:
    return Trust(device.checked.trust(user_uri).value)


def least(device: Device, user_uris: Iterable[str]) -> Trust:
    """How well the one of them is known whose keys are known least. Whether the log is watched is the same for all."""
    found = (trust(device, each) for each in user_uris)
    return next((each for each in found if each is not Trust.CHECKED), Trust.CHECKED)


def attention(device: Device, user_uri: str) -> str:
    """What the person at this device should know before writing to somebody, or nothing."""
    try:
        device.host.engine.device.pins.check_accepted(user_uri)
    except AccountKeyChanged:
        return RESET
    if device.checked.changed(user_uri):
        return CHANGED
    until_ms = device.account.reset_pending_until(user_uri)
    if until_ms is None:
        return ""
    when = local_time(until_ms)
    if user_uri == device.user_uri:
        return f"Somebody without your keys asks for your account, and gets it {when} unless you say no under Devices."
    return f"This account is to be reset {when}, unless one of its devices says no. Ask the person."
