# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Who has an account: the person with the phrase, then devices, then whoever resets it; and when a reset counts."""

from __future__ import annotations

import os
import random
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privity.identity import errors as e
from privity.identity.account import RESET_PENDING_MS, Account, advance, first, settle
from privity.identity.device_list import Device, DeviceList, Kind
from privity.identity.uris import new_client_uri, new_user_uri
from tests.identity.forging import following, public, resigned

RND = random.Random(21).randbytes
USER = new_user_uri("hub.example", RND)
T = 1_800_000_000_000
HOUR_MS = 3_600_000
LATE = T + RESET_PENDING_MS
OLD, NEW, PAPER = RND(32), RND(32), RND(32)
THIEF, OPERATOR, OPERATOR_PAPER = RND(32), RND(32), RND(32)
WALKS = int(os.environ.get("PRIVITY_PROVE_ACCOUNTS", "5000"))


def device(number: int) -> Device:
    return Device(new_client_uri(USER, RND), RND(32), number)


PHONE, TABLET, GHOST = device(1), device(2), device(3)
BEGUN = DeviceList.sign(USER, (PHONE, TABLET), OLD, recovery_private=PAPER)
OWNERS = first(BEGUN.encode(), USER)
FORGED = DeviceList.sign(USER, (GHOST,), OPERATOR, recovery_private=OPERATOR_PAPER, previous=BEGUN, reset=True)
"""The operator, or whoever compels them, resets the account to a device of theirs."""
PENDING = advance(OWNERS, FORGED.encode(), T)
CANCEL = DeviceList.sign(USER, BEGUN.devices, OLD, previous=FORGED, in_force=BEGUN)


# The operator resets an account


def test_a_reset_waits_72_hours_in_the_log_and_not_a_moment_less() -> None:
    assert (PENDING.newest, PENDING.in_force, PENDING.pending_since_ms) == (FORGED, BEGUN, T)
    assert settle(PENDING, LATE - 1) == PENDING
    assert settle(PENDING, LATE) == Account(FORGED, FORGED, None, 1)
    assert settle(settle(PENDING, LATE), LATE + 1) == settle(PENDING, LATE)


def test_any_device_of_the_owner_cancels_a_reset() -> None:
    assert advance(PENDING, CANCEL.encode(), LATE - 1) == Account(CANCEL, CANCEL, None, 0)


def test_the_phrase_cancels_a_reset_too() -> None:
    recovery = DeviceList.sign(USER, (PHONE,), NEW, recovery_private=PAPER, previous=FORGED, in_force=BEGUN)
    assert advance(PENDING, recovery.encode(), LATE - 1) == Account(recovery, recovery, None, 0)


def test_a_reset_gives_no_power_before_its_time_and_takes_all_after() -> None:
    used = resigned(following(FORGED, devices=(GHOST, device(9))), OPERATOR)
    with pytest.raises(e.RecoveryKeyChanged):
        advance(PENDING, used, LATE - 1)
    named = following(FORGED, recovery_key=BEGUN.recovery_key, devices=BEGUN.devices)
    with pytest.raises(e.BadPreviousSignature):
        advance(PENDING, resigned(named, OPERATOR), LATE - 1)
    late = DeviceList.sign(USER, (GHOST, PHONE), OPERATOR, previous=FORGED)
    assert advance(PENDING, late.encode(), LATE) == Account(late, late, None, 1)
    with pytest.raises(e.RecoveryKeyChanged):
        advance(PENDING, CANCEL.encode(), LATE)
    recovery = resigned(following(FORGED, recovery_key=public(PAPER), devices=(PHONE,)), NEW, recovery=PAPER)
    with pytest.raises(e.RecoveryKeyChanged):
        advance(PENDING, recovery, LATE)


def test_a_reset_cannot_be_dated_back_by_a_second_one() -> None:
    """The second was put into the log long before the first, so that its 72 hours would be over at once."""
    second = _reset(FORGED)
    with pytest.raises(e.Backdated):
        advance(PENDING, second.encode(), T - RESET_PENDING_MS)
    with pytest.raises(e.Backdated):
        advance(PENDING, CANCEL.encode(), T - 1)


def test_another_reset_starts_the_72_hours_anew() -> None:
    second = _reset(FORGED)
    replaced = advance(PENDING, second.encode(), LATE - 1)
    assert (replaced.newest, replaced.in_force, replaced.pending_since_ms) == (second, BEGUN, LATE - 1)
    assert settle(replaced, LATE + RESET_PENDING_MS - 2) == replaced
    assert settle(replaced, LATE + RESET_PENDING_MS - 1).in_force == second
    cancel = DeviceList.sign(USER, BEGUN.devices, OLD, previous=second, in_force=BEGUN)
    assert advance(replaced, cancel.encode(), LATE + HOUR_MS).in_force == cancel


