# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""How unusual a request is for the officer who signed it. The score lets nobody in: it only asks for a call-back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from privity.desk.db.transaction import Db
from privity.desk.legal.agencies import indicators, normal, proof_store
from privity.desk.legal.agencies.errors import AgencyInvalid
from privity.desk.legal.agencies.model import Agency, Mark, Officer, Seen
from privity.desk.legal.agencies.proof_store import Proof

NEW_DEVICE: Final = 2
NEW_COUNTRY: Final = 2
NEW_HOUR: Final = 1
OTHER_DOMAIN: Final = 2
"""It asks to be answered at a domain that is not the one in the register."""
FRAUD: Final = 4
"""Something in it matches what impostors used."""
CALL_BACK: Final = 2
"""From this score on."""

HOURS_NEAR: Final = 2
"""An hour is usual if it is no further than this from one that was."""
_DAY_HOURS: Final = 24
_HOUR_MS: Final = 3_600_000
_MAIL: Final = re.compile(r"[^\s<>,;:()\[\]\"']+@[^\s<>,;:()\[\]\"']+")
_NUMBER: Final = re.compile(r"\+[0-9][0-9 ()/.-]{5,30}[0-9]")


def hour(now_ms: int) -> int:
    """The hour of the day, UTC."""
    return now_ms // _HOUR_MS % _DAY_HOURS


def calls_back(score_of: int) -> bool:
    return score_of >= CALL_BACK


def score(db: Db, agency: Agency, officer: Officer, seen: Seen, now_ms: int) -> int:
    """0 where everything is as it was when somebody last called back."""
    known = proof_store.habits(db, officer.number)
    named = tuple(contacts(seen.contact))
    addresses = [value for mark, value in named if mark is Mark.MAIL]
    return (
        NEW_DEVICE * (seen.device not in known.get("device", ()))
        + NEW_COUNTRY * (seen.country is not None and seen.country.encode() not in known.get("country", ()))
        + NEW_HOUR * (not any(_near(hour(now_ms), value[0]) for value in known.get("hour", ())))
        + OTHER_DOMAIN * any(not normal.within(each.rpartition("@")[2], agency.domain) for each in addresses)
        + FRAUD * indicators.matches(db, named)
    )


def learn(db: Db, proof: Proof, now_ms: int) -> None:
    """From where a request came is usual from now on. The caller owns the transaction."""
    if proof.device is not None:
        proof_store.put_habit(db, proof.person, "device", proof.device, now_ms)
    if proof.country is not None:
        proof_store.put_habit(db, proof.person, "country", proof.country.encode(), now_ms)
    if proof.hour is not None:
        proof_store.put_habit(db, proof.person, "hour", bytes([proof.hour]), now_ms)


def contacts(text: str) -> Iterator[tuple[Mark, str]]:
    """The mail addresses and numbers in what a request says of where to answer."""
    for mark, form in ((Mark.MAIL, _MAIL), (Mark.NUMBER, _NUMBER)):
        for found in form.findall(text):
            try:
                yield mark, normal.NORMAL[mark](found)
            except AgencyInvalid:
                continue


def _near(one: int, other: int) -> bool:
    apart = abs(one - other)
    return min(apart, _DAY_HOURS - apart) <= HOURS_NEAR
