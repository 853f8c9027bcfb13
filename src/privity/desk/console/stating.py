# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Stating in the Union's public database what was decided about something public, without a word about anybody."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Final

import msgspec
from aiohttp import web

from privity.desk.cases import service as cases
from privity.desk.cases.model import OWN
from privity.desk.clearinghouse import service as clearinghouse
from privity.desk.clearinghouse.documents.statement import (
    EXPLANATION,
    FACTS,
    GROUND,
    Automated,
    ContentType,
    Ground,
    Source,
    StatementOfReasons,
    Surface,
    Visibility,
    YesNo,
)
from privity.desk.console.asked import Asked
from privity.desk.console.errors import NotPublic
from privity.desk.console.forms import Form
from privity.desk.console.pages import page
from privity.desk.console.referring import referrals_of
from privity.desk.decisions import service as decisions
from privity.desk.decisions.model import Decision, State
from privity.desk.decisions.policies import POLICIES
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right
from privity.desk.transparency.eu import PLACES

SOURCES: Final = {"public": Source.ARTICLE_16, OWN: Source.VOLUNTARY}
"""By how the case came up; whatever is not here is a notification of another kind."""


class Stating(Form, frozen=True):
    """What a person adds. Without a `law` it is the house's own rule that was broken."""

    surface: Surface
    facts: Annotated[str, msgspec.Meta(max_length=FACTS)] = ""
    content: list[ContentType] = msgspec.field(default_factory=list)
    law: Annotated[str, msgspec.Meta(max_length=GROUND)] = ""
    explanation: Annotated[str, msgspec.Meta(max_length=EXPLANATION)] = ""


async def _state(asked: Asked, acting: Acting) -> web.Response:
    number, form = asked.number("number"), asked.form(Stating)
    made = decisions.decision(asked.db, acting, number)
    if not can_be_stated(made):
        raise NotPublic(f"decision {number} is not in force about something public; nothing of it is stated")
    came = OWN if made.own else cases.held(asked.db, made.case).source
    source = SOURCES.get(came, Source.OTHER_NOTIFICATION)
    clearinghouse.state_reasons(
        asked.db, referrals_of(asked).desk, acting, _statement(made, form, source), made.case, asked.now_ms
    )
    return asked.go(f"/decision/{number}")


def can_be_stated(made: Decision) -> bool:
    """Only what everybody could see may be spoken of in public."""
    return made.rule.public and made.state is State.EFFECTIVE


def _statement(made: Decision, form: Stating, source: Source) -> StatementOfReasons:
    policy = POLICIES[made.policy]
    return StatementOfReasons(
        surface=form.surface,
        puid=made.reference,
        decision_ground=Ground.ILLEGAL if form.law else Ground.INCOMPATIBLE,
        category=f"STATEMENT_CATEGORY_{PLACES[made.policy][0]}",
        content_type=form.content,
        content_date=_day(made.proposed_ms),
        application_date=_day(made.effective_ms or made.proposed_ms),
        decision_facts=form.facts,
        source_type=source,
        automated_detection=YesNo.NO if made.by_rule is None else YesNo.YES,
        automated_decision=Automated.NOT if made.by_rule is None else Automated.FULLY,
        decision_visibility=[Visibility.DISABLED],
        incompatible_content_ground="" if form.law else policy.title,
        incompatible_content_explanation="" if form.law else policy.rule,
        illegal_content_legal_ground=form.law,
        illegal_content_explanation=form.explanation if form.law else "",
    )


def _day(at_ms: int) -> str:
    return f"{datetime.fromtimestamp(at_ms / 1000, UTC):%Y-%m-%d}"


PAGES: Final = (page("POST", "/decision/{number}/state", Right.REFER, _state),)
