# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Device lists: their one format, and one error for each rule between a list and the one before it."""

from __future__ import annotations

import json
import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privity.identity import errors as e
from privity.identity import trust
from privity.identity.account import Account, advance, first, settle
from privity.identity.device_list import Device, DeviceList, Kind, verify_first, verify_successor
from privity.identity.uris import new_client_uri, new_user_uri
from privity.message import cbor
from tests.identity.forging import public, resigned
from tests.identity.vectors import VECTORS, device_list_vectors

RND = random.Random(3).randbytes
USER = new_user_uri("hub.example", RND)
STRANGER = new_user_uri("hub.example", RND)
KEY, NEW_KEY, THIEF, PAPER, OTHER_PAPER = RND(32), RND(32), RND(32), RND(32), RND(32)
"""Account keys, and the recovery keys of two phrases on paper."""
ONE = Device(new_client_uri(USER, RND), RND(32), 1)
TWO = Device(new_client_uri(USER, RND), RND(32), 2)
FIRST = DeviceList.sign(USER, (ONE,), KEY, recovery_private=PAPER)
SECOND = DeviceList.sign(USER, (ONE, TWO), KEY, previous=FIRST)
ROTATED = DeviceList.sign(USER, (TWO,), NEW_KEY, previous=SECOND, previous_account_private=KEY)
RECOVERED = DeviceList.sign(USER, (TWO,), NEW_KEY, recovery_private=PAPER, previous=SECOND)
RESET = DeviceList.sign(USER, (ONE,), THIEF, recovery_private=OTHER_PAPER, previous=SECOND, reset=True)


def test_a_chain_of_lists_verifies() -> None:
    assert verify_first(FIRST.encode(), USER) == FIRST
    assert verify_successor(FIRST, SECOND.encode()) == SECOND
    assert verify_successor(SECOND, ROTATED.encode()) == ROTATED
    assert verify_successor(SECOND, RECOVERED.encode()) == RECOVERED
    assert verify_successor(SECOND, RESET.encode()) == RESET
    kinds = [each.kind for each in (FIRST, SECOND, ROTATED, RECOVERED, RESET)]
    assert kinds == [Kind.FIRST, Kind.CONTINUATION, Kind.CONTINUATION, Kind.RECOVERY, Kind.RESET]


def test_own_vectors() -> None:
    found = json.loads((VECTORS / "device-list.json").read_text())
    chain = [(bytes.fromhex(each["value"]), each["appeared_ms"]) for each in found["versions"]]
    account: Account | None = None
    for (value, appeared_ms), each in zip(chain, found["versions"], strict=True):
        account = first(value, found["user_uri"]) if account is None else advance(account, value, appeared_ms)
        assert account.newest.hash().hex() == each["hash"]
        assert account.newest.kind.value == each["kind"]
        assert account.in_force.version == each["in_force"]
    assert account is not None
    settled = settle(account, found["as_of_ms"])
    assert (settled.in_force.version, settled.resets) == (found["in_force"], found["resets"])
    for each in found["refused"]:
        states = trust.verify_chain(chain[: each["after"] + 1], found["user_uri"])
        with pytest.raises(getattr(e, each["error"])):
            advance(states[-1], bytes.fromhex(each["value"]), each["appeared_ms"])


def test_the_vectors_are_those_that_the_script_writes() -> None:
    assert json.loads((VECTORS / "device-list.json").read_text()) == device_list_vectors()


FIRST_REFUSED = [
    ("another user", FIRST.encode(), STRANGER, e.OtherUserUri),
    ("version 1", resigned(replace(FIRST, version=1), KEY, recovery=PAPER), USER, e.NotFirst),
    ("with predecessor", resigned(replace(FIRST, prev=bytes(32)), KEY, recovery=PAPER), USER, e.NotFirst),
    ("with previous signature", resigned(FIRST, KEY, previous=KEY, recovery=PAPER), USER, e.NotFirst),
    ("reset", resigned(replace(FIRST, reset=True), KEY, recovery=PAPER), USER, e.NotFirst),
    ("unsigned", replace(FIRST, sig=bytes(64)).encode(), USER, e.BadAccountSignature),
    ("device added by the server", replace(FIRST, devices=SECOND.devices).encode(), USER, e.BadAccountSignature),
    ("key of the server", replace(FIRST, account_key=bytes(32)).encode(), USER, e.BadAccountSignature),
    ("not signed by the paper", resigned(FIRST, KEY), USER, e.BadRecoverySignature),
    ("signed by another paper", resigned(FIRST, KEY, recovery=OTHER_PAPER), USER, e.BadRecoverySignature),
    ("a paper that nobody has", resigned(replace(FIRST, recovery_key=bytes(32)), KEY), USER, e.BadRecoverySignature),
]


