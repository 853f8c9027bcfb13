# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity report`, `reports`, `standing`: what a person and the safety desk of their hub say to each other."""

from __future__ import annotations

import json as jsonlib
from typing import Annotated, Final

import msgspec
from cyclopts import App, CycloptsError, Parameter

from privity.client.engine.from_desk import OwnAppeal, OwnReport
from privity.client.errors import ClientError
from privity.client.help_here import help_here
from privity.client.helping import Help
from privity.client.sdk import Device
from privity.faces.commands.harmless import harmless
from privity.faces.commands.naming import called
from privity.faces.commands.opening import (
    DEFAULT,
    Folder,
    Message,
    Room,
    group_of,
    other_of,
    room_of,
    shown_id,
    user_of,
    with_device,
)
from privity.faces.commands.times import local_time
from privity.identity.uris import id_of
from privity.message.appeal import About
from privity.message.report import Reason, Subject
from privity.wire.errors import Refusal
from privity.wire.standing import OwnStanding, StandingState, Statement, StatementKind

Note = Annotated[str, Parameter(help="What the desk should know.", show_default=False)]
Why = Annotated[str, Parameter(help="What is wrong with the decision, in quotes.", allow_leading_hyphen=True)]
Json = Annotated[bool, Parameter(help="One JSON object, for programs.", negative="", show_default=False)]

reports_app = App(
    name="reports",
    help="See what you reported and what became of it.\n\nExample: privity reports list",
    help_format="plaintext",
)
standing_app = App(
    name="standing",
    help="See where your account stands, what was decided about it and why, and which authority asked for its data."
    "\n\nExample: privity standing show",
    help_format="plaintext",
)

_MODERATORS_HAVE: Final = "those who look after the conversation have it; what they do shows there"
_SUBJECTS: Final = {
    None: "reported on another device of yours",
    Subject.MESSAGES: "messages",
    Subject.PERSON: "a person",
    Subject.ROOM: "a conversation",
    Subject.PROFILE: "a profile",
    Subject.INVITATION: "an invitation",
}
_STANDINGS: Final = {
    StandingState.GOOD: "in good standing",
    StandingState.LIMITED: "limited: no new contacts, conversations or invitations, and slower sending",
    StandingState.SUSPENDED: "suspended: you can read, export, report and appeal, and not write to others",
    StandingState.BANNED: "banned: you can read, export, report and appeal, and not write to others",
}
_KINDS: Final = {
    StatementKind.DECIDED: "decided",
    StatementKind.UNDONE: "taken back",
    StatementKind.APPEAL: "answer to your appeal",
    StatementKind.LEGAL_REQUEST: "an authority asks",
    StatementKind.LEGAL_ANSWER: "answer to your objection",
}
_DISPUTED: Final = {StatementKind.DECIDED: About.DECISION, StatementKind.LEGAL_REQUEST: About.OBJECTION}
_NOTHING: Final = -1
_HOW: Final = {About.DECISION: ("appealed", "appeal"), About.OBJECTION: ("objected", "object")}


