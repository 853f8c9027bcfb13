# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Two officers' shares of the keys of a hold: handed out sealed, taken back for one case, and nothing kept of them.

Whoever hands one in is a member of staff who may, and never who handed in the other. Of a class that the scope does not
hold no share leaves the desk.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.db.transaction import Db, transaction
from privity.desk.legal.errors import LegalError
from privity.desk.legal.requests import service as requests
from privity.desk.legal.requests.model import about
from privity.desk.legal.vault import authority, opening, reading, sealing, store
from privity.desk.legal.vault.custody import Custody, Holder, Keeper, Wrapped
from privity.desk.legal.vault.errors import OutsideScope, SharesWrong
from privity.desk.legal.vault.model import Hold
from privity.desk.legal.vault.opening import SealedPart, ShareFile
from privity.desk.legal.vault.shares import OFFICERS, Handed, Leave, Shares
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right
from privity.production.classes import Releasable

LOOK_S: Final = 10.0
"""Between two looks at what counts no more."""


@dataclass(frozen=True, slots=True)
class Awaited:
    """Where the two officers of a hold are with a case."""

    classes: tuple[Releasable, ...]
    """Of which the case may have the keys."""
    handed: tuple[tuple[Holder, Handed | None], ...]

    @property
    def whole(self) -> bool:
        return all(each is not None for _, each in self.handed)

    def brought(self, who: str) -> bool:
        """Whether this person has handed one in: then somebody else brings the other."""
        return any(each is not None and each.who == who for _, each in self.handed)


def share_file(
    db: Db,
    custody: Custody,
    shares: Shares,
    acting: Acting,
    request: int,
    hold: int,
    holder: Holder,
    now_ms: int,
) -> bytes:
    """One officer's shares of all that the case may read, sealed to their age key; for nobody but the one who asks.

    Raises what `reading.read` does, SharesWrong or SamePerson.
    """
    found, leave, rows = _rows(db, acting, request, hold, holder, now_ms)
    try:
        asking = shares.ask(hold, holder, acting.who, leave, now_ms)
    except LegalError as err:
        reading.refused(db, acting.who, request, hold, err, now_ms)
        raise
    _say(db, acting, Act.HOLD_SHARED, request, hold, holder, rows, now_ms)
    return ShareFile(
        format=opening.FORMAT,
        number=hold,
        hold=found.id,
        holder=holder,
        request=requests.of(db, request).pseudonym,
        parts=[
            SealedPart(each, custody.sealed_share(sealing.place(found.id, each), row)) for each, row in rows.items()
        ],
        to=asking.to,
        until=f"{datetime.fromtimestamp(asking.until_ms / 1000, UTC):%Y-%m-%dT%H:%M:%SZ}",
    ).encode()


def hand_in(
    db: Db,
    custody: Custody,
    shares: Shares,
    acting: Acting,
    request: int,
    hold: int,
    holder: Holder,
    opened: str,
    now_ms: int,
) -> None:
    """What the officer's machine made of the file that this person got (`opening.opened`). It is in memory alone.

    Raises what `reading.read` does, SharesWrong or SamePerson.
    """
    found, leave, rows = _rows(db, acting, request, hold, holder, now_ms)
    try:
        payloads = shares.unsealed(hold, holder, acting.who, leave, _bytes(opened), now_ms)
        if len(payloads) != len(rows):
            raise SharesWrong(f"expected the shares of {len(rows)} classes, got {len(payloads)}")
        known = {
            each: custody.share(sealing.place(found.id, each), row, payload)
            for (each, row), payload in zip(rows.items(), payloads, strict=True)
        }
    except LegalError as err:
        reading.refused(db, acting.who, request, hold, err, now_ms)
        raise
    with transaction(db):
        _say(db, acting, Act.HOLD_SHARE_HANDED_IN, request, hold, holder, rows, now_ms)
    shares.keep(hold, holder, acting.who, leave, known, now_ms)


def awaited(db: Db, shares: Shares, request: int, hold: int, now_ms: int) -> Awaited | None:
    """Whose shares are here for a case; None where nobody's are needed: the desk keeps the keys, or it reads nothing.

    Raises NoAuthority, AuthorityExpired, OnHold, WrongState or HoldOver.
    """
    found, classes = _may_have(db, request, hold, now_ms)
    if found.custody != Keeper.TWO_OFFICERS or not classes:
        return None
    leave = authority.leave(db, request)
    return Awaited(classes, tuple((each, shares.handed(hold, each, classes, leave, now_ms)) for each in OFFICERS))


class Forgetting:
    """Lets go of shares by itself, step by step (`intake.loop.Work`): nobody has to ask for one that is over."""

    def __init__(self, db: Db, shares: Shares, now_ms: Callable[[], int]) -> None:
        self._db = db
        self._shares = shares
        self._now_ms = now_ms

    async def step(self) -> int:
        """How much was let go."""
        leaves = {number: authority.leave(self._db, number) for number in self._shares.requests}
        return self._shares.forget_over(self._now_ms(), leaves)


def _rows(
    db: Db, acting: Acting, request: int, hold: int, holder: Holder, now_ms: int
) -> tuple[Hold, Leave, dict[Releasable, Wrapped]]:
    """The hold, and the officer's parts of the keys that the case may have."""
    if Right.RELEASE_LEGAL not in acting.rights:
        acting.must(Right.JUDGE_LEGAL)
    try:
        found, classes = _may_have(db, request, hold, now_ms)
        if not classes:
            raise OutsideScope(f"the scope of request {request} holds no class that hold {hold} keeps")
        rows = {each: {row.holder: row for row in store.keys(db, hold, each)} for each in classes}
        if holder not in OFFICERS or found.custody != Keeper.TWO_OFFICERS:
            raise SharesWrong(
                f"the keys of hold {hold} have no share of the {holder.words}: the {found.custody} keeps them"
            )
    except LegalError as err:
        reading.refused(db, acting.who, request, hold, err, now_ms)
        raise
    return found, authority.leave(db, request), {each: parts[holder] for each, parts in rows.items()}


def _may_have(db: Db, request: int, hold: int, now_ms: int) -> tuple[Hold, tuple[Releasable, ...]]:
    """The hold, and the classes of it that the scope of the request holds, in an order that never changes."""
    token = authority.token(db, request, now_ms)
    found = reading.released(db, request, hold, now_ms)
    kept = {each.data_class for each in store.classes(db, hold) if each.dropped_ms is None}
    classes = tuple(sorted({line.data_class for line in token.lines} & kept))
    return found, classes


def _say(
    db: Db,
    acting: Acting,
    act: Act,
    request: int,
    hold: int,
    holder: Holder,
    classes: Iterable[Releasable],
    now_ms: int,
) -> None:
    log.add(
        db,
        at_ms=now_ms,
        who=acting.who,
        act=act,
        about=about(request),
        hold=hold,
        holder=holder.value,
        classes=[each.value for each in classes],
    )


def _bytes(opened: str) -> bytes:
    """Raises SharesWrong, and never shows what it got."""
    try:
        return base64.b64decode("".join(opened.split()), validate=True)
    except (binascii.Error, ValueError):
        raise SharesWrong("what an officer's machine makes of a share is one word of base64, this is none") from None
