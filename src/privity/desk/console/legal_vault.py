# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What is kept apart: for whom and until when, made longer, let go or withdrawn, and read one file at a time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Final

import msgspec
from aiohttp import web

from privity.desk.console.asked import Asked
from privity.desk.console.errors import FormInvalid
from privity.desk.console.forms import Form
from privity.desk.console.front import Nothing
from privity.desk.console.pages import Page, page
from privity.desk.console.plain import runs
from privity.desk.db.transaction import Db
from privity.desk.legal import overseeing
from privity.desk.legal.errors import LegalError
from privity.desk.legal.requests import service as requests
from privity.desk.legal.rulebook.facts import Target
from privity.desk.legal.vault import service as vault
from privity.desk.legal.vault.custody import Holder, Keeper
from privity.desk.legal.vault.model import Hold, Kind, State
from privity.desk.legal.vault.shares import ASKED_MS, KEPT_MS, MAX_SEALED
from privity.desk.legal.vault.sharing import Awaited
from privity.desk.limits import MAX_NUMBER, MAX_REASON_CHARS
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right

Number = Annotated[int, msgspec.Meta(ge=1, le=MAX_NUMBER)]
Words = Annotated[str, msgspec.Meta(max_length=MAX_REASON_CHARS)]
At = Annotated[int, msgspec.Meta(ge=0, le=10_000)]
LISTED: Final = 100
SHOWN: Final = 1 << 17
"""Characters of a file that are shown."""


class Wanted(Form, frozen=True):
    after: Annotated[int, msgspec.Meta(ge=0, le=MAX_NUMBER)] | None = None
    """All there ever were, after this number; those that have not ended where nothing is said."""


class By(Form, frozen=True):
    request: Number


class Why(Form, frozen=True):
    words: Words = ""


class Reading(Form, frozen=True):
    """`target` is the place of a target in the scope of the request that may read: no form names whom it is about."""

    target: At
    name: Annotated[str, msgspec.Meta(max_length=200)]
    words: Words = ""


class Whose(Form, frozen=True):
    holder: Holder


class Opened(Form, frozen=True):
    holder: Holder
    opened: Annotated[str, msgspec.Meta(max_length=MAX_SEALED * 2)] = ""
    """What `privity legal open-share` printed: sealed to the desk, for whoever hands it in."""


@dataclass(frozen=True, slots=True)
class Readable:
    """One target whose files the case may read."""

    place: int
    target: Target = field(repr=False)
    names: tuple[str, ...]


async def _listed(asked: Asked, acting: Acting) -> web.Response:
    after = asked.query(Wanted).after
    found = vault.live(asked.db, acting, LISTED) if after is None else vault.holds(asked.db, acting, after, LISTED)
    return asked.html(
        "legal_vault.html",
        unseen=overseeing.waits(asked.db),
        holds=found,
        everything=after is not None,
        more=f"/legal/vault?after={found[-1].number}" if after is not None and len(found) == LISTED else "",
        late=vault.late(asked.db, acting, asked.now_ms),
        keeper=asked.legal.custody.keeper,
    )


async def _hold(asked: Asked, acting: Acting) -> web.Response:
    number = asked.number("hold")
    held = vault.hold(asked.db, acting, number)
    readable, why_not = _readable(asked, held)
    return asked.html(
        "legal_hold.html",
        hold=held,
        classes=vault.classes(asked.db, acting, number),
        receipt=_receipt(asked.db, number),
        readable=readable,
        why_not=why_not,
        awaited=_awaited(asked, held),
        kept_for=KEPT_MS // 60_000,
        taken_for=ASKED_MS // 60_000,
        two=held.custody == Keeper.TWO_OFFICERS,
        judges=Right.JUDGE_LEGAL in acting.rights,
        releases=Right.RELEASE_LEGAL in acting.rights,
        renewable=held.kind is Kind.TERM and held.renew_days > 0 and held.renewed_by is None,
        over=held.over(asked.now_ms),
        who=acting.who,
    )


async def _renew(asked: Asked, acting: Acting) -> web.Response:
    number, by = asked.number("hold"), asked.form(By).request
    vault.renew(asked.db, asked.legal.custody, acting, number, by, asked.now_ms)
    return _back(asked)


async def _let_read(asked: Asked, acting: Acting) -> web.Response:
    number, to = asked.number("hold"), asked.form(By).request
    vault.release(asked.db, asked.legal.custody, acting, number, to, asked.now_ms)
    return _back(asked)


async def _withdraw(asked: Asked, acting: Acting) -> web.Response:
    vault.withdraw(asked.db, acting, asked.number("hold"), asked.form(Why).words, asked.now_ms)
    return _back(asked)


async def _withdrawn(asked: Asked, acting: Acting) -> web.Response:
    asked.form(Nothing)
    number = asked.number("hold")
    asked.fresh(f"end hold {number}")
    vault.withdrawal_confirmed(asked.db, acting, number, asked.now_ms)
    return _back(asked)