def report(
    room: Room | None = None,
    /,
    *messages: Message,
    reason: Annotated[Reason, Parameter(help="What is wrong.")],
    note: Note = "",
    person: Annotated[
        str | None, Parameter(help="Report this person, without a message: a handle, or a user URI.")
    ] = None,
    profile: Annotated[str | None, Parameter(help="Report what this person says of themselves.")] = None,
    whole: Annotated[str | None, Parameter(name="--room", help="Report this whole conversation.")] = None,
    block: Annotated[bool, Parameter(help="Block the person as well.", negative="", show_default=False)] = False,
    leave: Annotated[bool, Parameter(help="Leave the conversation as well.", negative="", show_default=False)] = False,
    as_moderator: Annotated[
        bool,
        Parameter(help="Say that you look after the conversation.", negative="", show_default=False),
    ] = False,
    to_moderators: Annotated[
        bool,
        Parameter(
            help="Report to those who look after the conversation, and not to the desk.",
            negative="",
            show_default=False,
        ),
    ] = False,
    may_name: Annotated[
        bool,
        Parameter(help="They may name you if they pass it on to the desk.", negative="", show_default=False),
    ] = False,
    device: Folder = DEFAULT,
) -> None:
    """Report messages of one person, or a person, a profile, a conversation. Only the desk learns of it.

    Of messages the desk gets exactly these, with proof of who wrote them. Reactions and the name of a conversation can
    be reported too: `privity read --json` shows their ids. Without messages the desk has your word alone. With
    --to-moderators those who look after a group learn of it, with your name, and the desk does not.

    Example: privity report k3x7 9f02 --reason harassment
    """
    if may_name and not to_moderators:
        raise _wrong("--may-name needs --to-moderators")
    if to_moderators and ((room is None) is (whole is None) or profile is not None or as_moderator):
        raise _wrong("--to-moderators takes ROOM and MESSAGE, or --room, and with it --person")
    named = sum(each is not None for each in (room, person, profile, whole))
    if named != 1 and not to_moderators:
        raise _wrong("name one thing: ROOM and MESSAGE, or --person, --profile or --room")
    if room is not None and not messages:
        raise _wrong("MESSAGE is missing: the beginning of a message's id, as `privity read` shows it")
    if block and whole is not None and person is None:
        raise _wrong("--block needs a person, and --room names none")
    if (leave or as_moderator) and room is None and whole is None:
        raise _wrong("--leave and --as-moderator need a conversation")
    if as_moderator and whole is not None:
        raise _wrong("--as-moderator passes messages on: name them")

    async def work(opened: Device) -> str:
        where, who = "", ""
        if to_moderators:
            where = await group_of(opened, room or whole or "")
            ids = tuple(dict.fromkeys(shown_id(opened, where, name) for name in messages))
            who = "" if person is None else await user_of(opened, person)
            receipt = await opened.room_reports.send(where, ids, reason, note, accused_uri=who, may_name=may_name)
            who = _reported(opened, receipt)
        elif room is not None:
            where = await room_of(opened, room, left=True)
            ids = tuple(dict.fromkeys(shown_id(opened, where, name) for name in messages))
            receipt = await opened.safety.report_messages(where, ids, reason, note, as_moderator=as_moderator)
            who = _reported(opened, receipt)
        elif whole is not None:
            where = await room_of(opened, whole, left=True)
            receipt = await opened.safety.report_room(where, reason, note)
        elif profile is not None:
            who = await other_of(opened, profile)
            receipt = await opened.safety.report_profile(who, reason, note)
        else:
            who = await other_of(opened, person or "")
            receipt = await opened.safety.report_person(who, reason, note)
        to = " to those who look after the conversation" if to_moderators else ""
        print(f"reported{to}; receipt {harmless(receipt)}", flush=True)
        if where and not (as_moderator or to_moderators) and await _could_take(opened, where, who):
            print("those who look after the conversation could see it too: --to-moderators", flush=True)
        if block and who:
            await opened.block(who)
            print("blocked", flush=True)
        if leave and where in opened.rooms():
            await opened.leave(where)
            print("left the conversation", flush=True)
        helps.extend(await help_here(opened.host, reason))
        return receipt

    helps: list[Help] = []
    with_device(device, work)
    _help(helps)


def _reported(device: Device, receipt: str) -> str:
    """Whom a report of this device is about, or nobody."""
    return next((each.user_uri for each in device.safety.reports() if each.receipt == receipt), "")


async def _could_take(device: Device, room_uri: str, accused_uri: str) -> bool:
    """Whether those who look after a conversation could look at a report; not where nobody can say so now."""
    if room_uri not in device.rooms():
        return False
    try:
        return bool(await device.room_reports.moderators(room_uri, accused_uri))
    except (ClientError, Refusal):
        return False


def _help(lines: list[Help]) -> None:
    for line in lines:
        print(harmless(_help_line(line)))
    print("what becomes of it: privity reports list")


def _help_line(line: Help) -> str:
    whose = "named by your server: " if line.by_server else ""
    return f"  {whose}{line.text}{f' {line.url}' if line.url else ''}"


@reports_app.command(name="list")
def list_reports(*, json: Json = False, device: Folder = DEFAULT) -> None:
    """Show what you reported, the newest first, and what the desk said of it.

    Example: privity reports list
    """

    async def work(opened: Device) -> list[str]:
        found = opened.safety.reports()
        if json:
            return [jsonlib.dumps({"reports": msgspec.to_builtins(found)}, ensure_ascii=False)]
        await opened.names.learn(each.user_uri for each in found if each.user_uri)
        complaints = {each.reference: each for each in opened.safety.appeals() if each.about == About.REPORT}
        lines = [line for each in found for line in _report_lines(opened, each, complaints.get(each.receipt))]
        return lines or ["you have reported nothing on this device; `privity report --help` says how"]

    for line in with_device(device, work, offline=True):
        print(line if json else harmless(line))


@reports_app.command(name="appeal")
def appeal_outcome(
    receipt: Annotated[str, Parameter(help="The receipt of your report, or the beginning of it.")],
    text: Why,
    /,
    *,
    device: Folder = DEFAULT,
) -> None:
    """Say that you disagree with what became of your report. Somebody else at the desk looks at it again.

    Example: privity reports appeal 3f9a "he goes on in the next room"
    """

    async def work(opened: Device) -> str:
        found = [each.receipt for each in opened.safety.reports() if each.receipt.startswith(receipt)]
        return await opened.safety.complain(found[0] if len(found) == 1 else receipt, text)

    print(f"handed in; receipt {harmless(with_device(device, work))}")


