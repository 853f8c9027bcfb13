# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Asking for contact and answering, meeting by a code, coming into groups of strangers or not, freezing somebody."""

from __future__ import annotations

from typing import Final

from privity.faces.app.contacts import contacts
from privity.faces.app.conversations import all_rooms
from privity.faces.app.opened import Opened
from privity.faces.app.people import other
from privity.faces.app.plain import one_line
from privity.faces.app.port.asked import Done
from privity.faces.app.port.contacts import (
    AcceptContact,
    AnswerHeld,
    AnswerInvitation,
    AskContact,
    CodeMade,
    CodeOf,
    ContactAsked,
    Contacts,
    ContactsShown,
    DeclineContact,
    EndContact,
    LookCode,
    MakeCode,
    SetFrozen,
    StopWork,
    TakeBackAsk,
    UseCode,
)
from privity.faces.app.port.happened import ContactsChanged
from privity.faces.app.verbs import Verbs
from privity.identity.uris import parse_room_uri
from privity.policy.profile import MAX_NAME
from privity.wire.contacts import CODE_LIFE_MS, Purpose


async def shown(opened: Opened, _: Contacts) -> ContactsShown:
    found = contacts(opened.device)
    opened.learn([each for room in found.held for each in (room.added_by, *room.people) if each])
    opened.learn([each for invitation in found.invitations for each in invitation.contacts])
    return found


async def ask(opened: Opened, request: AskContact) -> ContactAsked:
    return ContactAsked(connected=await opened.device.contacts.ask(request.target.strip()))


async def stop_work(opened: Opened, _: StopWork) -> Done:
    await opened.device.stop_work()
    return Done()


async def take_back(opened: Opened, request: TakeBackAsk) -> Done:
    await opened.device.contacts.withdraw(request.target)
    return Done()


async def accept(opened: Opened, request: AcceptContact) -> Done:
    await opened.device.contacts.accept(other(opened.device, request.user_uri))
    return Done()


async def decline(opened: Opened, request: DeclineContact) -> Done:
    await opened.device.contacts.decline(other(opened.device, request.user_uri))
    return Done()


async def end(opened: Opened, request: EndContact) -> Done:
    await opened.device.contacts.end(other(opened.device, request.user_uri))
    return Done()


async def set_frozen(opened: Opened, request: SetFrozen) -> Done:
    opened.device.preferences.set_frozen(other(opened.device, request.user_uri), request.frozen)
    opened.refresh(all_rooms(opened.device))
    opened.announce(ContactsChanged(account=opened.name))
    return Done()


async def make_code(opened: Opened, request: MakeCode) -> CodeMade:
    """Its time is counted from before it was made, so that it is never shown for longer than it works."""
    expires_ms = opened.host.now_ms() + CODE_LIFE_MS
    maker = opened.device.guarding if request.purpose is Purpose.GUARDIAN else opened.device.contacts
    return CodeMade(code=await maker.make_code(), expires_ms=expires_ms)


async def look_code(opened: Opened, request: LookCode) -> CodeOf:
    found = await opened.device.contacts.look_code(request.code)
    return CodeOf(user_uri=found.user_uri, handle=one_line(found.handle, MAX_NAME), purpose=found.purpose)


async def use_code(opened: Opened, request: UseCode) -> Done:
    user = opened.device.guarding if request.purpose is Purpose.GUARDIAN else opened.device.contacts
    await user.use_code(request.code)
    return Done()


async def answer_invitation(opened: Opened, request: AnswerInvitation) -> Done:
    room_uri = parse_room_uri(request.room_uri)
    if request.accept:
        await opened.device.contacts.accept_invitation(room_uri)
    else:
        await opened.device.contacts.decline_invitation(room_uri)
    return Done()


async def answer_held(opened: Opened, request: AnswerHeld) -> Done:
    room_uri = parse_room_uri(request.room_uri)
    if request.stay:
        await opened.device.contacts.accept_held(room_uri)
    else:
        await opened.device.contacts.leave_held(room_uri)
    opened.refresh([room_uri])
    return Done()


VERBS: Final[Verbs] = {
    Contacts: shown,
    AskContact: ask,
    StopWork: stop_work,
    TakeBackAsk: take_back,
    AcceptContact: accept,
    DeclineContact: decline,
    EndContact: end,
    SetFrozen: set_frozen,
    MakeCode: make_code,
    LookCode: look_code,
    UseCode: use_code,
    AnswerInvitation: answer_invitation,
    AnswerHeld: answer_held,
}
