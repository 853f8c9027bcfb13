# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The facts of a request as they are now: what was claimed, what clerks corrected, and what the house found out.

Nothing is changed where it stands: the first claims and each correction are documents, and this reads them in order.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from privity.desk.db.transaction import Db
from privity.desk.legal.requests import documents, store
from privity.desk.legal.requests.clocks import day_of
from privity.desk.legal.requests.errors import FactsUnread
from privity.desk.legal.requests.model import Checked, LegalRequest
from privity.desk.legal.requests.moves import UNVERIFIED
from privity.desk.legal.requests.taking import unseen
from privity.desk.legal.rulebook import facts
from privity.desk.legal.rulebook.facts import Facts, Value
from privity.desk.legal.rulebook.model import Verdict

THEIRS: Final = "agency_account"
"""By which channel it came where an officer's passkey signed it, unless a clerk says otherwise."""


class Stated(msgspec.Struct, frozen=True):
    """What a document of facts holds: the claims that came first, or one correction of them."""

    values: dict[str, Any] | None
    """By name; a correction takes out what is null. None: what came could not be read."""
    seen: bool
    """Whether somebody of the house looked at what these say is there."""
    unread: str = ""
    """Why it could not be read."""
    why: str = ""
    """Of a correction, in the clerk's own words."""


def stated(db: Db, evidence_key: bytes, request: int) -> tuple[Stated, ...]:
    """What came first, and every correction since. Raises DocumentGone."""
    return tuple(
        msgspec.json.decode(documents.opened(db, evidence_key, document), type=Stated)
        for _, document, _, _ in store.fact_documents(db, request)
    )


def claims(found: tuple[Stated, ...]) -> dict[str, Any]:
    """What the request itself says, whether or not anybody has looked."""
    return dict((found[0].values if found else None) or {})


def values(found: tuple[Stated, ...]) -> dict[str, Any] | None:
    """The facts as they stand in files; None where what came was unreadable and nobody has set any."""
    if not found or (found[0].values is None and len(found) == 1):
        return None
    first = found[0].values or {}
    known = dict(first if found[0].seen else unseen(first))
    for correction in found[1:]:
        for name, value in (correction.values or {}).items():
            known.pop(name, None)
            if value is not None:
                known[name] = value
    return known


def facts_of(db: Db, evidence_key: bytes, request: LegalRequest) -> Facts:
    """Raises FactsUnread or DocumentGone."""
    known = values(stated(db, evidence_key, request.number))
    if known is None:
        raise FactsUnread(f"what came as request {request.number} cannot be read; a clerk sets its facts")
    return with_ours(db, request, facts.read(known))


def with_ours(db: Db, request: LegalRequest, known: Facts) -> Facts:
    """With what the house found out itself."""
    ours: dict[str, Value] = {
        "received_on": day_of(request.received_ms),
        "requester_verified": request.state not in UNVERIFIED and not request.on_hold,
    }
    if store.called_back(db, request.number):
        ours["callback_done"] = True
        ours["callback_number_source"] = f"the register's entry of agency {request.agency}"
    if request.agency is not None:
        ours["first_contact_agency"] = not store.released_before(db, request.agency)
    checked = store.verification(db, request.number)
    if known.get("channel") is None and checked is not None and checked[1] is Checked.ASSERTION:
        ours["channel"] = THEIRS
    return known.with_(ours)


def verdict(db: Db, evidence_key: bytes, number: int) -> Verdict:
    """A verdict, with its trace. Raises DocumentGone."""
    return _VERDICT.decode(documents.opened(db, evidence_key, store.verdict_document(db, number)))


_VERDICT: Final = msgspec.json.Decoder(Verdict)
