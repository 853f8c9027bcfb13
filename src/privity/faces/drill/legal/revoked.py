# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""An agency loses its keys while an approved package waits for its release: one act, and nothing moves any more."""

from __future__ import annotations

from collections.abc import Callable

from privity.desk.legal.agencies import revoking
from privity.desk.legal.agencies.errors import NotInForce
from privity.desk.legal.agencies.revoking import Whom
from privity.desk.legal.releasing.errors import ReleasingError
from privity.desk.legal.releasing.model import Stage as Come
from privity.desk.legal.requests import service as requests
from privity.desk.legal.requests.errors import OnHold
from privity.desk.legal.requests.model import Outcome, State
from privity.desk.staff.errors import PasskeyRefused
from privity.faces.demo.steps import CheckFailed
from privity.faces.drill.legal import asked
from privity.faces.drill.legal.handing_over import WINDOW_DAYS, approve, triaged
from privity.faces.drill.legal.house import WAIT_S
from privity.faces.drill.legal.scene import Told, expect, verdict_line
from privity.faces.drill.legal.stage import Stage
from privity.faces.drill.people import until
from privity.production.model import Kind

REFUSALS = (NotInForce, OnHold, PasskeyRefused, ReleasingError)


async def revoked(here: Stage) -> Told:
    frank = await here.person("Frank")
    line = "US, a court: warrant, approved by everybody when every agency is revoked"
    paper = asked.warrant(here.work.today, frank.handle, line, ["subscriber"])
    told, work = Told(line), here.work
    number, team, judged = await triaged(here, paper)
    told.verdict = verdict_line(judged.verdict)
    work.judged(number, judged, Outcome.ACCEPT)
    await here.until_request("revoked", number, State.COLLECTED)
    await until(lambda: work.is_told(number), "revoked", "Frank to be told", WAIT_S)
    told.notice = "Frank was told before; nothing left"
    here.pass_days(WINDOW_DAYS)
    made = work.reviewed(number, Kind.PRODUCTION)
    approve(here, made)
    expect("revoked", work.production(made.number).stage is Come.APPROVED, "it was not approved")
    act = revoking.revoke(
        work.db,
        work.staff.releaser.acting,
        Whom.all(),
        "their keys were stolen",
        work.now_ms(),
        requests.open_of_agencies,
    )
    told.checks.append(
        f"one act ended agencies: {len(act.agencies)}, officers: {act.officers}, passkeys: {act.passkeys},"
        f" age keys: {act.keys}; requests held by it: {len(act.requests)}"
    )
    if here.is_wrong("revoked-agency"):
        work.released(made.number, work.staff.releaser)
    refusals = [
        _refused(lambda: work.released(made.number, work.staff.releaser)),
        _refused(lambda: work.verified(work.submit(paper.encode() + b"\n")[0], team)),
    ]
    told.checks += [f"refused: {each}" for each in refusals]
    expect("revoked", not work.offered(team), "a revoked officer is still offered a package")
    expect("revoked", work.of(number).on_hold, "the request is not on hold")
    expect("revoked", work.production(made.number).stage not in (Come.LOGGED, Come.READY), "it was released")
    return told


def _refused(attempt: Callable[[], object]) -> str:
    try:
        attempt()
    except REFUSALS as err:
        return f"{type(err).__name__}: {err}"
    raise CheckFailed("revoked", "something moved on for an agency that was revoked")