def test_a_reset_whose_time_is_not_shown_is_not_judged() -> None:
    for account, value in ((OWNERS, FORGED), (PENDING, CANCEL), (PENDING, _reset(FORGED))):
        with pytest.raises(e.UndatedReset):
            advance(account, value.encode(), None)
    settled = settle(PENDING, LATE)
    later = DeviceList.sign(USER, (GHOST, PHONE), OPERATOR, previous=FORGED)
    assert advance(settled, later.encode(), None).in_force == later


def test_a_chain_cannot_skip_the_cancelled_version() -> None:
    """Neither may the hub show a chain in which the reset, or what cancelled it, never was."""
    cancelled = advance(PENDING, CANCEL.encode(), T + HOUR_MS)
    beside = DeviceList.sign(USER, (PHONE, TABLET, device(4)), OLD, previous=BEGUN)
    with pytest.raises(e.WrongVersion):
        advance(cancelled, beside.encode(), T + HOUR_MS)
    with pytest.raises(e.WrongPredecessor):
        advance(PENDING, resigned(following(FORGED, prev=BEGUN.hash(), recovery_key=public(PAPER)), OLD), T + HOUR_MS)
    on_the_reset = DeviceList.sign(USER, (GHOST, PHONE), OPERATOR, previous=FORGED)
    with pytest.raises(e.WrongVersion):
        advance(cancelled, on_the_reset.encode(), LATE)
    with pytest.raises(e.RecoveryKeyChanged):
        advance(cancelled, resigned(following(CANCEL, recovery_key=FORGED.recovery_key), OPERATOR), LATE)


# A thief has one device, and with it the account key


def test_the_phrase_outranks_a_thief_who_changed_the_account_key() -> None:
    stolen = DeviceList.sign(USER, (PHONE,), THIEF, previous=BEGUN, previous_account_private=OLD)
    account = advance(OWNERS, stolen.encode(), None)
    with pytest.raises(e.BadPreviousSignature):
        advance(account, resigned(following(stolen), OLD), None)
    recovery = DeviceList.sign(USER, (TABLET,), NEW, recovery_private=PAPER, previous=stolen)
    account = advance(account, recovery.encode(), None)
    assert account.in_force == recovery
    for value in (
        resigned(following(recovery, devices=(PHONE,)), THIEF),
        resigned(following(recovery, devices=(PHONE,)), THIEF, previous=THIEF),
        resigned(following(recovery, devices=(PHONE,)), OLD),
    ):
        with pytest.raises(e.BadPreviousSignature):
            advance(account, value, None)


def test_a_thief_can_neither_take_the_phrase_over_nor_pretend_to_have_it() -> None:
    other = public(RND(32))
    with pytest.raises(e.RecoveryKeyChanged):
        advance(OWNERS, resigned(following(BEGUN, recovery_key=other), THIEF, previous=OLD), None)
    with pytest.raises(e.BadRecoverySignature):
        advance(OWNERS, resigned(following(BEGUN), THIEF, recovery=OLD), None)


def test_a_removed_device_that_held_the_key_signs_nothing_more() -> None:
    removed = DeviceList.sign(USER, (PHONE,), NEW, previous=BEGUN, previous_account_private=OLD)
    account = advance(OWNERS, removed.encode(), None)
    for previous in (None, OLD):
        with pytest.raises(e.BadPreviousSignature):
            advance(account, resigned(following(removed, devices=(PHONE, TABLET)), OLD, previous=previous), None)
    with pytest.raises(e.BadPreviousSignature):
        advance(account, resigned(following(removed, devices=(PHONE, TABLET)), THIEF, previous=OLD), None)


# What a store keeps


def test_an_account_comes_back_from_a_store_as_it_was() -> None:
    for account in (OWNERS, PENDING, settle(PENDING, LATE)):
        assert Account.decode(account.encode()) == account


@given(st.integers(0, 3000), st.integers(0, 255))
def test_a_damaged_account_is_named_or_read_as_it_stands(at: int, byte: int) -> None:
    data = bytearray(PENDING.encode())
    data[at % len(data)] = byte
    try:
        found = Account.decode(bytes(data))
    except e.MalformedAccount:
        return
    assert found.encode() == data


def test_an_account_that_cannot_be_is_our_own_mistake_or_a_damaged_store() -> None:
    with pytest.raises(e.UsageError):
        Account(FORGED, BEGUN)
    with pytest.raises(e.UsageError):
        Account(BEGUN, BEGUN, T)
    with pytest.raises(e.UsageError):
        Account(CANCEL, BEGUN, T)
    for broken in (b"", OWNERS.encode()[:-1], OWNERS.encode() + b"\0"):
        with pytest.raises(e.MalformedAccount):
            Account.decode(broken)


