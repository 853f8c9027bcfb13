# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Observations as a hub hands them out."""

from __future__ import annotations

from privity.desk.db.transaction import Db
from privity.desk.signals.taking import store
from privity.identity.uris import make_user_uri
from privity.wire.age import AgeBand
from privity.wire.observed import Observed, ObservedKind
from tests.desk.fake_hub import HOST
from tests.desk.house import T0

ANN, BEN = (make_user_uri(HOST, letter * 25 + "a") for letter in "ab")


def shown(number: int, account: str = ANN, at_ms: int = T0) -> Observed:
    return Observed(number, at_ms, ObservedKind.SHOWED, account, T0 - 5, AgeBand.ADULT)


def asked(number: int) -> Observed:
    """With something in every field that one can have."""
    return Observed(
        number,
        T0,
        ObservedKind.ASKED,
        ANN,
        T0 - 9,
        AgeBand.ADULT,
        other=BEN,
        other_age=AgeBand.MINOR,
        mutual=4,
        together=True,
        room="mimi://hub.example/r/x",
        count=3,
        people=5,
        rooms=2,
        largest=11,
        network="0123456789abcdef",
    )


def numbers(db: Db) -> list[int]:
    return [one.number for one in store.after(db, 0, 1000)]
