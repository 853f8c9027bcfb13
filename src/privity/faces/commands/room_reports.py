# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity room reports`: what people of a group report to who looks after it, and what comes of that."""

from __future__ import annotations

import json as jsonlib
from typing import Annotated, Final, Literal

import msgspec
from cyclopts import App, Parameter

from privity.client.engine.kept_room_reports import How
from privity.client.room_reports import RoomReport, subject_of
from privity.client.sdk import Device
from privity.faces.commands.harmless import harmless
from privity.faces.commands.naming import called
from privity.faces.commands.opening import (
    DEFAULT,
    SHORTEST,
    Folder,
    NotNamed,
    Room,
    group_of,
    with_device,
)
from privity.faces.commands.times import local_time
from privity.identity.uris import id_of
from privity.message.report import Reason, Subject

Named = Annotated[str, Parameter(help="The beginning of a report's id, as the list shows it.")]
Json = Annotated[bool, Parameter(help="One JSON object, for programs.", negative="", show_default=False)]
Settled = Annotated[
    Literal["deleted", "removed", "banned", "nothing"], Parameter(help="What was done, or that nothing has to be.")
]
Note = Annotated[str, Parameter(help="What the desk should know.", show_default=False)]

app = App(
    name="reports",
    help="See what people report to you who look after a group, and settle it.\n\nExample: privity room reports list",
    help_format="plaintext",
)

_HOW: Final = {"deleted": How.DELETED, "removed": How.REMOVED, "banned": How.BANNED, "nothing": How.NOTHING}
_SUBJECTS: Final = {Subject.MESSAGES: "messages", Subject.PERSON: "a person", Subject.ROOM: "the conversation"}
STANDS: Final = {
    "seen": "[seen here]      ",
    "franked": "[proven]         ",
    "unproven": "[NOT PROVEN]     ",
}
"""How a reported message stands: this device had it itself; a device of its author signed it and the hub marked it; or
the reporter says so."""


@app.command(name="list")
def list_reports(room: Room | None = None, /, *, json: Json = False, device: Folder = DEFAULT) -> None:
    """List the reports of a group that you look after, or of all: the newest first.

    Example: privity room reports list k3x7
    """

    async def work(opened: Device) -> list[str]:
        uri = None if room is None else await group_of(opened, room)
        found = opened.room_reports.received(uri)
        if json:
            return [jsonlib.dumps({"reports": msgspec.to_builtins(found)}, ensure_ascii=False)]
        await _learn(opened, found)
        return [_head(opened, each) for each in found] or ["nobody has reported anything to you"]

    for line in with_device(device, work, offline=True):
        print(line if json else harmless(line))


@app.command
def show(report: Named, /, *, device: Folder = DEFAULT) -> None:
    """Show one report: who reports whom, why, and how each message stands on this device.

    Example: privity room reports show 5d20
    """

    async def work(opened: Device) -> list[str]:
        found = _named(opened, report)
        await _learn(opened, [found])
        lines = [_head(opened, found)]
        lines += [f"  they say: {found.note}"] if found.note else []
        lines += [f"  {STANDS[each.standing]}{each.text}{', deleted since' * each.gone}" for each in found.messages]
        if found.accused_out:
            lines.append(f"  {called(opened, found.accused_uri)} is in the conversation no more")
        named = "may" if found.may_name else "may not"
        return [*lines, f"  {called(opened, found.reporter_uri)} {named} be named to the desk if you pass it on"]

    for line in with_device(device, work, offline=True):
        print(harmless(line))


@app.command
def settle(report: Named, how: Settled, /, *, device: Folder = DEFAULT) -> None:
    """Say what became of a report. It deletes nothing and removes nobody: `privity delete`, `remove`, `ban` do.

    Example: privity room reports settle 5d20 deleted
    """

    async def work(opened: Device) -> None:
        await opened.room_reports.settle(_named(opened, report).id, _HOW[how].value)

    with_device(device, work)
    print("settled")


@app.command(name="pass-on")
def pass_on(report: Named, /, *, note: Note = "", device: Folder = DEFAULT) -> None:
    """Pass a report on to the safety desk of the hub, with the messages. Who reported is named only if they agreed.

    Example: privity room reports pass-on 5d20 --note "the third this week"
    """

    async def work(opened: Device) -> str:
        return await opened.room_reports.pass_on(_named(opened, report).id, note)

    print(f"passed on; receipt {harmless(with_device(device, work))}")


def _named(device: Device, beginning: str) -> RoomReport:
    if len(beginning) < SHORTEST:
        raise NotNamed(f"give at least {SHORTEST} letters of the report's id")
    found = [each for each in device.room_reports.received() if each.id.startswith(beginning)]
    if len(found) != 1:
        raise NotNamed(f"{len(found)} reports begin with {beginning!r:.40}; `privity room reports list` shows them")
    return found[0]


async def _learn(device: Device, found: list[RoomReport]) -> None:
    await device.names.learn(
        dict.fromkeys(uri for each in found for uri in (each.reporter_uri, each.accused_uri) if uri)
    )


def _head(device: Device, report: RoomReport) -> str:
    subject = subject_of(report)
    about = f"{len(report.messages)} {_SUBJECTS[subject]}" if report.messages else _SUBJECTS[subject]
    whom = f" of {called(device, report.accused_uri)}" if report.messages else f", {called(device, report.accused_uri)}"
    whom = whom if report.accused_uri else ""
    why = Reason(report.reason).name.lower().replace("_", " ")
    who, where = called(device, report.reporter_uri), id_of(report.room_uri)[:8]
    head = f"{local_time(report.at_ms)}  {report.id[:8]}  {who} reports {about}{whom} in {where}: {why}"
    return f"{head}  ({report.how or 'waits for you'})"
