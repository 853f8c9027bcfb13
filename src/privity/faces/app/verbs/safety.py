# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Reporting, what became of it, decisions about the account, and appeals."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from privity.client.help_here import help_here
from privity.faces.app.conversations import known, rooms_with
from privity.faces.app.errors import Malformed
from privity.faces.app.opened import Opened
from privity.faces.app.people import other
from privity.faces.app.port.asked import Done
from privity.faces.app.port.safety import (
    Appeal,
    Appealed,
    HeedStranger,
    HelpShown,
    Report,
    Reported,
    Reports,
    ReportsShown,
    Standing,
    StandingShown,
)
from privity.faces.app.problems import FORESEEN, problem_of
from privity.faces.app.safety import reports_shown, standing_shown
from privity.faces.app.verbs import Verbs
from privity.identity.uris import parse_room_uri
from privity.message.report import MAX_MESSAGES, MAX_NOTE, Reason, Subject
from privity.wire.standing import LEGAL

REASONS: Final = {reason.name.lower(): reason for reason in Reason}
SUBJECTS: Final = {subject.name.lower(): subject for subject in Subject}


async def report(opened: Opened, request: Report) -> Reported:
    reason = reason_of(request.reason)
    if request.subject not in SUBJECTS:
        raise Malformed(f"a subject is one of {', '.join(SUBJECTS)}")
    check_note(request.note)
    subject = SUBJECTS[request.subject]
    receipt, who = await _reported(opened, request, subject, reason)

    async def leave() -> None:
        await _leave(opened, request, subject, who)

    return await made(
        opened, receipt, reason, block=who if request.block else "", leave=leave if request.leave else None
    )


async def made(
    opened: Opened, receipt: str, reason: Reason, *, block: str, leave: Callable[[], Awaitable[None]] | None
) -> Reported:
    """The report comes first: what else was asked for and cannot be done takes nothing away from it."""
    undone = []
    try:
        if block:
            await opened.device.block(block)
    except FORESEEN as err:
        undone.append(f"The person was not blocked: {problem_of(err).text}")
    try:
        if leave is not None:
            await leave()
    except FORESEEN as err:
        undone.append(f"You are still there: {problem_of(err).text}")
    opened.safety_changed()
    return Reported(receipt=receipt, help=await _help(opened, reason), undone=" ".join(undone))


async def _help(opened: Opened, reason: Reason) -> tuple[HelpShown, ...]:
    return tuple(
        HelpShown(text=each.text, url=each.url, by_server=each.by_server)
        for each in await help_here(opened.host, reason)
    )


def reason_of(word: str) -> Reason:
    if word not in REASONS:
        raise Malformed(f"a reason is one of {', '.join(REASONS)}")
    return REASONS[word]


def check_note(note: str) -> None:
    if len(note.encode()) > MAX_NOTE:
        raise Malformed(f"a note has at most {MAX_NOTE} bytes")


async def _reported(opened: Opened, request: Report, subject: Subject, reason: Reason) -> tuple[str, str]:
    """The receipt, and who was reported where that is a person."""
    safety, note = opened.device.safety, request.note
    match subject:
        case Subject.MESSAGES:
            room_uri = known(opened.device, request.room_uri)
            if not 1 <= len(request.message_ids) <= MAX_MESSAGES:
                raise Malformed(f"a report has 1 to {MAX_MESSAGES} messages")
            receipt = await safety.report_messages(
                room_uri, request.message_ids, reason, note, as_moderator=request.as_moderator
            )
            return receipt, next((each.user_uri for each in safety.reports() if each.receipt == receipt), "")
        case Subject.ROOM:
            return await safety.report_room(known(opened.device, request.room_uri), reason, note), ""
        case Subject.PERSON:
            who = other(opened.device, request.user_uri)
            return await safety.report_person(who, reason, note), who
        case Subject.PROFILE:
            who = other(opened.device, request.user_uri)
            return await safety.report_profile(who, reason, note), who
        case Subject.INVITATION:
            room_uri = parse_room_uri(request.room_uri) if request.room_uri else ""
            if room_uri and not request.user_uri:  # nobody says who brought the account in
                return await safety.report_room(room_uri, reason, note), ""
            who = other(opened.device, request.user_uri)
            return await safety.report_invitation(who, reason, note, room_uri=room_uri), who


async def _leave(opened: Opened, request: Report, subject: Subject, who: str) -> None:
    contacts = opened.device.contacts
    if subject is not Subject.INVITATION:
        await opened.device.leave(known(opened.device, request.room_uri))
    elif not request.room_uri:
        await contacts.decline(who)
    elif any(each.room_uri == request.room_uri for each in contacts.held()):
        await contacts.leave_held(request.room_uri)
    else:
        await contacts.decline_invitation(request.room_uri)
    if request.room_uri:
        opened.refresh([request.room_uri])


async def reports(opened: Opened, _: Reports) -> ReportsShown:
    found = reports_shown(opened.device)
    opened.learn([each.person.user_uri for each in found.reports if each.person is not None])
    return found


async def heed_stranger(opened: Opened, request: HeedStranger) -> Done:
    opened.device.preferences.set_heeded(other(opened.device, request.user_uri))
    opened.refresh(rooms_with(opened.device, request.user_uri))
    return Done()


async def standing(opened: Opened, _: Standing) -> StandingShown:
    told = await opened.look_at_standing()
    asked_for = any(each.kind in LEGAL for each in opened.device.safety.statements())
    named = await _help(opened, Reason.OTHER) if asked_for else ()
    return standing_shown(opened.device, opened.host.now_ms(), named, known=told)


async def appeal(opened: Opened, request: Appeal) -> Appealed:
    safety = opened.device.safety
    lodges = {"decision": safety.appeal, "report": safety.complain, "objection": safety.object_to}
    if request.about not in lodges:
        raise Malformed(f"an appeal is about one of {', '.join(lodges)}")
    receipt = await lodges[request.about](request.reference, request.text)
    opened.safety_changed()
    return Appealed(receipt=receipt)


VERBS: Final[Verbs] = {
    Report: report,
    HeedStranger: heed_stranger,
    Reports: reports,
    Standing: standing,
    Appeal: appeal,
}
