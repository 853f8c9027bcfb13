# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The check of two devices: what differs between them shows, and nobody in between can choose what is shown."""

from __future__ import annotations

import json
import os
import random
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privity.identity import errors as e
from privity.identity.device_list import Device, DeviceList
from privity.identity.linking import HubView, Meeting, Opening, check_opening, first_sight, take_outcome
from privity.identity.uris import new_client_uri, new_user_uri

VECTORS = json.loads((Path(__file__).resolve().parents[2] / "spec" / "vectors" / "linking.json").read_text())
TRIES = int(os.environ.get("PRIVITY_PROVE_LINKS", "200000"))
RND = random.Random(11).randbytes
USER = new_user_uri("hub.example", RND)
ACCOUNT, THIEF, PAPER = RND(32), RND(32), RND(32)
ONE = Device(new_client_uri(USER, RND), RND(32), 1)
SEEN = DeviceList.sign(USER, (ONE,), ACCOUNT, recovery_private=PAPER)
OPENING = Opening.new(RND(32), RND)
HUB = HubView("hub.example", RND(32), RND(32), RND(32), RND(32), RND(32))
MEETING = Meeting(HUB, SEEN, "ann", RND(32), OPENING)
NEW = Device(MEETING.client_uri, OPENING.key, 2)


def test_own_vectors() -> None:
    for vector in VECTORS["openings"]:
        opening = opening_of(vector)
        assert opening.commitment().hex() == vector["commitment"]
        check_opening(bytes.fromhex(vector["commitment"]), opening)
    for vector in VECTORS["checks"]:
        intake = vector["intake_key"]
        meeting = Meeting(
            HubView(
                vector["host"],
                bytes.fromhex(vector["external_sender_key"]),
                bytes.fromhex(vector["franking_key"]),
                bytes.fromhex(vector["log_key"]),
                bytes.fromhex(vector["vrf_key"]),
                None if intake is None else bytes.fromhex(intake),
            ),
            first_sight(bytes.fromhex(vector["device_list"])),
            vector["handle"],
            bytes.fromhex(vector["nonce"]),
            opening_of(vector["opening"]),
        )
        assert (meeting.client_uri, meeting.check()) == (vector["client_uri"], vector["digits"])


def opening_of(vector: dict[str, str]) -> Opening:
    return Opening(bytes.fromhex(vector["key"]), vector["device_id"], bytes.fromhex(vector["nonce"]))


def test_six_digits_in_two_groups_and_the_same_on_both_sides() -> None:
    check = MEETING.check()
    assert len(check) == 7 and check[3] == " " and check.replace(" ", "").isdigit()
    heard = Opening(OPENING.key, OPENING.device_id, OPENING.nonce)
    assert replace(MEETING, devices=first_sight(SEEN.encode()), opening=heard).check() == check


OTHER_LIST = DeviceList.sign(USER, (replace(ONE, mls_signature_key=RND(32)),), ACCOUNT, recovery_private=PAPER)
OTHER_ACCOUNT = DeviceList.sign(USER, (ONE,), THIEF, recovery_private=THIEF)
REPLACED = [
    ("key", {"opening": replace(OPENING, key=RND(32))}),
    ("device ID", {"opening": replace(OPENING, device_id=Opening.new(RND(32), RND).device_id)}),
    ("nonce of the new device", {"opening": replace(OPENING, nonce=RND(32))}),
    ("nonce of the old device", {"nonce": RND(32)}),
    ("list", {"devices": OTHER_LIST}),
    ("account key", {"devices": OTHER_ACCOUNT}),
    ("handle", {"handle": "eve"}),
    ("key of the hub", {"hub": replace(HUB, external_sender_key=RND(32))}),
    ("franking key", {"hub": replace(HUB, franking_key=RND(32))}),
    ("key of the key log", {"hub": replace(HUB, log_key=RND(32))}),
    ("VRF key", {"hub": replace(HUB, vrf_key=RND(32))}),
    ("intake key", {"hub": replace(HUB, intake_key=RND(32))}),
    ("no intake key", {"hub": replace(HUB, intake_key=None)}),
]


@pytest.mark.parametrize(("what", "change"), REPLACED, ids=[row[0] for row in REPLACED])
def test_whatever_is_replaced_on_the_way_makes_other_digits(what: str, change: dict[str, Any]) -> None:
    bent = replace(MEETING, **change)
    assert bent.check() != MEETING.check()
    if "opening" in change:
        with pytest.raises(e.WrongOpening):
            check_opening(OPENING.commitment(), bent.opening)


def test_fields_cannot_be_shifted_into_each_other() -> None:
    """Two readings of the same bytes: the end of one field as the beginning of the next."""
    shifted = replace(HUB, external_sender_key=HUB.external_sender_key + b"\0", franking_key=HUB.franking_key[1:])
    moved = replace(HUB, external_sender_key=HUB.external_sender_key, franking_key=b"\0" + HUB.franking_key[1:])
    assert replace(MEETING, hub=shifted).check() != replace(MEETING, hub=moved).check()


@given(st.integers(0, 31), st.integers(1, 255))
def test_no_changed_bit_of_an_opening_fits(at: int, bits: int) -> None:
    mask = bytes(at) + bytes([bits]) + bytes(31 - at)
    for bent in (replace(OPENING, key=_xor(OPENING.key, mask)), replace(OPENING, nonce=_xor(OPENING.nonce, mask))):
        with pytest.raises(e.WrongOpening):
            check_opening(OPENING.commitment(), bent)