# Any walk through an account's life, against a model that looks at the whole of it each time


@dataclass
class Event:
    """A version that was taken: when, what it is, and the private keys that it names."""

    at_ms: int
    kind: Kind
    account: bytes
    recovery: bytes


@dataclass
class Model:
    """What the rules mean, without any signature: who is in charge is read off the whole history each time."""

    events: list[Event]
    now_ms: int = T

    def in_force(self) -> int:
        """The index of the newest version that counts: any but a reset, or a reset that stood for 72 hours."""
        ends = [*[event.at_ms for event in self.events[1:]], self.now_ms]
        return max(
            index
            for index, (event, end) in enumerate(zip(self.events, ends, strict=True))
            if event.kind is not Kind.RESET or end - event.at_ms >= RESET_PENDING_MS
        )

    def takes(self, kind: Kind, signer: Event, account: bytes, recovery: bytes) -> bool:
        """Whether a version counts that is signed with the keys which `signer` named, and names these."""
        authority = self.events[self.in_force()]
        if kind is Kind.RESET:
            return account != authority.account and recovery != authority.recovery
        if recovery != authority.recovery:
            return False
        if kind is Kind.RECOVERY:
            return account != authority.account
        return account == authority.account or signer.account == authority.account


@dataclass
class Walk:
    """One account, its model, and everything that was ever signed for it."""

    rng: random.Random
    lists: list[DeviceList] = field(default_factory=list)

    def run(self, steps: int) -> tuple[int, int]:
        """How many versions were taken and how many refused."""
        keys = [self.rng.randbytes(32), self.rng.randbytes(32)]
        begun = DeviceList.sign(USER, (PHONE,), keys[0], recovery_private=keys[1])
        account, self.lists = first(begun.encode(), USER), [begun]
        model = Model([Event(T, Kind.FIRST, keys[0], keys[1])])
        taken = 0
        for _ in range(steps):
            model.now_ms += self.rng.choice((0, 1, HOUR_MS, 30 * HOUR_MS, RESET_PENDING_MS - 1, RESET_PENDING_MS))
            account = settle(account, model.now_ms) if self.rng.random() < 0.5 else account
            account, accepted = self.step(account, model)
            taken += accepted
            self.check(account, model)
        return taken, steps - taken

    def step(self, account: Account, model: Model) -> tuple[Account, bool]:
        """Somebody signs something with keys they once had, in the name of some authority."""
        rng = self.rng
        kind = rng.choice((Kind.CONTINUATION, Kind.CONTINUATION, Kind.RECOVERY, Kind.RESET))
        signer = rng.choice((model.events[-1], model.events[model.in_force()], rng.choice(model.events)))
        rotates = kind is not Kind.CONTINUATION or rng.random() < 0.3
        key = rng.choice((rng.randbytes(32), signer.account)) if rotates else signer.account
        paper = rng.choice((rng.randbytes(32), signer.recovery)) if kind is Kind.RESET else signer.recovery
        is_reset = kind is Kind.RESET
        draft = following(account.newest, recovery_key=public(paper), devices=(PHONE,), reset=is_reset)
        if is_reset or kind is Kind.RECOVERY:
            value = resigned(draft, key, recovery=paper)
        else:
            value = resigned(draft, key, previous=None if key == signer.account else signer.account)
        expected = model.takes(kind, signer, key, paper)
        try:
            after = advance(account, value, model.now_ms)
        except e.DeviceListError:
            assert not expected, f"{kind.value} refused"
            return account, False
        assert expected, f"{kind.value} taken"
        model.events.append(Event(model.now_ms, kind, key, paper))
        self.lists.append(after.newest)
        return after, True

    def check(self, account: Account, model: Model) -> None:
        settled = settle(account, model.now_ms)
        index = model.in_force()
        last = model.events[-1]
        assert (settled.newest, settled.in_force) == (self.lists[-1], self.lists[index])
        assert settled.pending_since_ms == (None if index == len(self.lists) - 1 else last.at_ms)
        assert Account.decode(account.encode()) == account


def _reset(newest: DeviceList) -> DeviceList:
    return DeviceList.sign(
        USER, (GHOST,), RND(32), recovery_private=RND(32), previous=newest, in_force=BEGUN, reset=True
    )


@settings(max_examples=60)
@given(st.integers(0, 1 << 32))
def test_any_life_of_an_account_is_what_a_naive_reading_of_its_history_says(seed: int) -> None:
    Walk(random.Random(seed)).run(8)


@pytest.mark.prove
def test_many_lives_of_accounts() -> None:
    counts = [Walk(random.Random(seed)).run(12) for seed in range(WALKS)]
    assert min(sum(taken for taken, _ in counts), sum(refused for _, refused in counts)) > WALKS
