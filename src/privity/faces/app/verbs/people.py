# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Other people: finding, blocking, comparing safety numbers."""

from __future__ import annotations

from typing import Final

from privity.faces.app.conversations import rooms_with
from privity.faces.app.opened import Opened
from privity.faces.app.people import other, person
from privity.faces.app.port.asked import (
    AcceptReset,
    Comparison,
    Done,
    FindPerson,
    KeyEvent,
    LookAt,
    PersonFound,
    SafetyNumber,
    SetBlocked,
    SetChecked,
)
from privity.faces.app.verbs import Verbs
from privity.faces.commands.people import event_text
from privity.identity.uris import parse_user_uri


async def find(opened: Opened, request: FindPerson) -> PersonFound:
    return PersonFound(person=person(opened.device, await opened.device.find(request.handle)))


async def look_at(opened: Opened, request: LookAt) -> PersonFound:
    user_uri = parse_user_uri(request.user_uri)
    await opened.device.names.learn([user_uri])
    return PersonFound(person=person(opened.device, user_uri))


async def set_blocked(opened: Opened, request: SetBlocked) -> Done:
    await opened.device.block(other(opened.device, request.user_uri), request.blocked)
    return Done()


async def safety_number(opened: Opened, request: SafetyNumber) -> Comparison:
    user_uri = other(opened.device, request.user_uri)
    digits = await opened.device.verify(user_uri)
    history = await opened.device.key_log.history(user_uri)
    await opened.device.names.learn([user_uri])
    return Comparison(
        person=person(opened.device, user_uri),
        digits=digits,
        history=tuple(KeyEvent(at_ms=event.at_ms, text=event_text(event)) for event in history),
    )


async def set_checked(opened: Opened, request: SetChecked) -> Done:
    user_uri = other(opened.device, request.user_uri)
    if request.checked:
        await opened.device.checked.check(user_uri, request.digits)
    else:
        await opened.device.checked.take_back(user_uri)
    opened.refresh(rooms_with(opened.device, user_uri))
    return Done()


async def accept_reset(opened: Opened, request: AcceptReset) -> Done:
    user_uri = other(opened.device, request.user_uri)
    await opened.device.key_log.accept_reset(user_uri)
    opened.refresh(rooms_with(opened.device, user_uri))
    return Done()


VERBS: Final[Verbs] = {
    FindPerson: find,
    LookAt: look_at,
    SetBlocked: set_blocked,
    SafetyNumber: safety_number,
    SetChecked: set_checked,
    AcceptReset: accept_reset,
}
