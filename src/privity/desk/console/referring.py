# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Referrals: drafted from a case, looked at with what is missing, approved by somebody else, followed to their end."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
from aiohttp import web

from privity.desk.cases import service as cases
from privity.desk.cases.model import SubjectKind
from privity.desk.clearinghouse import service as clearinghouse
from privity.desk.clearinghouse.documents.files import Classification
from privity.desk.clearinghouse.documents.report import IncidentType
from privity.desk.clearinghouse.freezing import ANNOTATIONS, MAX_WORDS
from privity.desk.clearinghouse.freezing import Asked as Chosen
from privity.desk.clearinghouse.model import Destination, ReferralState, SealedKind
from privity.desk.clearinghouse.snapshot import Recipient
from privity.desk.console.asked import Asked
from privity.desk.console.case_view import of
from privity.desk.console.errors import NobodyThere, PageUnknown, WithoutHub
from privity.desk.console.forms import Form
from privity.desk.console.pages import page
from privity.desk.console.plain import runs
from privity.desk.console.referrals import Referrals
from privity.desk.errors import HubError
from privity.desk.limits import MAX_REASON_CHARS
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right
from privity.wire.errors import Code, Refusal
from privity.wire.staff import AccountFacts

MAX_DOCUMENT: Final = 1 << 20
"""Characters of a document that are shown: a long one is read in part, and its hash stands beside it."""
Why = Annotated[str, msgspec.Meta(max_length=MAX_REASON_CHARS)]
Text = Annotated[str, msgspec.Meta(max_length=MAX_WORDS)]
Number = Annotated[int, msgspec.Meta(ge=0, le=1 << 53)]


class Drafting(Form, frozen=True):
    """What somebody chose to refer. `copy` is the record of a kept profile, `classified` is EVIDENCE:CLASS."""

    destination: Destination
    incident: IncidentType
    report: list[Number] = msgspec.field(default_factory=list)
    copy: list[Number] = msgspec.field(default_factory=list)
    annotation: list[Annotated[str, msgspec.Meta(max_length=64)]] = msgspec.field(default_factory=list)
    classified: list[Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,15}:(A1|A2|B1|B2)$")]] = msgspec.field(
        default_factory=list
    )
    urgent: Text = ""
    recipient: Recipient = Recipient.UNNAMED
    note: bool = False
    viral: bool = False
    voluntary: bool = False
    words: Text = ""


class Explained(Form, frozen=True):
    words: Why = ""


class Approving(Form, frozen=True):
    thin: bool = False


class Releasing(Form, frozen=True):
    words: Why = ""
    redraft: bool = False


class NoForm(Form, frozen=True):
    """A button and nothing else."""


async def _listed(asked: Asked, acting: Acting) -> web.Response:
    return asked.html(
        "referrals.html",
        referrals=clearinghouse.listed(asked.db, acting),
        stopped=clearinghouse.stopped(asked.db),
        can_send=Right.SEND_REFERRAL in acting.rights,
    )


async def _drafting(asked: Asked, acting: Acting) -> web.Response:
    number = asked.number("number")
    return asked.html(
        "refer.html",
        view=of(asked.db, cases.case(asked.db, acting, number)),
        copies=clearinghouse.copies_of(asked.db, acting, number),
        destinations=[each for each in Destination if each is not Destination.STATEMENTS],
        incidents=tuple(IncidentType),
        annotations=sorted(ANNOTATIONS),
        classes=tuple(Classification),
        recipients=tuple(Recipient),
        max=MAX_WORDS,
    )


async def _draft(asked: Asked, acting: Acting) -> web.Response:
    number, form = asked.number("number"), asked.form(Drafting)
    held = cases.case(asked.db, acting, number).case
    if held.kind is not SubjectKind.ACCOUNT:
        raise NobodyThere(f"case {number} is about no account; open a case about the account, and refer it from there")
    referrals = referrals_of(asked)
    account, closed = await _facts(referrals, held.subject)
    made = clearinghouse.refer(
        asked.db,
        referrals.desk,
        acting,
        Chosen(
            case=number,
            destination=form.destination,
            incident=form.incident,
            reports=tuple(sorted(set(form.report))),
            copies=tuple(sorted(set(form.copy))),
            account=account,
            account_asked_ms=asked.now_ms,
            annotations=frozenset(form.annotation),
            urgent=form.urgent,
            recipient=form.recipient,
            classified=tuple(_classified(value) for value in form.classified),
            with_note=form.note,
            words=form.words,
            mandatory=not form.voluntary,
            viral=form.viral,
            user_uri=held.subject,
            closed=closed,
        ),
        asked.now_ms,
    )
    return asked.go(f"/referral/{made.n}" if Right.SEE_REFERRALS in acting.rights else f"/case/{number}")


