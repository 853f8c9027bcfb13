# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The list that closes an account: who may sign it, how long it waits, and that nothing ever follows it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from privity.identity import errors as e
from privity.identity.account import RESET_PENDING_MS, Account, advance, settle
from privity.identity.device_list import DeviceList, Kind, verify_successor
from privity.identity.trust import follow, verify_chain
from privity.identity.undated import read_chain
from tests.identity.forging import following, public, resigned
from tests.identity.test_account import (
    BEGUN,
    FORGED,
    GHOST,
    LATE,
    NEW,
    OLD,
    OPERATOR,
    OPERATOR_PAPER,
    OWNERS,
    PAPER,
    PENDING,
    PHONE,
    THIEF,
    USER,
    T,
)
from tests.identity.vectors import VECTORS

BY_PHRASE = DeviceList.sign(USER, (), NEW, recovery_private=PAPER, previous=BEGUN)
BY_DEVICE = DeviceList.sign(USER, (), OLD, previous=BEGUN)
WAITING = advance(OWNERS, BY_DEVICE.encode(), T)


def test_the_phrase_closes_at_once_and_without_a_date() -> None:
    assert (BY_PHRASE.kind, BY_PHRASE.closes, BY_PHRASE.waits) == (Kind.CLOSING, True, False)
    closed = advance(OWNERS, BY_PHRASE.encode(), None)
    assert closed == Account(BY_PHRASE, BY_PHRASE) and closed.closed
    assert follow(OWNERS, [(BY_PHRASE.encode(), None)], USER) == closed
    assert Account.decode(closed.encode()) == closed


def test_a_device_alone_waits_72_hours_and_is_not_counted_as_a_reset() -> None:
    assert BY_DEVICE.kind is Kind.CLOSING and BY_DEVICE.waits
    assert (WAITING.in_force, WAITING.in_force_at_ms, WAITING.closed) == (BEGUN, LATE, False)
    assert Account.decode(WAITING.encode()) == WAITING
    assert settle(WAITING, LATE - 1) == WAITING
    assert settle(WAITING, LATE) == Account(BY_DEVICE, BY_DEVICE, None, 0) and settle(WAITING, LATE).closed
    with pytest.raises(e.UndatedReset):
        advance(OWNERS, BY_DEVICE.encode(), None)


def test_the_owner_says_no_to_a_thief_who_closes() -> None:
    cancel = DeviceList.sign(USER, BEGUN.devices, OLD, previous=BY_DEVICE, in_force=BEGUN)
    assert advance(WAITING, cancel.encode(), LATE - 1) == Account(cancel, cancel, None, 0)
    by_phrase = DeviceList.sign(USER, (PHONE,), NEW, recovery_private=PAPER, previous=BY_DEVICE, in_force=BEGUN)
    assert advance(WAITING, by_phrase.encode(), LATE - 1) == Account(by_phrase, by_phrase, None, 0)
    with pytest.raises(e.AccountClosed):
        advance(WAITING, cancel.encode(), LATE)


@pytest.mark.parametrize("closing", [BY_PHRASE, BY_DEVICE], ids=["by the phrase", "by a device, 72 hours later"])
@pytest.mark.parametrize(
    ("key", "previous", "recovery"),
    [(OLD, None, None), (NEW, OLD, None), (THIEF, None, PAPER), (OPERATOR, None, OPERATOR_PAPER)],
    ids=["account key", "a new account key", "the phrase", "a reset"],
)
def test_nothing_follows_it(closing: DeviceList, key: bytes, previous: bytes | None, recovery: bytes | None) -> None:
    closed = Account.of(closing)
    revival = following(closing, devices=(GHOST,), reset=recovery is OPERATOR_PAPER)
    if recovery is OPERATOR_PAPER:
        revival = replace(revival, recovery_key=public(OPERATOR_PAPER))
    value = resigned(revival, key, previous=previous, recovery=recovery)
    with pytest.raises(e.AccountClosed):
        advance(closed, value, LATE + 1)


def draft(**change: object) -> DeviceList:
    return replace(following(BEGUN, devices=()), **change)  # type: ignore[arg-type]  # fields of a list


