# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A chain read without dates: what a person who has only the phrase may build on, and what a lying hub gets signed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from privity.identity import errors as e
from privity.identity.device_list import DeviceList
from privity.identity.undated import read_chain
from tests.identity.forging import public, resigned
from tests.identity.test_device_list import (
    FIRST,
    KEY,
    NEW_KEY,
    ONE,
    OTHER_PAPER,
    PAPER,
    RECOVERED,
    RESET,
    RND,
    SECOND,
    STRANGER,
    THIEF,
    TWO,
    USER,
)

CANCELLED = DeviceList.sign(USER, SECOND.devices, KEY, previous=RESET, in_force=SECOND)
AGAIN = DeviceList.sign(USER, (ONE,), RND(32), recovery_private=RND(32), previous=RESET, in_force=SECOND, reset=True)
SAME_PAPER = DeviceList.sign(
    USER, (TWO,), RND(32), recovery_private=OTHER_PAPER, previous=RESET, in_force=SECOND, reset=True
)
CONTINUED = DeviceList.sign(USER, (ONE, TWO), THIEF, previous=RESET)


def values(*lists: DeviceList) -> list[bytes]:
    return [one.encode() for one in lists]


@pytest.mark.parametrize(
    ("chain", "paper", "found"),
    [
        ((FIRST, SECOND), PAPER, SECOND),
        ((FIRST, SECOND, RECOVERED), PAPER, RECOVERED),
        ((FIRST, SECOND, RESET), PAPER, SECOND),
        ((FIRST, SECOND, RESET), OTHER_PAPER, RESET),
        ((FIRST, SECOND, RESET, CANCELLED), PAPER, CANCELLED),
        ((FIRST, SECOND, RESET, CANCELLED), OTHER_PAPER, None),
        ((FIRST, SECOND, RESET, AGAIN), PAPER, SECOND),
        ((FIRST, SECOND, RESET, SAME_PAPER), OTHER_PAPER, SAME_PAPER),
        ((FIRST, SECOND, RESET, CONTINUED), OTHER_PAPER, CONTINUED),
        ((FIRST, SECOND, RESET, CONTINUED), PAPER, None),
        ((FIRST, SECOND), OTHER_PAPER, None),
    ],
)
def test_what_a_phrase_may_build_on(chain: tuple[DeviceList, ...], paper: bytes, found: DeviceList | None) -> None:
    read = read_chain(values(*chain), USER)
    assert (read.newest, read.under(public(paper))) == (chain[-1], found)


def test_a_recovery_after_a_pending_reset_is_taken_by_the_account() -> None:
    read = read_chain(values(FIRST, SECOND, RESET), USER)
    recovery = DeviceList.sign(
        USER, (TWO,), NEW_KEY, recovery_private=PAPER, previous=read.newest, in_force=read.under(public(PAPER))
    )
    assert read_chain(values(FIRST, SECOND, RESET, recovery), USER).candidates == (recovery,)


def test_a_hub_gets_no_device_of_its_own_signed_by_slipping_it_into_the_chain() -> None:
    ghost = replace(TWO, mls_signature_key=RND(32))
    devices = tuple(sorted((ONE, ghost), key=lambda device: device.client_uri))
    forged = resigned(replace(SECOND, devices=devices), THIEF)
    with pytest.raises(e.BadPreviousSignature):
        read_chain([FIRST.encode(), forged], USER)
    own = DeviceList.sign(USER, (ghost,), THIEF, recovery_private=THIEF)
    assert read_chain([own.encode()], USER).under(public(PAPER)) is None
    for chain in ([SECOND.encode()], values(FIRST, RESET), values(FIRST, FIRST)):
        with pytest.raises(e.DeviceListError):
            read_chain(chain, USER)
    with pytest.raises(e.OtherUserUri):
        read_chain(values(FIRST), STRANGER)
    with pytest.raises(e.DeviceListError):
        read_chain([], USER)