async def _facts(referrals: Referrals, user_uri: str) -> tuple[AccountFacts | None, bool]:
    """What the hub keeps, or nothing where it says that there is no such account, and whether it says closed.

    Raises WithoutHub where it says neither: a fault that passes makes no thin report.
    """
    try:
        return await referrals.account(user_uri), False
    except Refusal as err:
        if err.code in (Code.NOT_FOUND, Code.ACCOUNT_CLOSED):
            return None, err.code is Code.ACCOUNT_CLOSED
        why = err.code.value
    except HubError as err:
        why = type(err).__name__
    raise WithoutHub(
        f"the hub does not say what it keeps about this account ({why}); nothing was drafted. Draft it again once the"
        " hub answers"
    )


async def _referral(asked: Asked, acting: Acting) -> web.Response:
    return _page(asked, acting, said="", document="")


async def _document(asked: Asked, acting: Acting) -> web.Response:
    """The newest document as it was approved, or would be: exact bytes, as text."""
    number, reason = asked.number("number"), asked.form(Explained).words
    kind = SealedKind.DOCUMENT
    desk = referrals_of(asked).desk
    position = max(0, desk.vault(asked.db).next_position(number, kind) - 1)
    data = clearinghouse.read(asked.db, desk, acting, number, kind, position, reason, asked.now_ms)
    return _page(asked, acting, said="", document=data.decode("utf-8", "replace"))


async def _check(asked: Asked, acting: Acting) -> web.Response:
    asked.form(NoForm)
    calls = clearinghouse.check_chain(asked.db, referrals_of(asked).desk, acting, asked.number("number"), asked.now_ms)
    return _page(asked, acting, said=f"All {calls} requests and answers are there, byte for byte.", document="")


async def _approve(asked: Asked, acting: Acting) -> web.Response:
    number, form = asked.number("number"), asked.form(Approving)
    asked.fresh(f"send:{number}")
    clearinghouse.approve(asked.db, referrals_of(asked).desk, acting, number, asked.now_ms, accept_thin=form.thin)
    return _back(asked)


async def _withdraw(asked: Asked, acting: Acting) -> web.Response:
    clearinghouse.withdraw(asked.db, acting, asked.number("number"), asked.form(Explained).words, asked.now_ms)
    return _back(asked)


async def _release(asked: Asked, acting: Acting) -> web.Response:
    form = asked.form(Releasing)
    clearinghouse.release(asked.db, acting, asked.number("number"), form.words, asked.now_ms, redraft=form.redraft)
    return _back(asked)


async def _resume(asked: Asked, acting: Acting) -> web.Response:
    asked.form(NoForm)
    try:
        destination = Destination(asked.parts["destination"])
    except ValueError:
        raise PageUnknown("there is no such destination") from None
    clearinghouse.resume(asked.db, acting, destination, asked.now_ms)
    return asked.go("/referrals")


def _page(asked: Asked, acting: Acting, *, said: str, document: str) -> web.Response:
    number = asked.number("number")
    shown = clearinghouse.shown(asked.db, acting, number)
    drafted = shown.referral.state is ReferralState.DRAFTED
    return asked.html(
        "referral.html",
        shown=shown,
        preview=clearinghouse.preview(asked.db, referrals_of(asked).desk, acting, number) if drafted else None,
        own=any(draft.drafted_by == acting.who for draft in shown.drafts),
        can_send=Right.SEND_REFERRAL in acting.rights,
        can_open=Right.OPEN_EVIDENCE in acting.rights,
        said=said,
        document=runs(document, MAX_DOCUMENT),
    )


def referrals_of(asked: Asked) -> Referrals:
    """Raises WithoutHub."""
    if asked.console.referrals is None:
        raise WithoutHub("these pages run without a hub and without a clearinghouse")
    return asked.console.referrals


def _classified(value: str) -> tuple[int, Classification]:
    evidence, _, found = value.partition(":")
    return int(evidence), Classification(found)


def _back(asked: Asked) -> web.Response:
    return asked.go(f"/referral/{asked.number('number')}")


PAGES: Final = (
    page("GET", "/referrals", Right.SEE_REFERRALS, _listed),
    page("GET", "/case/{number}/refer", Right.REFER, _drafting),
    page("POST", "/case/{number}/refer", Right.REFER, _draft),
    page("GET", "/referral/{number}", Right.SEE_REFERRALS, _referral),
    page("POST", "/referral/{number}/document", Right.SEE_REFERRALS, _document),
    page("POST", "/referral/{number}/check", Right.SEE_REFERRALS, _check),
    page("POST", "/referral/{number}/approve", Right.SEND_REFERRAL, _approve),
    page("POST", "/referral/{number}/withdraw", Right.REFER, _withdraw),
    page("POST", "/referral/{number}/release", Right.SEND_REFERRAL, _release),
    page("POST", "/clearinghouse/{destination}/resume", Right.SEND_REFERRAL, _resume),
)