async def _read(asked: Asked, acting: Acting) -> web.Response:
    """One file. There is no page, and no form, that reads two."""
    number, form = asked.number("hold"), asked.form(Reading)
    request, target = _reader(asked, acting, number, form.target)
    data = vault.read(
        asked.db,
        asked.legal.custody,
        acting,
        request,
        number,
        target,
        form.name,
        purpose=form.words,
        now_ms=asked.now_ms,
        shares=asked.legal.shares,
    )
    text = _text(data)
    return asked.html(
        "legal_file.html",
        back=f"/legal/vault/{number}",
        title=f"{form.name} of hold {number}",
        size=len(data),
        readable=text is not None,
        text=runs(text or "", SHOWN),
    )


async def _sealed(asked: Asked, acting: Acting) -> web.Response:
    """An officer's shares, as a file that only their age key opens, for whoever gets it."""
    number, holder = asked.number("hold"), asked.form(Whose).holder
    legal, request = asked.legal, _request(asked, acting, number)
    sealed = vault.share_file(asked.db, legal.custody, legal.shares, acting, request, number, holder, asked.now_ms)
    return given(sealed, f"hold-{number}-{holder.value}.share")


async def _handed(asked: Asked, acting: Acting) -> web.Response:
    """Nothing of what was filled in is shown again, whatever becomes of it."""
    number, form = asked.number("hold"), asked.form(Opened)
    legal, request = asked.legal, _request(asked, acting, number)
    vault.hand_in(
        asked.db, legal.custody, legal.shares, acting, request, number, form.holder, form.opened, asked.now_ms
    )
    return _back(asked)


def given(data: bytes, name: str) -> web.Response:
    """A file to keep: no browser shows it."""
    return web.Response(
        body=data,
        content_type="application/octet-stream",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _readable(asked: Asked, held: Hold) -> tuple[tuple[Readable, ...], str]:
    """What the case to which it was released may read of it now, or why nothing."""
    if held.released_to is None or held.state is not State.RELEASED_TO_CASE:
        return (), ""
    found = []
    for place, target in enumerate(_targets(asked.db, held.released_to)):
        try:
            args = (held.released_to, held.number, target, asked.now_ms)
            names = vault.names(asked.db, asked.legal.custody, *args)
        except LegalError as err:
            return (), str(err)
        found.append(Readable(place, target, names))
    return tuple(found), ""


def _awaited(asked: Asked, held: Hold) -> Awaited | None:
    """Where two officers are with the case that may read; None where the desk keeps the keys, or nothing is read."""
    if held.released_to is None or held.state is not State.RELEASED_TO_CASE:
        return None
    try:
        return vault.awaited(asked.db, asked.legal.shares, held.released_to, held.number, asked.now_ms)
    except LegalError:
        return None


def _request(asked: Asked, acting: Acting, number: int) -> int:
    """The request that may read this hold."""
    held = vault.hold(asked.db, acting, number)
    if held.released_to is None:
        raise FormInvalid(f"hold {number} was released to no request, and nobody reads it")
    return held.released_to


def _reader(asked: Asked, acting: Acting, number: int, place: int) -> tuple[int, Target]:
    """The request that may read this hold, and a target of its scope."""
    held = vault.hold(asked.db, acting, number)
    targets = () if held.released_to is None else _targets(asked.db, held.released_to)
    if held.released_to is None or place >= len(targets):
        raise FormInvalid(f"hold {number} is read for {len(targets)} targets, this names target {place}")
    return held.released_to, targets[place]


def _targets(db: Db, request: int) -> tuple[Target, ...]:
    return tuple(dict.fromkeys(line.target for line in requests.scope_of(db, request)))


def _receipt(db: Db, number: int) -> object:
    """What the agency is told of it, or None."""
    try:
        return vault.receipt_facts(db, number)
    except LegalError:
        return None


def _text(data: bytes) -> str | None:
    """None where the file is no text."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _back(asked: Asked) -> web.Response:
    return asked.go(f"/legal/vault/{asked.number('hold')}")


_HOLD: Final = "/legal/vault/{hold:[0-9]+}"
PAGES: Final[tuple[Page, ...]] = (
    page("GET", "/legal/vault", Right.SEE_LEGAL, _listed),
    page("GET", _HOLD, Right.SEE_LEGAL, _hold),
    page("POST", _HOLD + "/renew", Right.JUDGE_LEGAL, _renew),
    page("POST", _HOLD + "/let-read", Right.JUDGE_LEGAL, _let_read),
    page("POST", _HOLD + "/withdraw", Right.JUDGE_LEGAL, _withdraw),
    page("POST", _HOLD + "/withdrawn", Right.RELEASE_LEGAL, _withdrawn),
    page("POST", _HOLD + "/read", Right.JUDGE_LEGAL, _read),
    page("POST", _HOLD + "/share", Right.SEE_LEGAL, _sealed),
    page("POST", _HOLD + "/hand-in", Right.SEE_LEGAL, _handed),
)
