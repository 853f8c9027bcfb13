# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Taking an objection in: it came sealed like a report, from somebody whom the hub named. It is taken, or turned away.

Whoever sent it is told either way; whether there is a notice for somebody else is told to nobody.
"""

from __future__ import annotations

from typing import Final

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.db.transaction import Db, transaction
from privity.desk.decisions import lines
from privity.desk.evidence import records
from privity.desk.evidence.records import WHOLE, Kind, Record
from privity.desk.legal.notices import store
from privity.desk.legal.notices.errors import NoSuchNotice, ObjectedBefore, ObjectionRefused, TooLateToObject
from privity.desk.legal.notices.model import Notice
from privity.desk.legal.requests import service as requests
from privity.desk.legal.requests.clocks import time_of
from privity.desk.legal.requests.model import State
from privity.identity.uris import Random
from privity.message.appeal import Appeal
from privity.wire.staff import RelayedReport

DESK: Final = "desk"

TAKEN: Final = (
    "Your objection has arrived. Nothing more is handed over by this request before a person has read it and answered"
    " you."
)
TAKEN_LATE: Final = "Your objection has arrived. The data have left already; a person reads it and answers you."
_SAID: Final[dict[type[ObjectionRefused], str]] = {
    NoSuchNotice: "Your objection was not taken: no such notice went to you.",
    ObjectedBefore: "Your objection was not taken: you have objected to this request before.",
    TooLateToObject: "Your objection was not taken: the time for it is over.",
}
_OVER: Final = frozenset({State.CLOSED, State.PURGED})


def lodge(
    db: Db, evidence_key: bytes, random: Random, sealed: Appeal, relayed: RelayedReport, now_ms: int
) -> int | None:
    """The number of the objection, or None where it is turned away. Raises nothing that is wrong with it."""
    with transaction(db):
        try:
            notice, late = _objected(db, sealed, relayed)
        except ObjectionRefused as why:
            log.add(db, at_ms=now_ms, who=DESK, act=Act.LEGAL_OBJECTION_TURNED_AWAY, why=type(why).__name__)
            lines.tell(db, random, relayed.reporter_uri, relayed.receipt, _SAID[type(why)], None, now_ms)
            return None
        number = store.next_objection(db)
        kept = Record(Kind.APPEAL, WHOLE, WHOLE, sealed.text.encode())
        evidence = records.keep(db, evidence_key, random, f"objection:{number}", kept)
        store.add_objection(db, number, notice.number, relayed.receipt, evidence, now_ms)
        log.add(
            db,
            at_ms=now_ms,
            who=DESK,
            act=Act.LEGAL_OBJECTED,
            about=f"legal:{notice.request}",
            objection=number,
            notice=notice.number,
            late=late,
        )
        said = TAKEN_LATE if late else TAKEN
        lines.tell(db, random, relayed.reporter_uri, relayed.receipt, said, None, now_ms)
        return number


def _objected(db: Db, sealed: Appeal, relayed: RelayedReport) -> tuple[Notice, bool]:
    """Who objects is whom the hub authenticated, whatever the objection says of it. And whether data had left."""
    notice = store.by_reference(db, sealed.reference)
    if notice is None or notice.told is None or notice.user_uri != relayed.reporter_uri:
        raise NoSuchNotice("no notice of this reference went to whoever objects")
    if store.objection_to(db, notice.number) is not None:
        raise ObjectedBefore(f"they have objected to notice {notice.number} before")
    left = any(move.new is State.RELEASED for move in requests.moves(db, notice.request))
    ended = requests.of(db, notice.request).state in _OVER
    if (left or ended) and relayed.received_ms >= notice.told.until_ms:
        raise TooLateToObject(f"an objection to notice {notice.number} was taken until {time_of(notice.told.until_ms)}")
    return notice, left