@standing_app.command
def show(*, json: Json = False, device: Folder = DEFAULT) -> None:
    """Show where your account stands, and each decision about it with its reasons and until when you can appeal.

    What an authority asks for of your account stands here too, with what would be handed over and how to object.

    Example: privity standing show
    """

    async def work(opened: Device) -> list[str]:
        standing = await opened.safety.standing()
        statements, appeals = opened.safety.statements(), opened.safety.appeals()
        if json:
            found = {"standing": standing, "statements": statements, "appeals": appeals}
            return [jsonlib.dumps(msgspec.to_builtins(found), ensure_ascii=False)]
        made = {(each.about, each.reference): each for each in appeals}
        asked_for = any(each.kind is StatementKind.LEGAL_REQUEST for each in statements)
        helps = await help_here(opened.host, Reason.OTHER) if asked_for else ()
        return [
            *_standing_lines(standing),
            *(
                line
                for each in statements
                for line in _statement_lines(each, made.get((_DISPUTED.get(each.kind, _NOTHING), each.reference)))
            ),
            *map(_help_line, helps),
        ]

    for line in with_device(device, work):
        print(line if json else harmless(line))


@standing_app.command
def appeal(
    reference: Annotated[str, Parameter(help="Of the decision, as `privity standing show` says it.")],
    text: Why,
    /,
    *,
    device: Folder = DEFAULT,
) -> None:
    """Appeal against a decision about you. Somebody answers who did not take part in it.

    Example: privity standing appeal 7kq2m "it was a recipe for tea"
    """

    async def work(opened: Device) -> str:
        known = {each.reference for each in opened.safety.statements()}
        found = [each for each in known if each.startswith(reference)]
        return await opened.safety.appeal(found[0] if len(found) == 1 else reference, text)

    print(f"handed in; receipt {harmless(with_device(device, work))}")


@standing_app.command(name="object")
def object_to(
    reference: Annotated[str, Parameter(help="Of the notice, as `privity standing show` says it.")],
    text: Annotated[str, Parameter(help="What is wrong with the request, in quotes.", allow_leading_hyphen=True)],
    /,
    *,
    device: Folder = DEFAULT,
) -> None:
    """Object to a legal request for data of your account. A person answers before anything is handed over.

    Example: privity standing object 7kq2m "that account is not the one they mean"
    """

    async def work(opened: Device) -> str:
        known = {each.reference for each in opened.safety.statements() if each.kind is StatementKind.LEGAL_REQUEST}
        found = [each for each in known if each.startswith(reference)]
        return await opened.safety.object_to(found[0] if len(found) == 1 else reference, text)

    print(f"handed in; receipt {harmless(with_device(device, work))}")


def _wrong(said: str) -> CycloptsError:
    return CycloptsError(said, command_chain=("report",))


def _report_lines(device: Device, made: OwnReport, complaint: OwnAppeal | None) -> list[str]:
    about = _SUBJECTS[None if made.subject is None else Subject(made.subject)]
    whom = f" of {called(device, made.user_uri)}" if made.user_uri and made.messages else ""
    whom = whom or (f", {called(device, made.user_uri)}" if made.user_uri else "")
    where = f" in {id_of(made.room_uri)[:8]}" if made.room_uri else ""
    many = f"{made.messages} " if made.messages else ""
    why = "" if made.subject is None else f": {Reason(made.reason).name.lower().replace('_', ' ')}"
    head = f"{local_time(made.at_ms)}  {made.receipt[:8]}  {many}{about}{whom}{where}{why}"
    head += ", from a backup" if made.from_backup else ""
    said = [f"  {local_time(line.at_ms)}  {line.text}" for line in made.lines]
    asked = [] if complaint is None else [f"  {local_time(complaint.at_ms)}  you asked for another look at it"]
    has = _MODERATORS_HAVE if made.to_moderators else "the desk has it, and has said nothing yet"
    return [head, *(said or [f"  {has}"]), *asked, *_answers(complaint)]


def _answers(made: OwnAppeal | None) -> list[str]:
    return [] if made is None else [f"  {local_time(line.at_ms)}  {line.text}" for line in made.lines]


def _standing_lines(standing: OwnStanding) -> list[str]:
    until = "" if standing.until_ms is None else f", until {local_time(standing.until_ms)}"
    lines = [f"your account is {_STANDINGS[standing.standing]}{until}"]
    if standing.hidden:
        lines.append("your profile is shown to nobody else")
    if standing.challenged_until_ms is not None:
        until = local_time(standing.challenged_until_ms)
        lines.append(f"challenged until {until}: your device works a little before you begin something with a stranger")
    return lines


def _statement_lines(statement: Statement, made: OwnAppeal | None) -> list[str]:
    ends = "" if statement.until_ms is None else f", until {local_time(statement.until_ms)}"
    what = f"{_KINDS[statement.kind]}: {statement.action}{ends}"
    lines = [f"{local_time(statement.at_ms)}  {statement.reference}  {what}"]
    lines += [f"  {line}" for line in statement.text.splitlines()]
    about = _DISPUTED.get(statement.kind)
    if about is None:
        return lines
    did, do = _HOW[about]
    if made is not None:
        whence = ", from a backup" if made.from_backup else ""
        lines += [f"  you {did} {local_time(made.at_ms)}, receipt {made.receipt[:8]}{whence}", *_answers(made)]
    may = made is None or (made.from_backup and not made.lines)
    if may and statement.appeal_until_ms is not None:
        until = local_time(statement.appeal_until_ms)
        lines.append(f'  you can {do} until {until}: privity standing {do} {statement.reference} "..."')
    return lines
