# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""One request: what it asks and of whom, what was found out, what happened, and what a clerk does with it."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
from aiohttp import web

from privity.desk.console import legal_facts
from privity.desk.console.asked import Asked
from privity.desk.console.case import NoForm
from privity.desk.console.errors import FormInvalid
from privity.desk.console.forms import Form, to
from privity.desk.console.legal_filing import MAX_FILING, attachments_of
from privity.desk.console.legal_lists import STATES
from privity.desk.console.legal_view import GROUNDS, LETTERS, OUTCOMES, PAPERS, facts_open, laid_out, to_be_judged
from privity.desk.console.pages import Page, page
from privity.desk.console.plain import runs
from privity.desk.db.transaction import transaction
from privity.desk.legal.agencies import service as agencies
from privity.desk.legal.agencies.model import State as AgencyState
from privity.desk.legal.answers import handing
from privity.desk.legal.requests import filing, taking, viewing
from privity.desk.legal.requests import service as requests
from privity.desk.legal.requests.model import Ending, Listed, Outcome, State
from privity.desk.legal.rulebook.names import FACTS
from privity.desk.legal.vault import service as vault
from privity.desk.limits import MAX_REASON_CHARS
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right

ONE: Final = "/legal/{number:[0-9]+}"
"""The address of a request, whatever other pages stand beside it."""
Why = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_REASON_CHARS)]
_TEXT: Final = frozenset({"application/json", "text/plain", "text/yaml", "application/yaml", "application/x-yaml"})
"""What is shown as text; everything else is handed out as a file."""
SETTABLE: Final = tuple(name for name, fact in FACTS.items() if not fact.worked_out and name not in taking.FOUND_OUT)
"""The facts that a clerk may set, in the order in which they are told."""
NOTICED: Final = tuple(name for name in SETTABLE if name in taking.NOTICED)
ENDINGS: Final = {
    Ending.ANSWERED: "it was answered",
    Ending.WITHDRAWN: "they took it back",
    Ending.UNVERIFIED: "nobody could find out who asks",
    Ending.FORGED: "it is forged",
    Ending.DUPLICATE: "it is here twice",
}
REFUSALS: Final = (Outcome.CLARIFY, Outcome.CHALLENGE, Outcome.REFER, Outcome.REJECT, Outcome.PRESERVE)
"""What leaves nothing, whatever the verdict."""


class Setting(Form, frozen=True):
    """What stands beside the facts that a clerk sets."""

    why: Why
    take_out: list[str] = msgspec.field(default_factory=list)


class Confirming(Form, frozen=True):
    why: Why
    seen: list[str] = msgspec.field(default_factory=list)


class Closing(Form, frozen=True):
    why: Ending


async def _one(asked: Asked, acting: Acting) -> web.Response:
    return shown(asked, acting)


def shown(asked: Asked, acting: Acting, status: int = 200, said: str = "") -> web.Response:
    """The page. Each look at it is logged before anything is opened."""
    number, rules = asked.number("number"), asked.legal.rules
    request = requests.of(asked.db, number)
    if request.state is State.PURGED:
        return _purged(asked, acting, number)
    whole = viewing.look(asked.db, asked.keys.evidence, acting, number, asked.now_ms)
    problems = {said.partition(":")[0]: said} if said else {}
    return asked.html(
        "legal-request.html",
        status,
        view=laid_out(asked.db, rules, whole, asked.now_ms),
        request=whole.request,
        said=said,
        states=STATES,
        papers=PAPERS,
        works=Right.WORK_LEGAL in acting.rights,
        judges=Right.JUDGE_LEGAL in acting.rights,
        releases=Right.RELEASE_LEGAL in acting.rights,
        who=acting.who,
        audits=Right.SEE_AUDIT in acting.rights,
        facts_open=facts_open(whole.request.state),
        to_be_judged=to_be_judged(whole.request.state),
        noticed=legal_facts.fields(NOTICED, rules.rulebook, asked.fields, problems),
        settable=legal_facts.fields(_others(whole), rules.rulebook, asked.fields, problems),
        labels=[(name, legal_facts.label(name)) for name in SETTABLE if whole.known and name in whole.known.values],
        endings=[(each.value, words) for each, words in ENDINGS.items()],
        refusals=[(each.value, OUTCOMES[each]) for each in REFUSALS],
        grounds=[(each.value, words) for each, words in GROUNDS.items()],
        agencies=[each for each in agencies.listed(asked.db, acting) if each.state is AgencyState.ACTIVE],
        holds=vault.of_request(asked.db, number),
        letters=handing.of_request(asked.db, acting, number),
        letter_names=LETTERS,
    )


