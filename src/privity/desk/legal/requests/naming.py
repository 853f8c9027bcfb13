# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Whom else a package names: everybody has a pseudonym, unless the law, the order and two people say otherwise.

The rulebook says in which classes an instrument allows it, and the order that it asks for it; a reviewer decides for
some of these classes, with a reason (`judging`); and a second person, who had no part in the request, confirms that
before anything is collected. What people said, or show of themselves, is in none of these classes.
"""

from __future__ import annotations

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.db.transaction import Db, IntegrityError, transaction
from privity.desk.legal.requests import naming_store, service, store
from privity.desk.legal.requests.errors import NotInThisState, OnHold, SamePerson
from privity.desk.legal.requests.model import LegalRequest, Naming, Part, State
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right

_NO_PART = frozenset({Part.RELEASED, Part.SENIOR})
"""What the second person may become later, and nothing else before."""


def confirm(db: Db, acting: Acting, number: int, now_ms: int) -> Naming:
    """Say as the second person that the order names others. The caller has seen fresh proof of a passkey.

    Raises NotInThisState, OnHold or SamePerson.
    """
    acting.must(Right.RELEASE_LEGAL)
    with transaction(db):
        request, found = service.of(db, number), service.naming_of(db, number)
        if found is None or request.state is not State.SCOPED or request.decision is None:
            raise NotInThisState(f"request {number} is {request.state}, and no decision that names others waits in it")
        if found.confirmed_by is not None:
            raise NotInThisState(f"that request {number} names others was confirmed by {found.confirmed_by}")
        if request.on_hold:
            raise OnHold(f"who asks in request {number} is not active any more")
        had = {part for who, part in store.parts(db, number) if who == acting.who} - _NO_PART
        if had or found.decided_by == acting.who:
            raise SamePerson(
                f"{acting.who} had a part in request {number}; another person confirms that it names others"
            )
        entry = log.add(
            db,
            at_ms=now_ms,
            who=acting.who,
            act=Act.LEGAL_NAMING_CONFIRMED,
            about=request.about,
            decision=request.decision,
            classes=sorted(each.value for each in found.classes),
        )
        try:
            naming_store.add_confirmed(db, request.decision, now_ms, acting.who, entry)
        except IntegrityError as err:
            raise SamePerson(f"request {number}: {err}") from None
        confirmed = service.naming_of(db, number)
        assert confirmed is not None
        return confirmed


def waiting(db: Db, acting: Acting) -> tuple[LegalRequest, ...]:
    """The requests in which somebody decided to have others named, and nobody has confirmed it, oldest first."""
    acting.must(Right.SEE_LEGAL)
    found = []
    for request in service.in_states(db, (State.SCOPED,)):
        decided = service.naming_of(db, request.number)
        if decided is not None and decided.confirmed_by is None:
            found.append(request)
    return tuple(found)
