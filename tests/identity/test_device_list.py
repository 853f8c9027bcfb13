# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Device lists: one chain per user, one error per rule, and what pinning refuses."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privity.identity import errors as e
from privity.identity import trust
from privity.identity.device_list import LABEL, SUITE, Device, DeviceList, verify_first, verify_successor
from privity.identity.uris import new_client_uri, new_user_uri
from privity.message import cbor
from privity.mls.crypto import sign_with_label, signature_public_key

RND = random.Random(3).randbytes
USER = new_user_uri("hub.example", RND)
STRANGER = new_user_uri("hub.example", RND)
KEY, NEW_KEY, THIEF = RND(32), RND(32), RND(32)
ONE = Device(new_client_uri(USER, RND), RND(32), 1)
TWO = Device(new_client_uri(USER, RND), RND(32), 2)
FIRST = DeviceList.sign(USER, (ONE,), KEY)
SECOND = DeviceList.sign(USER, (ONE, TWO), KEY, previous=FIRST)
ROTATED = DeviceList.sign(USER, (TWO,), NEW_KEY, previous=SECOND, previous_account_private=KEY)
RESET = DeviceList.sign(USER, (ONE,), THIEF, previous=SECOND, reset=True)
VECTORS = Path(__file__).resolve().parents[2] / "spec" / "vectors" / "device-list.json"


def resigned(draft: DeviceList, key: bytes, previous: bytes | None = None) -> bytes:
    """The list with both signatures made anew, so that only the rule in question is broken."""
    draft = replace(draft, account_key=signature_public_key(SUITE, key), sig=b"", prev_sig=None)
    sig = sign_with_label(SUITE, key, LABEL, draft.tbs())
    prev_sig = None if previous is None else sign_with_label(SUITE, previous, LABEL, draft.tbs())
    return replace(draft, sig=sig, prev_sig=prev_sig).encode()


def test_a_chain_of_lists_verifies() -> None:
    assert verify_first(FIRST.encode(), USER) == FIRST
    assert verify_successor(FIRST, SECOND.encode()) == SECOND
    assert verify_successor(SECOND, ROTATED.encode()) == ROTATED
    assert verify_successor(SECOND, RESET.encode()) == RESET
    assert trust.verify_chain([item.encode() for item in (FIRST, SECOND, ROTATED)], USER)[-1] == ROTATED


def test_own_vectors() -> None:
    found = json.loads(VECTORS.read_text())
    values = [bytes.fromhex(value) for value in found["values"]]
    lists = trust.verify_chain(values, found["user_uri"])
    assert [item.hash().hex() for item in lists] == found["hashes"]
    assert [item.reset for item in lists] == [False, False, False, True]


FIRST_REFUSED = [
    ("another user", FIRST.encode(), STRANGER, e.OtherUserUri),
    ("version 1", resigned(replace(FIRST, version=1), KEY), USER, e.NotFirst),
    ("with predecessor", resigned(replace(FIRST, prev=bytes(32)), KEY), USER, e.NotFirst),
    ("with previous signature", resigned(FIRST, KEY, KEY), USER, e.NotFirst),
    ("reset", resigned(replace(FIRST, reset=True), KEY), USER, e.NotFirst),
    ("unsigned", replace(FIRST, sig=bytes(64)).encode(), USER, e.BadAccountSignature),
    ("device added by the server", replace(FIRST, devices=SECOND.devices).encode(), USER, e.BadAccountSignature),
    ("key of the server", replace(FIRST, account_key=bytes(32)).encode(), USER, e.BadAccountSignature),
]


@pytest.mark.parametrize(("what", "value", "user", "error"), FIRST_REFUSED, ids=[row[0] for row in FIRST_REFUSED])
def test_first_list_is_refused(what: str, value: bytes, user: str, error: type[e.DeviceListError]) -> None:
    with pytest.raises(error):
        verify_first(value, user)


NEXT_REFUSED = [
    ("skipped version", resigned(replace(SECOND, version=2), KEY), e.WrongVersion),
    ("same version", FIRST.encode(), e.WrongVersion),
    ("wrong predecessor", resigned(replace(SECOND, prev=bytes(32)), KEY), e.WrongPredecessor),
    ("no predecessor", resigned(replace(SECOND, prev=None), KEY), e.WrongPredecessor),
    ("unsigned", replace(SECOND, sig=bytes(64)).encode(), e.BadAccountSignature),
    ("new key without the old", resigned(SECOND, NEW_KEY), e.BadPreviousSignature),
    ("new key signed by a thief", resigned(SECOND, NEW_KEY, THIEF), e.BadPreviousSignature),
    ("second signature by the same key", resigned(SECOND, KEY, KEY), e.BadPreviousSignature),
    ("reset that keeps the key", resigned(replace(SECOND, reset=True), KEY), e.ResetKeepsKey),
    ("reset with previous signature", resigned(replace(SECOND, reset=True), THIEF, KEY), e.BadPreviousSignature),
    (
        "changed device key",
        resigned(replace(SECOND, devices=tuple(sorted((replace(ONE, mls_signature_key=RND(32)), TWO), key=str))), KEY),
        e.DeviceChanged,
    ),
]


