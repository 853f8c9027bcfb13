# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Letters that bring the account key from device to device: who may wish, who can open, and what counts."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privity.identity import errors as e
from privity.identity.account_key import (
    SEALED_BYTES,
    Passed,
    Wish,
    check_wish,
    decode_letter,
    open_passed,
    seal,
    sealing_key,
)
from privity.identity.device_list import SUITE, Device, DeviceList
from privity.identity.linking import first_sight
from privity.identity.uris import new_client_uri, new_user_uri
from privity.mls.crypto import signature_public_key
from privity.wire.rest import MAX_LETTER

VECTORS = json.loads((Path(__file__).resolve().parents[2] / "spec" / "vectors" / "account-key.json").read_text())
RND = random.Random(5).randbytes
USER, OTHER = (new_user_uri("hub.example", RND) for _ in range(2))
ACCOUNT, NEXT, PAPER, KEY, PRIVATE = (RND(32) for _ in range(5))
TABLET = Device(new_client_uri(USER, RND), signature_public_key(SUITE, KEY), 1)
PHONE = Device(new_client_uri(USER, RND), signature_public_key(SUITE, RND(32)), 1)
LISTED = DeviceList.sign(USER, (PHONE, TABLET), ACCOUNT, recovery_private=PAPER)
DROPPED = DeviceList.sign(USER, (PHONE,), NEXT, previous=LISTED, previous_account_private=ACCOUNT)
WISH = Wish.sign(TABLET.client_uri, KEY, 7, b"", PRIVATE)


def test_own_vectors() -> None:
    raw = {name: bytes.fromhex(value) for name, value in VECTORS.items() if name != "about"}
    devices = first_sight(raw["device_list"])
    wish, passed = decode_letter(raw["wish"]), decode_letter(raw["passed"])
    assert isinstance(wish, Wish) and isinstance(passed, Passed)
    check_wish(wish, devices)
    made = Wish.sign(wish.client_uri, raw["device_private_key"], wish.number, wish.held, raw["sealing_private_key"])
    assert made.encode() == raw["wish"]
    assert open_passed(passed, raw["sealing_private_key"], devices) == raw["account_private_key"]


def test_a_wish_is_fulfilled_and_both_letters_have_one_form() -> None:
    wish = decode_letter(WISH.encode())
    assert isinstance(wish, Wish)
    assert wish == WISH and wish.public == sealing_key(PRIVATE)
    check_wish(wish, LISTED)
    passed = decode_letter(seal(wish, ACCOUNT).encode())
    assert isinstance(passed, Passed)
    assert open_passed(passed, PRIVATE, LISTED) == ACCOUNT
    assert max(len(WISH.encode()), len(passed.encode())) <= 400 < MAX_LETTER
    assert ACCOUNT not in passed.encode() and ACCOUNT.hex() not in repr(passed)


def test_who_is_not_in_the_list_or_did_not_sign_wishes_for_nothing() -> None:
    with pytest.raises(e.KeyNotListed):
        check_wish(WISH, DROPPED)
    stranger = Wish.sign(new_client_uri(OTHER, RND), KEY, 7, b"", PRIVATE)
    with pytest.raises(e.OtherUser):
        check_wish(stranger, LISTED)
    ghost = Wish.sign(new_client_uri(USER, RND), KEY, 7, b"", PRIVATE)
    with pytest.raises(e.KeyNotListed):
        check_wish(ghost, LISTED)
    changed = [
        replace(WISH, public=sealing_key(RND(32))),
        replace(WISH, number=8),
        replace(WISH, held=RND(32)),
        replace(WISH, client_uri=PHONE.client_uri),
        replace(WISH, signature=RND(64)),
        Wish.sign(TABLET.client_uri, RND(32), 7, b"", PRIVATE),
    ]
    for wish in changed:
        with pytest.raises(e.WishNotSigned):
            check_wish(wish, LISTED)


def test_only_the_account_key_in_force_is_taken() -> None:
    """Whoever passes it on: a device that was dropped, the hub, or one that is a list behind."""
    for private, devices in ((NEXT, LISTED), (ACCOUNT, DROPPED), (RND(32), LISTED)):
        with pytest.raises(e.NotTheAccountKey):
            open_passed(seal(WISH, private), PRIVATE, devices)
    said = replace(seal(WISH, NEXT), account_key=LISTED.account_key)
    with pytest.raises(e.KeyDoesNotOpen):
        open_passed(said, PRIVATE, LISTED)


def test_a_name_that_is_not_the_key_within_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sealed by somebody who says the right public key, in the letter and under the seal, over another private one."""
    with monkeypatch.context() as lying:
        lying.setattr("privity.identity.account_key.signature_public_key", lambda suite, private: LISTED.account_key)
        said = seal(WISH, NEXT)
    assert said.account_key == LISTED.account_key
    with pytest.raises(e.NotTheAccountKey):
        open_passed(said, PRIVATE, LISTED)


def test_what_is_sealed_to_one_wish_opens_under_no_other() -> None:
    passed = seal(WISH, ACCOUNT)
    for changed, private in (
        (passed, RND(32)),
        (replace(passed, client_uri=PHONE.client_uri), PRIVATE),
        (replace(passed, public=sealing_key(RND(32))), PRIVATE),
        (replace(passed, sealed=passed.sealed[:-1] + bytes([passed.sealed[-1] ^ 1])), PRIVATE),
        (replace(passed, sealed=bytes(SEALED_BYTES)), PRIVATE),
    ):
        with pytest.raises(e.KeyDoesNotOpen):
            open_passed(changed, private, LISTED)


def test_a_wish_for_a_key_that_is_none_is_refused() -> None:
    with pytest.raises(e.BadLetter):
        seal(replace(WISH, public=bytes(32)), ACCOUNT)


@given(st.data())
def test_bytes_that_are_no_letter_are_refused_by_name(data: st.DataObject) -> None:
    whole = data.draw(st.sampled_from([WISH.encode(), seal(WISH, ACCOUNT).encode()]))
    at = data.draw(st.integers(0, len(whole) - 1))
    bit = data.draw(st.integers(0, 7))
    flipped = whole[:at] + bytes([whole[at] ^ 1 << bit]) + whole[at + 1 :]
    for bad in (flipped, whole[:at], whole + b"x", data.draw(st.binary(max_size=64))):
        try:
            found = decode_letter(bad)
        except e.BadLetter:
            continue
        assert found.encode() == bad, "one letter, one encoding"


@pytest.mark.parametrize("kind", [0, 3, 255])
def test_a_letter_of_another_kind_is_refused(kind: int) -> None:
    with pytest.raises(e.BadLetter, match="expected kind"):
        decode_letter(bytes([kind]) + WISH.encode()[1:])


def test_a_held_key_of_another_size_is_refused() -> None:
    with pytest.raises(e.BadLetter, match="held"):
        decode_letter(replace(WISH, held=b"short").encode())
