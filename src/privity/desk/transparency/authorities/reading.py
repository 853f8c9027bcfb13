# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What the report reads in an entry about a request of an authority: codes and counts; nothing else stands there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from privity.desk.audit.acts import Act
from privity.desk.audit.entry import Entry
from privity.desk.transparency.errors import EntryUnreadable
from privity.desk.transparency.telling import told

VERIFIED: Final = "verified"


class Filed(msgspec.Struct, frozen=True):
    """Something came, from whomever."""

    size: int


class Moved(msgspec.Struct, frozen=True):
    """A request went on. Who asks for what is said once it was verified who asks."""

    to: str
    why: str = ""
    production: int | None = None
    emergency: bool | None = None
    instrument: str = ""
    country: str = ""
    classes: list[str] = []
    asks: list[str] = []
    targets: int = 0

    def __post_init__(self) -> None:
        if self.to == VERIFIED and self.emergency is None:
            raise ValueError("a request that was verified says whether it is an emergency")


class Evaluated(msgspec.Struct, frozen=True):
    """What the rulebook made of it, and of what exactly."""

    action: str
    codes: list[str]
    release: list[str]
    emergency: bool
    instrument: str = ""
    country: str = ""
    classes: list[str] = []
    asks: list[str] = []
    targets: int = 0


class Judged(msgspec.Struct, frozen=True):
    """What a person decided."""

    outcome: str
    grounds: list[str]


class Reviewed(msgspec.Struct, frozen=True):
    """What would leave, as somebody looked at it."""

    production: int
    kind: str
    accounts: int
    released: list[str]
    denied: list[str]
    not_held: list[str]
    preserved: list[str]


class Made(msgspec.Struct, frozen=True):
    """A production was released, or is ready."""

    production: int
    kind: str


class HoldOrdered(msgspec.Struct, frozen=True):
    """Data are to be kept apart. A quarantine that becomes a hold is ordered twice, under one number."""

    hold: int
    kind: str
    classes: list[str]


class HoldDone(msgspec.Struct, frozen=True):
    """A hold was taken or renewed."""

    hold: int


class HoldReleased(msgspec.Struct, frozen=True):
    """A later request may read what was kept."""

    hold: int
    to: str


class HoldExpired(msgspec.Struct, frozen=True):
    """By time, because it was produced, or because it was withdrawn."""

    hold: int
    because: str


class Barred(msgspec.Struct, frozen=True):
    """A notice may not go out before this."""

    kind: str
    until_ms: int


class BarLifted(msgspec.Struct, frozen=True):
    """A bar counts no more from then on; `until_ms` is the end of the last bar that is left, or now."""

    until_ms: int


class Planned(msgspec.Struct, frozen=True):
    """How many people a request is about."""

    people: int


class Told(msgspec.Struct, frozen=True):
    """The hub has a notice for somebody's devices since then."""

    told_ms: int


class ObjectionAnswered(msgspec.Struct, frozen=True):
    """What became of an objection."""

    answer: str


class Nothing(msgspec.Struct, frozen=True):
    """The act alone counts."""


Fact = (
    Filed
    | Moved
    | Evaluated
    | Judged
    | Reviewed
    | Made
    | HoldOrdered
    | HoldDone
    | HoldReleased
    | HoldExpired
    | Barred
    | BarLifted
    | Planned
    | Told
    | ObjectionAnswered
    | Nothing
)

_READ: Final[Mapping[Act, type[Fact]]] = {
    Act.LEGAL_FILED: Filed,
    Act.LEGAL_MOVED: Moved,
    Act.LEGAL_EVALUATED: Evaluated,
    Act.LEGAL_JUDGED: Judged,
    Act.PRODUCTION_REVIEWED: Reviewed,
    Act.PRODUCTION_RELEASED: Nothing,
    Act.PRODUCTION_RELEASED_BY: Made,
    Act.PRODUCTION_READY: Made,
    Act.PRODUCTION_FETCHED: Nothing,
    Act.HOLD_ORDERED: HoldOrdered,
    Act.HOLD_TAKEN: HoldDone,
    Act.HOLD_RENEWED: HoldDone,
    Act.HOLD_RELEASED: HoldReleased,
    Act.HOLD_EXPIRED: HoldExpired,
    Act.LEGAL_NAMING_CONFIRMED: Nothing,
    Act.LEGAL_BARRED: Barred,
    Act.LEGAL_BAR_LIFTED: BarLifted,
    Act.LEGAL_AUTHORITY_INFORMS: Nothing,
    Act.LEGAL_NOTICES_PLANNED: Planned,
    Act.LEGAL_NOTICE_SENT: Nothing,
    Act.LEGAL_NOTICE_TOLD: Told,
    Act.LEGAL_NOBODY_TOLD: Nothing,
    Act.LEGAL_OBJECTED: Nothing,
    Act.LEGAL_OBJECTION_TURNED_AWAY: Nothing,
    Act.LEGAL_OBJECTION_ANSWERED: ObjectionAnswered,
    Act.AGENCY_CHECK_FAILED: Nothing,
    Act.AGENCY_PASSKEY_COPIED: Nothing,
    Act.FRAUD_MARKED: Nothing,
}

OF_REQUESTS: Final = frozenset(_READ) - {
    Act.PRODUCTION_RELEASED,
    Act.LEGAL_OBJECTION_TURNED_AWAY,
    Act.AGENCY_CHECK_FAILED,
    Act.AGENCY_PASSKEY_COPIED,
    Act.FRAUD_MARKED,
}
"""Acts that name the request that they are about."""


def read(entry: Entry) -> Fact | None:
    """What an entry says, or None where it is about no request of an authority. Raises EntryUnreadable."""
    kind = _READ.get(entry.act)
    if kind is None:
        return None
    if entry.act in OF_REQUESTS and not entry.about.startswith("legal:"):
        raise EntryUnreadable(f"entry {entry.n} ({entry.act.value}) does not say which request it is about")
    return told(entry, kind)