REFUSED = [
    ("a stranger's key", resigned(draft(), THIEF), e.BadPreviousSignature),
    ("a stranger's key and paper", resigned(draft(), THIEF, recovery=OPERATOR_PAPER), e.BadRecoverySignature),
    (
        "a paper that names itself",
        resigned(draft(recovery_key=public(OPERATOR_PAPER)), THIEF, recovery=OPERATOR_PAPER),
        e.RecoveryKeyChanged,
    ),
    ("another recovery key", resigned(draft(recovery_key=public(OPERATOR_PAPER)), OLD), e.RecoveryKeyChanged),
    ("a signature too many", resigned(draft(), OLD, previous=OLD), e.BadPreviousSignature),
    ("by the phrase, and one too many", resigned(draft(), NEW, previous=OLD, recovery=PAPER), e.BadPreviousSignature),
    ("unsigned", replace(BY_PHRASE, sig=bytes(64)).encode(), e.BadAccountSignature),
    ("a reset to nobody", resigned(draft(reset=True), OPERATOR, recovery=OPERATOR_PAPER), e.BadField),
    ("another predecessor", resigned(draft(prev=bytes(32)), OLD), e.WrongPredecessor),
]


@pytest.mark.parametrize(("what", "value", "error"), REFUSED, ids=[row[0] for row in REFUSED])
def test_nobody_else_closes_it(what: str, value: bytes, error: type[e.DeviceListError]) -> None:
    with pytest.raises(error):
        verify_successor(BEGUN, value)


def test_while_a_reset_is_pending_the_owner_can_close() -> None:
    by_phrase = DeviceList.sign(USER, (), NEW, recovery_private=PAPER, previous=FORGED, in_force=BEGUN)
    assert advance(PENDING, by_phrase.encode(), LATE - 1).closed, "at once, and the reset comes to nothing"
    by_device = DeviceList.sign(USER, (), OLD, previous=FORGED, in_force=BEGUN)
    waiting = advance(PENDING, by_device.encode(), LATE - 1)
    assert (waiting.in_force, waiting.in_force_at_ms) == (BEGUN, LATE - 1 + RESET_PENDING_MS)
    with pytest.raises(e.RecoveryKeyChanged):
        advance(PENDING, by_phrase.encode(), LATE)  # the reset is in force: the old phrase has no say


def test_a_reset_after_it_takes_its_place_and_waits_itself() -> None:
    reset = DeviceList.sign(
        USER, (GHOST,), OPERATOR, recovery_private=OPERATOR_PAPER, previous=BY_DEVICE, in_force=BEGUN, reset=True
    )
    waiting = advance(WAITING, reset.encode(), T + 1)
    assert (waiting.newest, waiting.in_force, waiting.pending_since_ms) == (reset, BEGUN, T + 1)


def test_who_has_only_the_phrase_finds_what_to_build_on() -> None:
    chain = read_chain([BEGUN.encode(), BY_DEVICE.encode()], USER)
    assert chain.newest == BY_DEVICE and chain.under(public(PAPER)) == BEGUN
    closed = read_chain([BEGUN.encode(), BY_PHRASE.encode()], USER)
    assert closed.under(public(PAPER)) is None, "nothing can be built on a closed account"


def test_vectors_of_closing_lists() -> None:
    found = json.loads((VECTORS / "device-list.json").read_text())
    chain = [(bytes.fromhex(one["value"]), one["appeared_ms"]) for one in found["versions"]]
    ends = []
    for each in found["closing"]:
        before = verify_chain(chain[: each["after"] + 1], found["user_uri"])[-1]
        ends.append(advance(before, bytes.fromhex(each["value"]), each["appeared_ms"]))
        assert ends[-1].in_force.version == each["in_force"], each["what"]
    assert [end.closed for end in ends] == [True, False, True]
    assert settle(ends[1], found["closing"][1]["appeared_ms"] + RESET_PENDING_MS).closed
    with pytest.raises(getattr(e, found["revived"]["error"])):
        advance(ends[0], bytes.fromhex(found["revived"]["value"]), found["as_of_ms"])
