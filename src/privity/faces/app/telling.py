# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What is no entry of a conversation and concerns the person all the same, in a sentence."""

from __future__ import annotations

from privity.client.engine.shown import (
    AccountClosed,
    AccountReset,
    ClosingPending,
    DevicesChanged,
    HeardFromDesk,
    LogAlarm,
    Notice,
    ResetPending,
    Shown,
)
from privity.client.sdk import Device
from privity.faces.app.plain import visible
from privity.faces.app.port.happened import Told
from privity.faces.commands.naming import LETTERS, called, with_names
from privity.faces.commands.times import local_time
from privity.identity.uris import id_of


def told(account: str, device: Device, what: Shown) -> Told | None:
    """None for what is shown otherwise."""
    match what:
        case Notice(text):
            return Told(account=account, text=_sentence(with_names(device, text)), alarm=False)
        case HeardFromDesk(legal=True):
            said = (
                "There is news about a legal request for data of your account. Read what it is, and how to object,"
                " under Decisions about you."
            )
            return Told(account=account, text=said, alarm=True)
        case HeardFromDesk(reference=reference) if reference:
            said = "Something was decided about your account. Read why, and how to appeal, under Decisions about you."
            return Told(account=account, text=said, alarm=True)
        case HeardFromDesk(text):
            said = f"The safety desk: {visible(text)}"
            return Told(account=account, text=_sentence(said), alarm=False)
        case LogAlarm(text):
            said = (
                f"The hub shows two histories of its keys, or cannot prove that it does not: {with_names(device, text)}"
            )
            return Told(account=account, text=_sentence(said), alarm=True)
        case ResetPending(user_uri, until_ms):
            return _pending(account, device, user_uri, until_ms)
        case AccountReset(user_uri):
            said = (
                f"The account of {called(device, user_uri)} was reset: whoever has it now did not have its old keys."
                " Nothing is sent there before you agree. Ask the person."
            )
            return Told(account=account, text=said, alarm=True)
        case ClosingPending(user_uri, until_ms):
            own = user_uri == device.user_uri
            said = f"{_whose(device, user_uri)} closes {local_time(until_ms)}, as one of its devices asked."
            if own:
                said += " If that was not you, say no under Devices, or take the account back with the recovery phrase."
            return Told(account=account, text=said, alarm=own)
        case AccountClosed(user_uri):
            said = f"{_whose(device, user_uri)} was closed by its own keys, for good. Nobody can write from it again."
            return Told(account=account, text=said, alarm=False)
        case DevicesChanged(user_uri, added, removed):
            parts = [f"new device {id_of(uri)[:LETTERS]}…" for uri in added]
            parts += [f"device {id_of(uri)[:LETTERS]}… taken off" for uri in removed]
            return Told(account=account, text=f"{_whose(device, user_uri)}: {', '.join(parts)}.", alarm=False)
        case _:
            return None


def _pending(account: str, device: Device, user_uri: str, until_ms: int) -> Told:
    when = local_time(until_ms)
    if user_uri == device.user_uri:
        said = f"Somebody without your keys asks for your account, and gets it {when} unless you say no under Devices."
        return Told(account=account, text=said, alarm=True)
    name = called(device, user_uri)
    said = f"The account of {name} is to be reset {when}; its old devices can still say no."
    return Told(account=account, text=said, alarm=False)


def _whose(device: Device, user_uri: str) -> str:
    return "Your account" if user_uri == device.user_uri else f"The account of {called(device, user_uri)}"


def _sentence(text: str) -> str:
    whole = text.strip()
    return f"{whole[:1].upper()}{whole[1:]}{'' if whole.endswith(('.', '!', '?')) else '.'}"
