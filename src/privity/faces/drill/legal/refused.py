# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Requests that get an answer and no data: each refusal is a package of its own, approved and signed like any other."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Final

import msgspec

from privity.desk.legal.agencies import indicators
from privity.desk.legal.agencies.model import Mark
from privity.desk.legal.releasing import lines
from privity.desk.legal.requests import checking, taking
from privity.desk.legal.requests.errors import GuardUnmet, NotTheRegistersNumber
from privity.desk.legal.requests.model import Ending, Ground, Outcome
from privity.desk.legal.rulebook import facts as reading
from privity.desk.legal.rulebook.evaluating import evaluate
from privity.desk.legal.rulebook.model import Action
from privity.faces.drill.legal import asked
from privity.faces.drill.legal.asked import EVERYTHING, Asked
from privity.faces.drill.legal.handing_over import handed_over, triaged
from privity.faces.drill.legal.package import Opened
from privity.faces.drill.legal.scene import Told, expect, verdict_line
from privity.faces.drill.legal.stage import Stage
from privity.production import building
from privity.production.classes import Never, Releasable
from privity.production.model import Kind, Released

FORGED_NUMBER: Final = "+1 202 555 0199"
"""Where the forged letter asks to be called."""
NOBODY_TOLD: Final = "nobody: nothing of anybody left"


async def epoc(here: Stage) -> Told:
    line = "AT, a prosecutor alone: European Production Order for traffic data of one account"
    told, _ = await _refused(here, "epoc", asked.production_order, line, Ground.WRONG_AUTHORITY, "EU-1")
    return told


async def dragnet(here: Stage) -> Told:
    def everybody(today: date, handle: str, line: str) -> Asked:
        whole = asked.warrant(today, handle, line)
        return replace(whole, facts={**whole.facts, "targets": [{"kind": "keyword", "value": "teapot"}]})

    line = "US, a court: everybody who wrote the word teapot"
    told, _ = await _refused(here, "dragnet", everybody, line, Ground.NO_IDENTIFIER, "G03")
    return told


async def us_person(here: Stage) -> Told:
    line = "GB, a court: overseas production order about a person of the United States"
    told, _ = await _refused(here, "us-person", asked.overseas_order, line, Ground.WRONG_AUTHORITY, "UK-4")
    return told


async def treaty(here: Stage) -> Told:
    line = "NO, a ministry: a treaty, and no instrument of the operator's own State"
    told, _ = await _refused(here, "treaty", asked.treaty, line, Ground.IMPROPER_CHANNEL, "ML-1")
    return told


async def keys(here: Stage) -> Told:
    """What is not there cannot be handed over, whatever is ordered; and what would be built is not."""

    def everything(today: date, handle: str, line: str) -> Asked:
        return asked.warrant(today, handle, line, EVERYTHING, asks=["disclose", "decrypt", "keys"])

    line = "US, a court: the keys of one account, and its conversations decrypted"
    told, found = await _refused(here, "keys", everything, line, Ground.ASKS_FOR_CAPABILITY, "G01")
    never = {each.value for each in Never}
    expect("keys", never <= set(found.not_held), "the refusal does not say that keys and conversations are not held")
    told.checks.append(f"said to be not held: {', '.join(sorted(never))}")
    return told


async def forged(here: Stage) -> Told:
    """Somebody who can read an agency's mail asks in its name; the number in the register does not know of it."""
    work, team = here.work, here.team("US")
    paper = asked.emergency(
        work.today, "alice", "somebody in the mailbox of a US agency: an emergency, and a number to call"
    )
    told = Told(paper.line, notice=NOBODY_TOLD)
    number, answer = work.submit(paper.encode())
    expect("forged", answer == taking.ACKNOWLEDGEMENT, "who is not verified got another answer than everybody")
    claimed = evaluate(work.rules.rulebook, work.rules.profile, reading.read(dict(paper.facts)), work.today)
    expect("forged", claimed.action is Action.HOLD, f"expected hold, the verdict is {verdict_line(claimed)}")
    told.verdict = f"{verdict_line(claimed)}, while nobody is verified"
    clerk = work.staff.clerk.acting
    checking.begin(work.db, clerk, number, work.now_ms())
    work.on_paper(number, team)
    told.checks.append(_caught(lambda: work.called(number, FORGED_NUMBER), NotTheRegistersNumber))
    told.checks.append(_caught(lambda: work.verified_by_now(number), GuardUnmet))
    indicators.mark(work.db, clerk, Mark.NUMBER, FORGED_NUMBER, work.now_ms(), os.urandom)
    work.closed(number, Ending.FORGED)
    expect("forged", not work.made(number), "something was made for a letter that nobody stands behind")
    told.checks.append(f"the agency, called at {team.agency.switchboard}, knows nothing of it; closed as forged")
    return told


def _caught(attempt: Callable[[], object], name: type[Exception]) -> str:
    """The refusal that this must meet. Raises CheckFailed where it works."""
    try:
        attempt()
    except name as err:
        return f"{name.__name__}: {err}"
    expect("forged", False, f"expected {name.__name__}, and nothing said no")
    return ""


async def _refused(
    here: Stage, scene: str, draw: Callable[[date, str, str], Asked], line: str, ground: Ground, code: str
) -> tuple[Told, Opened]:
    """One request that the rulebook refuses, and the package that says so."""
    alice = await here.person("Alice")
    paper = draw(here.work.today, alice.handle, line)
    told = Told(line, notice=NOBODY_TOLD)
    number, team, judged = await triaged(here, paper)
    verdict = judged.verdict
    told.verdict = verdict_line(verdict)
    as_expected = verdict.action is Action.REJECT and code in verdict.codes
    expect(scene, as_expected, f"expected reject by {code}, the verdict is {told.verdict}")
    here.work.judged(number, judged, Outcome.REJECT, ground=ground)
    if here.is_wrong("release-of-e2ee"):
        _release_what_is_not_there(here, number)
    found = await handed_over(here, scene, number, team, told, Kind.REFUSAL)
    expect(scene, not found.rows and not found.released, f"a refusal holds records: {found.line()}")
    text = found.files["bag/data/answer.txt"].decode()
    expect(scene, here.work.of(number).pseudonym in text, "the answer does not name the request")
    return told, found


def _release_what_is_not_there(here: Stage, number: int) -> None:
    """A manifest that releases conversations, whatever the verdict permits."""
    work, now_ms = here.work, here.work.now_ms()
    dossier = work.office.sources.refusal(work.db, work.of(number), now_ms)
    conversations: tuple[Released, ...] = (Released(Never.CONTENT_E2EE),)  # type: ignore[arg-type]  # the wrong itself
    facts = msgspec.structs.replace(dossier.facts, kind=Kind.PRODUCTION, not_held=(), released=conversations)
    building.prepare(facts, dossier.contents, lines.keys(work.db, work.office, now_ms), frozenset(Releasable))
