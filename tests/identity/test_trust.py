# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Following an account: what continues it is taken, what contradicts it is refused by name, a reset is counted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from privity.identity import errors as e
from privity.identity import trust
from privity.identity.account import RESET_PENDING_MS, Account
from privity.identity.credential import make_credential
from privity.identity.device_list import Device, DeviceList
from privity.identity.leaf_binding import ChainBinding
from privity.identity.uris import new_client_uri
from privity.message.errors import LeafNotBound
from tests.identity.test_device_list import (
    FIRST,
    KEY,
    ONE,
    PAPER,
    RESET,
    RND,
    ROTATED,
    SECOND,
    STRANGER,
    THIEF,
    TWO,
    USER,
)

T = 1_800_000_000_000
LATE = T + RESET_PENDING_MS
KNOWN = Account.of(SECOND)


def test_first_contact_pins_and_the_same_list_again_changes_nothing() -> None:
    known = trust.follow(None, [(FIRST.encode(), None)], USER)
    assert trust.follow(known, [(FIRST.encode(), None)], USER) is known
    assert trust.follow(known, [(SECOND.encode(), None)], USER) == KNOWN
    assert trust.follow(known, [(SECOND.encode(), None), (ROTATED.encode(), None)], USER) == Account.of(ROTATED)


def test_a_pending_reset_is_shown_and_changes_nothing_yet() -> None:
    account = trust.follow(KNOWN, [(RESET.encode(), T)], USER, as_of_ms=LATE - 1)
    assert (account.newest, account.in_force, account.pending_since_ms) == (RESET, SECOND, T)


def test_a_reset_in_force_is_counted() -> None:
    values = [(RESET.encode(), T)]
    pending = trust.follow(KNOWN, values, USER)
    for known, shown in ((KNOWN, values), (pending, [])):
        after = trust.follow(known, shown, USER, as_of_ms=LATE)
        assert (after.in_force, after.resets) == (RESET, 1)
        assert trust.follow(after, values, USER, as_of_ms=LATE + 1) == after
        assert trust.follow(known, shown, USER, as_of_ms=LATE - 1).resets == 0


def test_a_reset_that_a_later_list_builds_on_is_counted() -> None:
    thief = DeviceList.sign(USER, (ONE, TWO), THIEF, previous=RESET)
    assert trust.follow(KNOWN, [(RESET.encode(), T), (thief.encode(), LATE)], USER).resets == 1


def test_a_reset_that_nobody_dated_is_refused() -> None:
    with pytest.raises(e.UndatedReset):
        trust.follow(KNOWN, [(RESET.encode(), None)], USER)
    with pytest.raises(e.UndatedReset):
        trust.follow(None, [(item.encode(), None) for item in (FIRST, SECOND, RESET)], USER)


def test_reset_before_first_contact_is_history() -> None:
    values = [(FIRST.encode(), None), (SECOND.encode(), None), (RESET.encode(), T)]
    assert trust.follow(None, values, USER, as_of_ms=LATE) == Account(RESET, RESET, None, 1)


def test_rollback_and_fork_are_refused() -> None:
    with pytest.raises(e.Rollback):
        trust.follow(KNOWN, [(FIRST.encode(), None)], USER)
    forked = DeviceList.sign(USER, (ONE, replace(TWO, added_ms=7)), KEY, previous=FIRST)
    with pytest.raises(e.Fork):
        trust.follow(KNOWN, [(forked.encode(), None)], USER)
    after_fork = DeviceList.sign(USER, forked.devices, KEY, previous=forked)
    with pytest.raises(e.Fork):
        trust.follow(KNOWN, [(after_fork.encode(), None)], USER)
    stranger = Device(new_client_uri(STRANGER, RND), RND(32), 1)
    theirs = DeviceList.sign(STRANGER, (stranger,), KEY, recovery_private=PAPER)
    with pytest.raises(e.OtherUserUri):
        trust.follow(KNOWN, [(theirs.encode(), None)], USER)
    with pytest.raises(e.UsageError):
        trust.follow(KNOWN, [(theirs.encode(), None)], STRANGER)
    with pytest.raises(e.DeviceListError):
        trust.follow(None, [], USER)


def test_a_cancelled_reset_binds_no_leaf_and_one_in_force_does() -> None:
    """An operator that resets an account for a minute must not make its own words the owner's."""
    cancel = DeviceList.sign(USER, SECOND.devices, KEY, previous=RESET, in_force=SECOND)
    history = [(FIRST.encode(), None), (SECOND.encode(), None), (RESET.encode(), T)]
    credential, key = make_credential(ONE.client_uri), ONE.mls_signature_key
    for values, as_of_ms in (([*history, (cancel.encode(), T + 1)], LATE), (history, LATE - 1)):
        binding = ChainBinding(USER, values, as_of_ms)
        binding(USER, credential, key, SECOND.encode())
        with pytest.raises(LeafNotBound):
            binding(USER, credential, key, RESET.encode())
    ChainBinding(USER, history, LATE)(USER, credential, key, RESET.encode())
    later = DeviceList.sign(USER, (ONE, TWO), THIEF, previous=RESET)
    ChainBinding(USER, [*history, (later.encode(), LATE)])(USER, credential, key, RESET.encode())
