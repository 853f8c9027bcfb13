# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity guardian ...`: an adult agrees to whom a minor has contact with, and reads nothing."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Annotated

from cyclopts import App, Parameter

from privity.client.sdk import Device
from privity.faces.commands.codes import shown_until_used
from privity.faces.commands.harmless import harmless
from privity.faces.commands.opening import DEFAULT, Folder, NotNamed, with_device
from privity.faces.commands.profile import profile_lines
from privity.faces.commands.times import local_time
from privity.wire.age import AgeBand
from privity.wire.contacts import Request, Ward

app = App(
    name="guardian",
    help="Watch over whom a minor has contact with. A guardian never reads.\n\nExample: privity guardian list",
    help_format="plaintext",
)
WardName = Annotated[str, Parameter(help="The minor, by handle.")]
Asker = Annotated[str, Parameter(help="Who asks for the minor, by handle.")]


@app.command(name="list")
def list_guardians(*, device: Folder = DEFAULT) -> None:
    """Show whom you watch over and who asks for them, and who watches over you.

    Example: privity guardian list
    """

    async def work(opened: Device) -> list[str]:
        await opened.contacts.refresh()
        lines = []
        for ward in opened.guarding.wards():
            until = "" if ward.age.adult_from_ms is None else f", adult from {local_time(ward.age.adult_from_ms)}"
            lines.append(f"you watch over {ward.handle}{until}" + ("; asks to count as an adult" * ward.age.review))
            for asked in ward.asks:
                lines.append(f"  {asked.profile.handle} asks for contact; {asked.mutual} common contacts")
                lines += [f"    {line}" for line in profile_lines(asked.profile)]
        for guardian in opened.guarding.guardians():
            waits = ", once your other guardian agrees" if guardian.pending else ""
            lines.append(f"{guardian.handle} watches over whom you have contact with{waits}, and reads nothing")
        return lines or ["nobody: `privity guardian code` on the adult's device, `privity guardian use` on the minor's"]

    for line in with_device(device, work):
        print(harmless(line))


@app.command
def code(*, device: Folder = DEFAULT) -> None:
    """On the device of an adult: show a code for the minor to type. Good once, ten minutes.

    Example: privity guardian code
    """

    for name in shown_until_used(
        device, lambda opened: opened.guarding.make_code(), lambda opened: opened.guarding.wards()
    ):
        print(harmless(f"you watch over whom {name} has contact with; you read nothing of theirs"))


@app.command
def use(
    code: Annotated[str, Parameter(help="Sixteen letters from the adult's screen.")], /, *, device: Folder = DEFAULT
) -> None:
    """On the device of a minor: let the adult who shows this code agree to your new contacts. They read nothing.

    Only they, or the operator, end it again.

    Example: privity guardian use abcd-efgh-ijkl-mnop
    """

    async def work(opened: Device) -> str:
        found = await opened.contacts.look_code(code)
        await opened.guarding.use_code(code)
        return found.handle

    print(harmless(f"{with_device(device, work)} agrees to your new contacts from now on, and reads nothing"))


@app.command
def agree(ward: WardName, who: Asker, /, *, device: Folder = DEFAULT) -> None:
    """Agree that somebody has contact with a minor, if the minor wants it too.

    Example: privity guardian agree kim.d uncle.bob
    """

    async def work(opened: Device) -> None:
        found, asked = await _asked(opened, ward, who)
        await opened.guarding.vouch(found.user_uri, asked.profile.user_uri)

    with_device(device, work)
    print(f"agreed; {ward} decides now whether to answer {who}")


@app.command
def refuse(ward: WardName, who: Asker, /, *, device: Folder = DEFAULT) -> None:
    """Say no to somebody who asks for a minor. Neither of the two is told.

    Example: privity guardian refuse kim.d mallory
    """

    async def work(opened: Device) -> None:
        found, asked = await _asked(opened, ward, who)
        await opened.guarding.refuse(found.user_uri, asked.profile.user_uri)

    with_device(device, work)
    print(f"refused: {who}")


@app.command
def age(
    ward: WardName,
    band: AgeBand,
    /,
    *,
    adult_from: Annotated[
        str | None, Parameter(name="--from", help="The day from which they are an adult, such as 2029-03-01.")
    ] = None,
    device: Folder = DEFAULT,
) -> None:
    """Say that a minor is an adult now, or from which day on: then you no longer watch over them.

    Example: privity guardian age kim.d minor --from 2029-03-01
    """
    from_ms = None if adult_from is None else _day_ms(adult_from)

    async def work(opened: Device) -> None:
        await opened.contacts.refresh()
        await opened.guarding.set_age(_ward(opened, ward).user_uri, band, from_ms)

    with_device(device, work)
    print(f"{ward}: {band}{'' if from_ms is None else f', adult from {adult_from}'}")


@app.command
def end(ward: WardName, /, *, device: Folder = DEFAULT) -> None:
    """Watch over a minor no more. They stay protected as a minor.

    Example: privity guardian end kim.d
    """

    async def work(opened: Device) -> None:
        await opened.contacts.refresh()
        await opened.guarding.end(_ward(opened, ward).user_uri)

    with_device(device, work)
    print(f"ended: you no longer watch over {ward}")


def _ward(opened: Device, name: str) -> Ward:
    found = [ward for ward in opened.guarding.wards() if name.removeprefix("@").lower() in (ward.handle, ward.user_uri)]
    if len(found) != 1:
        raise NotNamed(f"you watch over {len(found)} people named {name!r}; `privity guardian list` shows them")
    return found[0]


async def _asked(opened: Device, ward: str, who: str) -> tuple[Ward, Request]:
    await opened.contacts.refresh()
    found = _ward(opened, ward)
    wanted = who.removeprefix("@").lower()
    asks = [each for each in found.asks if wanted in (each.profile.handle, each.profile.user_uri)]
    if len(asks) != 1:
        raise NotNamed(f"{len(asks)} people named {who!r} ask for {found.handle}; `privity guardian list` shows them")
    return found, asks[0]


def _day_ms(text: str) -> int:
    try:
        return int(datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).timestamp() * 1000)
    except ValueError:
        sys.exit(f"privity: expected a day such as 2029-03-01, got {text!r}")
