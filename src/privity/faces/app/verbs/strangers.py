# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Warnings, what is covered, and how the person knows somebody: answered from this device, and from nothing else."""

from __future__ import annotations

from typing import Final

from privity.client.strangers.advice import LOOKS_LIKE, REASON, advice
from privity.client.strangers.covering import covers_all
from privity.client.strangers.elsewhere import elsewhere
from privity.client.strangers.knowing import acquaintance_of
from privity.client.strangers.pressure import Script
from privity.client.strangers.warnings import Warned, warnings_in
from privity.faces.app.conversations import known, rooms_with
from privity.faces.app.errors import Malformed
from privity.faces.app.opened import Opened
from privity.faces.app.people import other
from privity.faces.app.plain import one_line
from privity.faces.app.port.asked import Done
from privity.faces.app.port.happened import ContactsChanged
from privity.faces.app.port.safety import HelpShown
from privity.faces.app.port.strangers import (
    Acquaintance,
    HoldsShown,
    HoldsWhere,
    HowKnown,
    KnownLine,
    Protection,
    ProtectionShown,
    PutWarningAway,
    SetProtection,
    Warnings,
    WarningShown,
    WarningsShown,
)
from privity.faces.app.verbs import Verbs

MAX_LINE: Final = 400
"""Characters of a line; what people call themselves and their groups is in it."""


async def warnings(opened: Opened, request: Warnings) -> WarningsShown:
    room_uri = known(opened.device, request.room_uri)
    found, frozen = (warnings_in(opened.device, room_uri, frozen=each) for each in (False, True))
    return WarningsShown(
        warnings=tuple(_shown(each) for each in found), frozen_help=_help(frozen[0].script) if frozen else ()
    )


def _shown(warned: Warned) -> WarningShown:
    return WarningShown(
        user_uri=warned.user_uri,
        script=warned.script.value,
        seq=warned.seq,
        text=LOOKS_LIKE[warned.script],
        help=_help(warned.script),
        reason=REASON[warned.script].name.lower(),
    )


def _help(script: Script) -> tuple[HelpShown, ...]:
    return tuple(HelpShown(text=each.text, url=each.url, by_server=False) for each in advice(script))


async def put_away(opened: Opened, request: PutWarningAway) -> Done:
    user_uri = other(opened.device, request.user_uri)
    if request.script not in set(Script):
        raise Malformed(f"a warning is one of {', '.join(Script)}")
    opened.device.preferences.set_put_away(user_uri, request.script)
    opened.refresh(rooms_with(opened.device, user_uri))
    return Done()


async def protection(opened: Opened, _: Protection) -> ProtectionShown:
    return ProtectionShown(warns=opened.device.preferences.warns(), covers_all=covers_all(opened.device))


async def set_protection(opened: Opened, request: SetProtection) -> Done:
    opened.device.preferences.set_warns(request.warns)
    if request.covers_all != covers_all(opened.device):
        opened.device.preferences.set_covers_all(request.covers_all)
    opened.announce(ContactsChanged(account=opened.name))
    return Done()


async def how_known(opened: Opened, request: HowKnown) -> Acquaintance:
    found = acquaintance_of(opened.device, other(opened.device, request.user_uri))
    return Acquaintance(
        lines=tuple(KnownLine(text=one_line(each.text, MAX_LINE), careful=each.careful) for each in found)
    )


async def holds_where(opened: Opened, _: HoldsWhere) -> HoldsShown:
    return HoldsShown(text=elsewhere(opened.device).sentence())


VERBS: Final[Verbs] = {
    Warnings: warnings,
    PutWarningAway: put_away,
    Protection: protection,
    SetProtection: set_protection,
    HowKnown: how_known,
    HoldsWhere: holds_where,
}