async def _paper(asked: Asked, acting: Acting) -> web.Response:
    """One document: text on a page, anything else as a file that no page of the desk shows."""
    asked.form(NoForm)
    number, document = asked.number("number"), asked.number("document")
    found = _listed(requests.papers(asked.db, acting, number), document)
    content = requests.read(asked.db, asked.keys.evidence, acting, number, document, asked.now_ms)
    if found is not None and found.media_type in _TEXT:
        text = runs(content.decode("utf-8", "replace"))
        return asked.html(
            "legal-paper.html", request=requests.of(asked.db, number), paper=found, papers=PAPERS, text=text
        )
    headers = {"Content-Disposition": f'attachment; filename="legal-{number}-{document}.bin"'}
    return web.Response(body=content, content_type="application/octet-stream", headers=headers)


async def _hand_in(asked: Asked, acting: Acting) -> web.Response:
    asked.form(NoForm)
    number = asked.number("number")
    filing.hand_in(asked.db, acting, number, asked.now_ms)
    return _back(asked, number)


async def _attach(asked: Asked, acting: Acting) -> web.Response:
    asked.form(NoForm)
    number, files = asked.number("number"), attachments_of(asked.files)
    if not files:
        raise FormInvalid("expected a file, none was chosen")
    with transaction(asked.db):  # all of them, or none
        for each in files:
            filing.attach(asked.db, asked.keys.evidence, acting, number, each, asked.now_ms, asked.random)
    return _back(asked, number)


async def _set(asked: Asked, acting: Acting) -> web.Response:
    """Facts by their fields; what was filled in for some that cannot be taken is told by its name."""
    stray = legal_facts.names_in(asked.fields) - set(SETTABLE)
    if stray:
        raise FormInvalid(f"no field of this page is called {sorted(stray)[0][:40]}")
    beside = {name: each for name, each in asked.fields.items() if not name.startswith(legal_facts.PREFIX)}
    form, number = to(Setting, beside), asked.number("number")
    values, problems = legal_facts.read(SETTABLE, asked.fields)
    if problems:
        return shown(asked, acting, 400, next(iter(problems.values())))
    values |= dict.fromkeys(_known(form.take_out))
    if not values:
        raise FormInvalid("expected at least one fact to set or to take out")
    filing.correct(
        asked.db,
        asked.keys.evidence,
        asked.legal.rules,
        acting,
        number,
        values,
        form.why,
        asked.now_ms,
        asked.random,
    )
    return _back(asked, number)


async def _seen(asked: Asked, acting: Acting) -> web.Response:
    form, number = asked.form(Confirming), asked.number("number")
    filing.confirm(
        asked.db,
        asked.keys.evidence,
        asked.legal.rules,
        acting,
        number,
        frozenset(form.seen),
        form.why,
        asked.now_ms,
        asked.random,
    )
    return _back(asked, number)


async def _quarantine(asked: Asked, acting: Acting) -> web.Response:
    asked.form(NoForm)
    number = asked.number("number")
    vault.quarantine(asked.db, asked.legal.custody, acting, number, asked.now_ms, asked.random)
    return _back(asked, number)


async def _close(asked: Asked, acting: Acting) -> web.Response:
    number = asked.number("number")
    requests.close(asked.db, acting, number, asked.form(Closing).why.value, asked.now_ms)
    return _back(asked, number)


def _purged(asked: Asked, acting: Acting, number: int) -> web.Response:
    """What is left of it: its moves, and the hashes of what there was."""
    return asked.html(
        "legal-purged.html",
        request=requests.of(asked.db, number),
        moves=requests.moves(asked.db, number),
        papers=requests.papers(asked.db, acting, number),
        names=PAPERS,
        states=STATES,
    )


def _others(whole: viewing.Whole) -> tuple[str, ...]:
    """The facts that a form offers beside what only the house can know: those that the newest verdict misses first."""
    newest = whole.verdicts[-1].verdict if whole.verdicts else None
    wanted = () if newest is None else (newest.would_be or newest).wanted
    first = [name for name in wanted if name in SETTABLE and name not in NOTICED]
    return (*first, *(name for name in SETTABLE if name not in NOTICED and name not in first))


def _known(names: list[str]) -> list[str]:
    strange = sorted(set(names) - set(SETTABLE))
    if strange:
        raise FormInvalid(f"no fact that a clerk sets is called {strange[0][:40]}")
    return names


def _listed(papers: tuple[Listed, ...], number: int) -> Listed | None:
    return next((each for each in papers if each.number == number), None)


def _back(asked: Asked, number: int) -> web.Response:
    return asked.go(f"/legal/{number}")


PAGES: Final[tuple[Page, ...]] = (
    page("GET", ONE, Right.SEE_LEGAL, _one),
    page("POST", f"{ONE}/paper/{{document:[0-9]+}}", Right.SEE_LEGAL, _paper),
    page("POST", f"{ONE}/hand-in", Right.WORK_LEGAL, _hand_in),
    page("POST", f"{ONE}/attach", Right.WORK_LEGAL, _attach, files=MAX_FILING),
    page("POST", f"{ONE}/facts", Right.WORK_LEGAL, _set),
    page("POST", f"{ONE}/seen", Right.WORK_LEGAL, _seen),
    page("POST", f"{ONE}/quarantine", Right.WORK_LEGAL, _quarantine),
    page("POST", f"{ONE}/close", Right.WORK_LEGAL, _close),
)
