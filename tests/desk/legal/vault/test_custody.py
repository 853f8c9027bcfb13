# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A key that the desk keeps, and one that takes two officers."""

from __future__ import annotations

import random as seeded
from dataclasses import replace

import pyrage
import pytest
from pyrage import x25519

from privity.desk.legal.vault.custody import KEY_BYTES, Custody, Holder, Keeper, Wrapped, share_in
from privity.desk.legal.vault.errors import HoldDamaged, OfficersInvalid, SharesWrong

OF_LOW_ORDER = "age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq5cu47z"
"""It reads as a key, and ends the process that encrypts to it."""
RANDOM = seeded.Random(5).randbytes
EVIDENCE = RANDOM(32)
PLACE, KEY = b"a place", RANDOM(KEY_BYTES)


class Officers:
    """Two people with an age key each, that the desk does not have."""

    def __init__(self) -> None:
        self.identities = (x25519.Identity.generate(), x25519.Identity.generate())
        self.custody = Custody(EVIDENCE, tuple(str(each.to_public()) for each in self.identities))
        self.holder = self.custody.holder(self.custody.keeper)
        self.rows = self.holder.wrap(PLACE, KEY, RANDOM)

    def shares(self) -> tuple[bytes, ...]:
        return tuple(
            self.custody.share(PLACE, row, payload) for row, payload in zip(self.rows, self.payloads(), strict=True)
        )

    def payloads(self) -> tuple[bytes, ...]:
        """What each of them opens."""
        sealed = [self.custody.sealed_share(PLACE, row) for row in self.rows]
        return tuple(pyrage.decrypt(share, [who]) for share, who in zip(sealed, self.identities, strict=True))


def test_the_desk_alone_opens_what_the_desk_keeps() -> None:
    custody = Custody(EVIDENCE)
    holder = custody.holder(custody.keeper)
    rows = holder.wrap(PLACE, KEY, RANDOM)
    assert [row.holder for row in rows] == [Holder.DESK]
    assert holder.unwrap(PLACE, rows, ()) == KEY
    with pytest.raises(HoldDamaged):
        Custody(RANDOM(32)).holder(Keeper.DESK).unwrap(PLACE, rows, ())
    with pytest.raises(HoldDamaged):
        holder.unwrap(b"another place", rows, ())


def test_two_officers_open_together_what_they_keep() -> None:
    officers = Officers()
    assert [row.holder for row in officers.rows] == [Holder.FIRST, Holder.SECOND]
    assert officers.holder.unwrap(PLACE, officers.rows, officers.shares()) == KEY


def test_neither_share_is_the_key_or_tells_of_it() -> None:
    """One share is random, and the other is the key under it."""
    made = [Officers().shares() for _ in range(8)]
    assert all(KEY not in shares for shares in made)
    assert len({share for shares in made for share in shares}) == 16


def test_one_officer_alone_has_nothing() -> None:
    officers = Officers()
    first, second = officers.shares()
    for shares in ((first,), (), (first, first, second), (first, second[:-1]), (first, first), (second, first)):
        with pytest.raises(SharesWrong):
            officers.holder.unwrap(PLACE, officers.rows, shares)
    sealed = officers.custody.sealed_share(PLACE, officers.rows[1])
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(sealed, [officers.identities[0]])


def test_an_officer_opens_what_it_is_of_and_the_desk_knows_the_right_one() -> None:
    """Whose it is, of which class and hold: a share that says anything else is none, and so is one with another bit."""
    officers, others = Officers(), Officers()
    for row, payload, other in zip(officers.rows, officers.payloads(), others.payloads(), strict=True):
        assert officers.custody.share(PLACE, row, payload) == share_in(payload, PLACE, row.holder)
        wrong = [payload[:-1], payload + b"x", b"", other]
        wrong += [payload[:at] + bytes([payload[at] ^ 1]) + payload[at + 1 :] for at in range(len(payload))]
        for each in wrong:
            with pytest.raises(SharesWrong):
                officers.custody.share(PLACE, row, each)
        with pytest.raises(SharesWrong):
            share_in(payload, b"another place", row.holder)
        with pytest.raises(SharesWrong):
            share_in(payload, PLACE, Holder.FIRST if row.holder is Holder.SECOND else Holder.SECOND)


def test_shares_that_somebody_kept_open_nothing_once_the_rows_are_shredded() -> None:
    officers = Officers()
    shares = officers.shares()
    gone = tuple(Wrapped(row.holder, bytes(12), bytes(len(row.wrapped))) for row in officers.rows)
    with pytest.raises(HoldDamaged):
        officers.holder.unwrap(PLACE, gone, shares)


def test_rows_of_two_officers_are_no_rows_of_the_desk() -> None:
    officers = Officers()
    with pytest.raises(HoldDamaged):
        officers.custody.holder(Keeper.DESK).unwrap(PLACE, officers.rows, officers.shares())
    swapped = (replace(officers.rows[0], holder=Holder.SECOND), replace(officers.rows[1], holder=Holder.FIRST))
    with pytest.raises(HoldDamaged):
        officers.holder.unwrap(PLACE, swapped, officers.shares())


@pytest.mark.parametrize(
    "officers",
    [
        pytest.param(("age1",), id="one"),
        pytest.param(("age1nonsense", "age1other"), id="no-keys"),
        pytest.param((OF_LOW_ORDER, str(x25519.Identity.generate().to_public())), id="a-point-of-low-order"),
        pytest.param((str(x25519.Identity.generate().to_public()),) * 2, id="twice-the-same"),
    ],
)
def test_officers_are_two_with_an_age_key_each(officers: tuple[str, ...]) -> None:
    with pytest.raises(OfficersInvalid):
        Custody(EVIDENCE, officers)


def test_nothing_shows_a_key() -> None:
    officers = Officers()
    shown = repr((officers.custody, officers.rows, officers.holder, Custody(EVIDENCE).holder(Keeper.DESK)))
    assert EVIDENCE.hex() not in shown
    assert str(EVIDENCE) not in shown
    assert str(officers.rows[0].wrapped) not in shown