def _xor(value: bytes, mask: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(value, mask, strict=True))


def test_whoever_sits_in_between_gets_one_guess() -> None:
    """The honest order leaves it no choice: when it learns the last input of a side, its own inputs are fixed.

    Towards the old device it committed to its key before the nonce came; towards the new one it gave a nonce and a list
    before that one opened. So the digits of both sides are drawn independently: they agree about once in a million.
    """
    seeded = random.Random(2026)
    agreed = 0
    for _ in range(2_000):
        opening = Opening.new(seeded.randbytes(32), seeded.randbytes)
        thief = Opening.new(seeded.randbytes(32), seeded.randbytes)
        shown_old = replace(MEETING, nonce=seeded.randbytes(32), opening=thief).check()
        shown_new = replace(MEETING, nonce=seeded.randbytes(32), opening=opening).check()
        agreed += shown_old == shown_new
    assert agreed <= 2


def test_without_the_commitment_a_key_could_be_ground() -> None:
    """Why it is there: who chooses a key after it knows the digits finds three of the six within thousands of tries."""
    seeded = random.Random(7)
    wanted = MEETING.check()[:3]
    for _ in range(20_000):
        ground = Opening(seeded.randbytes(32), OPENING.device_id, OPENING.nonce)
        if replace(MEETING, opening=ground).check()[:3] == wanted:
            break
    else:
        raise AssertionError("three digits were not found")
    with pytest.raises(e.WrongOpening):
        check_opening(OPENING.commitment(), ground)


def test_digits_favour_nothing(tries: int = 20_000) -> None:
    """Each of the ten first digits comes about as often as the others (six standard deviations)."""
    seeded = random.Random(5)
    first = Counter(replace(MEETING, nonce=seeded.randbytes(32)).check()[0] for _ in range(tries))
    bound = 6 * (tries * 0.1 * 0.9) ** 0.5
    assert len(first) == 10
    assert all(abs(count - tries / 10) < bound for count in first.values()), first


@pytest.mark.prove
def test_digits_favour_nothing_and_guesses_fail_in_many_links() -> None:
    test_digits_favour_nothing(TRIES)
    seeded = random.Random(2027)
    agreed = sum(
        replace(MEETING, nonce=seeded.randbytes(32)).check() == replace(MEETING, nonce=seeded.randbytes(32)).check()
        for _ in range(TRIES)
    )
    assert agreed <= 10 + TRIES // 100_000


@pytest.mark.parametrize(
    ("key", "device_id", "nonce"),
    [
        (RND(31), OPENING.device_id, RND(32)),
        (RND(33), OPENING.device_id, RND(32)),
        (RND(32), OPENING.device_id, b""),
        (RND(32), "", RND(32)),
        (RND(32), OPENING.device_id.upper(), RND(32)),
        (RND(32), OPENING.device_id + "a", RND(32)),
        (RND(32), "../" + OPENING.device_id[3:], RND(32)),
    ],
)
def test_opening_of_another_form_is_refused(key: bytes, device_id: str, nonce: bytes) -> None:
    with pytest.raises(e.BadOpening):
        Opening(key, device_id, nonce)


def test_answer_of_another_form_is_refused() -> None:
    broken: tuple[dict[str, Any], ...] = ({"nonce": RND(31)}, {"handle": "No"}, {"hub": replace(HUB, intake_key=b"")})
    for change in broken:
        with pytest.raises(e.BadAnswer):
            replace(MEETING, **change)
    with pytest.raises(e.ForeignHost):
        replace(MEETING, hub=replace(HUB, host="other.example"))
    with pytest.raises(e.BadAccountSignature):
        first_sight(replace(SEEN, sig=bytes(64)).encode())
    with pytest.raises(e.BadEncoding):
        first_sight(b"")


def test_random_that_gives_too_little_is_our_own_mistake() -> None:
    with pytest.raises(e.UsageError):
        Opening.new(RND(32), lambda count: RND(count - 1))


def test_outcome_must_continue_the_list_that_was_compared_and_name_the_device() -> None:
    good = DeviceList.sign(USER, (ONE, NEW), ACCOUNT, previous=SEEN)
    later = DeviceList.sign(USER, (NEW,), THIEF, previous=good, previous_account_private=ACCOUNT)
    assert take_outcome(SEEN, [good.encode()], NEW.client_uri, OPENING.key) == good
    assert take_outcome(SEEN, [SEEN.encode(), good.encode(), later.encode()], NEW.client_uri, OPENING.key) == later
    other_key = DeviceList.sign(USER, (ONE, replace(NEW, mls_signature_key=RND(32))), ACCOUNT, previous=SEEN)
    without = DeviceList.sign(USER, (ONE,), ACCOUNT, previous=SEEN)
    reset = DeviceList.sign(USER, (NEW,), THIEF, recovery_private=THIEF, previous=SEEN, reset=True)
    forked = DeviceList.sign(USER, (*OTHER_LIST.devices, NEW), ACCOUNT, previous=OTHER_LIST)
    for value, error in (
        (SEEN, e.KeyNotListed),
        (without, e.KeyNotListed),
        (other_key, e.KeyNotListed),
        (reset, e.UndatedReset),
        (forked, e.Fork),
        (later, e.WrongVersion),
        (replace(good, sig=bytes(64)), e.BadAccountSignature),
    ):
        with pytest.raises(error):
            take_outcome(SEEN, [value.encode()], NEW.client_uri, OPENING.key)