@pytest.mark.parametrize(("what", "value", "user", "error"), FIRST_REFUSED, ids=[row[0] for row in FIRST_REFUSED])
def test_first_list_is_refused(what: str, value: bytes, user: str, error: type[e.DeviceListError]) -> None:
    with pytest.raises(error):
        verify_first(value, user)


CHANGED = tuple(sorted((replace(ONE, mls_signature_key=RND(32)), TWO), key=lambda device: device.client_uri))
OTHER = public(OTHER_PAPER)
RESET_DRAFT = replace(SECOND, reset=True, recovery_key=OTHER)
NEXT_REFUSED = [
    ("skipped version", resigned(replace(SECOND, version=2), KEY), e.WrongVersion),
    ("same version", FIRST.encode(), e.WrongVersion),
    ("wrong predecessor", resigned(replace(SECOND, prev=bytes(32)), KEY), e.WrongPredecessor),
    ("no predecessor", resigned(replace(SECOND, prev=None), KEY), e.WrongPredecessor),
    ("unsigned", replace(SECOND, sig=bytes(64)).encode(), e.BadAccountSignature),
    ("new key without the old", resigned(SECOND, NEW_KEY), e.BadPreviousSignature),
    ("new key signed by a thief", resigned(SECOND, NEW_KEY, previous=THIEF), e.BadPreviousSignature),
    ("second signature by the same key", resigned(SECOND, KEY, previous=KEY), e.BadPreviousSignature),
    ("dropped device, same key", resigned(replace(SECOND, devices=(TWO,)), KEY), e.RemovalKeepsKey),
    ("changed device key", resigned(replace(SECOND, devices=CHANGED), KEY), e.DeviceChanged),
    (
        "changed device key under a new account key",
        resigned(replace(SECOND, devices=CHANGED), NEW_KEY, previous=KEY),
        e.DeviceChanged,
    ),
    ("another paper", resigned(replace(SECOND, recovery_key=OTHER), KEY), e.RecoveryKeyChanged),
    (
        "another paper, both account keys agree",
        resigned(replace(SECOND, recovery_key=OTHER), NEW_KEY, previous=KEY),
        e.RecoveryKeyChanged,
    ),
    (
        "recovery by another paper that names itself",
        resigned(replace(SECOND, recovery_key=OTHER), NEW_KEY, recovery=OTHER_PAPER),
        e.RecoveryKeyChanged,
    ),
    ("recovery by another paper", resigned(SECOND, NEW_KEY, recovery=OTHER_PAPER), e.BadRecoverySignature),
    ("recovery that keeps the key", resigned(SECOND, KEY, recovery=PAPER), e.RecoveryKeepsKey),
    (
        "recovery with previous signature",
        resigned(SECOND, NEW_KEY, previous=KEY, recovery=PAPER),
        e.BadPreviousSignature,
    ),
    (
        "recovery that changes a device",
        resigned(replace(SECOND, devices=CHANGED), NEW_KEY, recovery=PAPER),
        e.DeviceChanged,
    ),
    ("reset that keeps the key", resigned(RESET_DRAFT, KEY, recovery=OTHER_PAPER), e.ResetKeepsKey),
    (
        "reset that keeps the paper",
        resigned(replace(SECOND, reset=True), THIEF, recovery=PAPER),
        e.ResetKeepsKey,
    ),
    (
        "reset with previous signature",
        resigned(RESET_DRAFT, THIEF, previous=KEY, recovery=OTHER_PAPER),
        e.BadPreviousSignature,
    ),
    ("reset without its paper", resigned(RESET_DRAFT, THIEF), e.BadRecoverySignature),
    ("reset with another paper", resigned(RESET_DRAFT, THIEF, recovery=PAPER), e.BadRecoverySignature),
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
    (fields(recovery_key=bytes(33)), e.BadField),
    (fields(recovery_key=None), e.BadField),
    (fields(recovery_sig=bytes(63)), e.BadField),
    (fields(reset=0), e.BadField),
    (fields(devices=[], reset=True), e.BadField),
    (fields(devices=[], version=0), e.BadField),
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
    for devices, key in (((), NEW_KEY), ((ONE, ONE), KEY), ((ONE, TWO), NEW_KEY), ((TWO,), KEY)):
        with pytest.raises(e.UsageError):
            DeviceList.sign(USER, devices, key, previous=FIRST)
    with pytest.raises(e.UsageError):
        DeviceList.sign(USER, (ONE,), KEY)