@pytest.mark.parametrize(("what", "value", "error"), NEXT_REFUSED, ids=[row[0] for row in NEXT_REFUSED])
def test_next_list_is_refused(what: str, value: bytes, error: type[e.DeviceListError]) -> None:
    with pytest.raises(error):
        verify_successor(FIRST, value)


def fields(**change: object) -> bytes:
    """A good list in which one field was replaced or, with None for a required one, made empty."""
    found = cbor.decode(SECOND.encode())
    assert isinstance(found, dict)
    return cbor.encode(found | change)


def plain(device: Device) -> dict[str, object]:
    return {"client_uri": device.client_uri, "mls_signature_key": device.mls_signature_key, "added_ms": device.added_ms}


LOW, HIGH = sorted((ONE, TWO), key=lambda device: device.client_uri)
FORMAT_REFUSED = [
    (SECOND.encode() + b"\0", e.BadEncoding),
    (b"", e.BadEncoding),
    (fields(extra=1), e.BadField),
    (fields(user_uri="mimi://hub.example/u/x"), e.BadField),
    (fields(version=-1), e.BadField),
    (fields(version=True), e.BadField),
    (fields(account_key=bytes(31)), e.BadField),
    (fields(sig=bytes(63)), e.BadField),
    (fields(prev=bytes(31)), e.BadField),
    (fields(prev_sig=bytes(1)), e.BadField),
    (fields(reset=0), e.BadField),
    (fields(devices=[]), e.BadField),
    (fields(devices=[plain(LOW)] * 33), e.BadField),
    (fields(devices=[plain(LOW) | {"added_ms": -1}]), e.BadField),
    (fields(devices=[plain(LOW) | {"more": 1}]), e.BadField),
    (fields(devices=[plain(LOW) | {"client_uri": USER}]), e.BadField),
    (fields(devices=[plain(LOW) | {"client_uri": new_client_uri(STRANGER, RND)}]), e.ForeignDevice),
    (fields(devices=[plain(LOW), plain(LOW)]), e.DuplicateDevice),
    (
        fields(devices=[plain(LOW), plain(HIGH) | {"mls_signature_key": LOW.mls_signature_key}]),
        e.DuplicateDevice,
    ),
    (fields(devices=[plain(HIGH), plain(LOW)]), e.DevicesOutOfOrder),
]


@pytest.mark.parametrize(("value", "error"), FORMAT_REFUSED)
def test_each_broken_field_has_its_error(value: bytes, error: type[e.DeviceListError]) -> None:
    with pytest.raises(error):
        DeviceList.decode(value)


@given(st.integers(0, 2000), st.integers(0, 255))
def test_decode_is_total_and_canonical(at: int, byte: int) -> None:
    data = bytearray(SECOND.encode())
    data[at % len(data)] = byte
    check_total(bytes(data))


@given(st.binary(max_size=100))
def test_decode_is_total_on_any_bytes(data: bytes) -> None:
    check_total(data)


def check_total(data: bytes) -> None:
    try:
        found = DeviceList.decode(data)
    except e.DeviceListError:
        return
    assert found.encode() == data


def test_signing_what_would_be_refused_is_our_own_mistake() -> None:
    for devices, key in (((), KEY), ((ONE, ONE), KEY), ((ONE, TWO), NEW_KEY)):
        with pytest.raises(e.UsageError):
            DeviceList.sign(USER, devices, key, previous=FIRST)


def test_first_contact_pins_and_the_same_list_again_changes_nothing() -> None:
    known = trust.pin(None, FIRST.encode(), USER)
    assert trust.pin(known, FIRST.encode(), USER) is known
    assert trust.pin(known, SECOND.encode(), USER) == SECOND
    assert trust.pin_chain(FIRST, [SECOND.encode(), ROTATED.encode()], USER) == ROTATED


def test_reset_is_loud_and_needs_a_person() -> None:
    with pytest.raises(e.AccountKeyChanged):
        trust.pin(SECOND, RESET.encode(), USER)
    assert trust.accept_reset(SECOND, RESET.encode()) == RESET
    with pytest.raises(e.UsageError):
        trust.accept_reset(FIRST, SECOND.encode())


def test_reset_before_first_contact_is_history() -> None:
    values = [item.encode() for item in (FIRST, SECOND, RESET)]
    assert trust.pin_chain(None, values, USER) == RESET


def test_rollback_and_fork_are_refused() -> None:
    with pytest.raises(e.Rollback):
        trust.pin(SECOND, FIRST.encode(), USER)
    forked = DeviceList.sign(USER, (TWO,), KEY, previous=FIRST)
    with pytest.raises(e.Fork):
        trust.pin(SECOND, forked.encode(), USER)
    after_fork = DeviceList.sign(USER, (ONE, TWO), KEY, previous=forked)
    with pytest.raises(e.Fork):
        trust.pin(SECOND, after_fork.encode(), USER)
    with pytest.raises(e.OtherUserUri):
        trust.pin(SECOND, DeviceList.sign(STRANGER, (replace_owner(ONE),), KEY).encode(), USER)


def replace_owner(device: Device) -> Device:
    return replace(device, client_uri=new_client_uri(STRANGER, RND))
