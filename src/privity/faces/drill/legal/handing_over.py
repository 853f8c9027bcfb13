# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""From a request that was judged to a package at the agency: approved, released, finished, fetched and checked."""

from __future__ import annotations

from typing import Final

from privity.desk.legal.releasing.model import Production, Stage, Turn
from privity.desk.legal.requests.judging import Judged
from privity.faces.demo.passkey import Passkey
from privity.faces.demo.steps import CheckFailed
from privity.faces.drill.legal import package
from privity.faces.drill.legal.agency import Team
from privity.faces.drill.legal.asked import Asked
from privity.faces.drill.legal.house import WAIT_S
from privity.faces.drill.legal.package import Opened
from privity.faces.drill.legal.scene import Told
from privity.faces.drill.legal.stage import Stage as Here
from privity.faces.drill.people import until
from privity.production.model import Kind

STALE_HOURS: Final = 25
WINDOW_DAYS: Final = 8
"""The seven days in which a person can object, and the rest of the first."""


async def verified(here: Here, asked: Asked) -> tuple[int, Team]:
    """Filed by an officer, who is verified; and looked at by a clerk."""
    team = here.team(asked.country)
    number, _ = here.work.submit(asked.encode())
    if not here.is_wrong("unverified-agency"):
        here.work.verified(number, team)
        here.work.looked_at(number, asked)
    return number, team


async def triaged(here: Here, asked: Asked) -> tuple[int, Team, Judged]:
    number, team = await verified(here, asked)
    return number, team, here.work.triaged(number)


async def handed_over(
    here: Here, scene: str, number: int, team: Team, told: Told, kind: Kind = Kind.PRODUCTION, hold: int | None = None
) -> Opened:
    """The whole way of one package. What is told of it is filled in."""
    made = here.work.reviewed(number, kind, hold)
    approve(here, made)
    here.work.released(made.number, here.work.staff.releaser)
    await finished(here, scene, made)
    fetched = here.work.fetched(made.number, team)
    found = package.open_with(team.identity, fetched.data, here.packages)
    if here.is_wrong("edited-package"):
        _edit(found)
    told.left = found.line()
    told.checks.append(package.check(scene, found, here.keys(), here.house.roots, here.house.rulebook))
    if found.has_messages:
        told.checks.append(package.check_messages(scene, found, ()))
    package.must_hold_nothing_of(scene, found, here.private)
    return found


def approve(here: Here, made: Production) -> None:
    """Each in their turn, the first one's passkey first."""
    staff = here.work.staff
    who = {Turn.FIRST: staff.clerk, Turn.SECOND: staff.releaser, Turn.SENIOR: staff.senior}
    for turn in here.work.waits_for(made.number):
        if turn is not Turn.FIRST and here.is_wrong("one-approver"):
            return
        if turn is Turn.SECOND and here.is_wrong("same-approver"):
            here.work.approved(made.number, staff.clerk)
        if turn is Turn.SECOND and here.is_wrong("foreign-approver"):
            _stranger(here, made)
        if turn is Turn.SECOND and here.is_wrong("stale-approval"):
            here.clock.pass_hours(STALE_HOURS)
        here.work.approved(made.number, who[turn])


def _stranger(here: Here, made: Production) -> None:
    """The releaser's question, answered by a passkey that nobody here has."""
    releaser = here.work.staff.releaser
    asked = here.work.asked_to_approve(made.number, releaser)
    here.work.approved(made.number, releaser, Passkey.es256().get(asked, here.work.office.place.origin))


async def finished(here: Here, scene: str, made: Production) -> None:
    """The running desk stamps, signs, verifies and encrypts what was released."""

    def ready() -> bool:
        return here.work.production(made.number).stage is Stage.READY

    try:
        await until(ready, scene, "the desk to finish the package", WAIT_S)
    except CheckFailed as err:
        raise CheckFailed(scene, f"{err}; it says: {here.work.production(made.number).stuck or 'nothing'}") from None


def _edit(found: Opened) -> None:
    """One bit of a record is another on its way."""
    path = next(each for each in sorted(found.files) if each.startswith("bag/data/records/"))
    data = found.files[path]
    changed = bytes([data[-1] ^ 1])
    (found.folder / path).write_bytes(data[:-1] + changed)
