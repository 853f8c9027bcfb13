# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A package on a medium: where nobody of the authority has a passkey here, one who released it is given the file, once.

It is encrypted to the key that was written down for this request and confirmed by a call, so that whoever carries it
reads nothing of it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.db.transaction import Db, IntegrityError, transaction
from privity.desk.legal.releasing import delivering, looked, looking, recipients, store
from privity.desk.legal.releasing.errors import NotOffered, ProductionGone
from privity.desk.legal.releasing.model import Fetched, Production, Stage
from privity.desk.legal.releasing.office import Office
from privity.desk.legal.requests import recipients as by_hand
from privity.desk.legal.requests import service as requests
from privity.desk.legal.requests.model import State
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right


@dataclass(frozen=True, slots=True)
class HandedOut:
    """To whom it was given, and when."""

    who: str
    at_ms: int


def of(db: Db, production: int) -> HandedOut | None:
    row = store.handed(db, production)
    return None if row is None else HandedOut(*row)


def hand_out(db: Db, office: Office, acting: Acting, number: int, now_ms: int) -> Fetched:
    """The file, for one who approved it as the second or third person. It stands in the log before.

    Raises NotOffered, OtherRecipient, NoRecipient, ProductionGone or ProductionUnknown.
    """
    acting.must(Right.RELEASE_LEGAL)
    found = looking.of(db, number)
    if found.gone_ms is not None:
        raise ProductionGone(f"the package of production {number} was shredded when its time was over")
    request = requests.of(db, found.request)
    if request.officer is not None:
        raise NotOffered("an officer has a passkey here, and fetches it themselves")
    if found.stage is not Stage.READY:
        raise NotOffered(f"production {number} is {found.stage}; it is handed out once, when its package is ready")
    key = by_hand.confirmed(db, request.number)
    recipients.must_be_approved(looked.read(db, office, found).facts, recipients.of(db, request))
    assert key is not None and found.package_sha256 is not None  # there is no recipient without it
    with transaction(db):
        log.add(
            db,
            at_ms=now_ms,
            who=acting.who,
            act=Act.PRODUCTION_HANDED_OUT,
            about=found.about,
            production=number,
            package_sha256=found.package_sha256.hex(),
        )
        try:
            store.hand(db, number, key.number, acting.who, now_ms)
        except IntegrityError as err:
            raise NotOffered(f"production {number}: {err}") from None
        _delivered(db, found, acting.who, now_ms)
        data = delivering.package(db, office, found)
    return Fetched(f"{found.name}.age", data, hashlib.sha256(data).digest(), 0)


def _delivered(db: Db, found: Production, who: str, now_ms: int) -> None:
    store.delivered(db, found.number, now_ms)
    if found.follows:
        requests.move(db, found.request, State.DELIVERED, who, now_ms, production=found.number)
