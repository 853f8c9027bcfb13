# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The API's types: every frame round-trips, every other sequence of bytes is refused by name."""

from __future__ import annotations

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from privity.wire import socket
from privity.wire.errors import STATUS, Code, Refusal
from privity.wire.keylog import MAX_RETURNED, BringBack, BringBackOwn
from privity.wire.returns import own_returns_tbs
from privity.wire.session import BadShare, request_key, request_mac, session_tbs

FRANK = socket.Frank(b"f" * 32, 1, b"s" * 64)
HUB_FRAMES: list[socket.FromHub] = [
    socket.Challenge(b"n" * 32, b"s" * 32),
    socket.Ready("session", 5),
    socket.Event("mimi://h/r/x", 1, 2, socket.EventKind.APPLICATION, b"m", FRANK),
    socket.Event("mimi://h/r/x", 2, 3, socket.EventKind.COMMIT, b"m"),
    socket.Inbox(1, socket.InboxKind.WELCOME, "mimi://h/r/x", 4, b"w"),
    socket.CaughtUp(),
    socket.Forgotten("mimi://h/r/x", 9),
    socket.Accepted(b"r" * 16, 1, 2, FRANK),
    socket.Refused(b"r" * 16, Code.WRONG_EPOCH, "epoch 3", current_epoch=4),
    socket.Closed(Code.MALFORMED, "why"),
]
DEVICE_FRAMES: list[socket.FromDevice] = [
    socket.Prove("mimi://h/d/u/d", b"s" * 32, b"g" * 64),
    socket.Resume({"mimi://h/r/x": 3}, 0),
    socket.Submit(b"r" * 16, "mimi://h/r/x", b"m"),
    socket.Ack({}, 7),
]


@pytest.mark.parametrize("frame", HUB_FRAMES, ids=lambda f: type(f).__name__)
def test_hub_frames_round_trip(frame: socket.FromHub) -> None:
    assert socket.decode_from_hub(socket.encode(frame)) == frame


@pytest.mark.parametrize("frame", DEVICE_FRAMES, ids=lambda f: type(f).__name__)
def test_device_frames_round_trip(frame: socket.FromDevice) -> None:
    assert socket.decode_from_device(socket.encode(frame)) == frame


@pytest.mark.parametrize("frame", HUB_FRAMES, ids=lambda f: type(f).__name__)
def test_device_may_not_speak_as_the_hub(frame: socket.FromHub) -> None:
    with pytest.raises(socket.BadFrame):
        socket.decode_from_device(socket.encode(frame))


@given(st.binary(max_size=200))
def test_any_bytes_are_a_frame_or_a_named_refusal(data: bytes) -> None:
    for decode in (socket.decode_from_hub, socket.decode_from_device):
        try:
            decode(data)
        except socket.BadFrame:
            continue


@given(st.sampled_from(DEVICE_FRAMES), st.integers(0, 200), st.integers(0, 7))
def test_flipped_bit_never_escapes_by_another_error(frame: socket.FromDevice, at: int, bit: int) -> None:
    data = bytearray(socket.encode(frame))
    data[at % len(data)] ^= 1 << bit
    try:
        socket.decode_from_device(bytes(data))
    except socket.BadFrame:
        return


def test_extra_field_is_refused() -> None:
    longer = msgspec.msgpack.encode([11, {}, 0, "more"])
    with pytest.raises(socket.BadFrame):
        socket.decode_from_device(longer)


def test_oversized_frame_is_refused_before_decoding() -> None:
    with pytest.raises(socket.BadFrame, match="over the limit"):
        socket.decode_from_device(b"\x00" * (socket.MAX_FRAME + 1))


def test_every_code_has_a_status() -> None:
    assert set(STATUS) == set(Code)


def test_refusal_carries_code_and_sentence() -> None:
    refusal = Refusal(Code.WRONG_EPOCH, "expected epoch 4, got 3", current_epoch=4)
    assert refusal.code is Code.WRONG_EPOCH
    assert str(refusal) == "wrong_epoch: expected epoch 4, got 3"
    assert msgspec.json.decode(msgspec.json.encode(refusal.body))["current_epoch"] == 4


def test_both_sides_compute_one_request_key_and_a_third_does_not() -> None:
    hub, device, thief = (X25519PrivateKey.generate() for _ in range(3))
    nonce = b"n" * 32
    at_hub = request_key(hub, device.public_key().public_bytes_raw(), nonce, "s1")
    at_device = request_key(device, hub.public_key().public_bytes_raw(), nonce, "s1")
    assert at_hub == at_device
    assert request_key(thief, hub.public_key().public_bytes_raw(), nonce, "s1") != at_hub
    assert request_key(device, hub.public_key().public_bytes_raw(), nonce, "s2") != at_hub
    assert request_key(device, hub.public_key().public_bytes_raw(), b"m" * 32, "s1") != at_hub


def test_the_request_key_is_what_hkdf_gives() -> None:
    hub, device = (X25519PrivateKey.from_private_bytes(bytes([number]) * 32) for number in (1, 2))
    nonce = bytes(range(32))
    info = b"privity request mac v1" + b"\x02s1"
    expected = HKDF(SHA256(), 32, salt=nonce, info=info).derive(hub.exchange(device.public_key()))
    assert request_key(device, hub.public_key().public_bytes_raw(), nonce, "s1") == expected


@pytest.mark.parametrize("share", [b"", b"x" * 31, b"x" * 33, bytes(32)])
def test_bad_share_is_refused(share: bytes) -> None:
    with pytest.raises(BadShare):
        request_key(X25519PrivateKey.generate(), share, b"n" * 32, "s")


def test_request_mac_covers_every_part() -> None:
    base = request_mac(b"k" * 32, "POST", "/v1/x?a=1", 7, b"body")
    others = [
        request_mac(b"j" * 32, "POST", "/v1/x?a=1", 7, b"body"),
        request_mac(b"k" * 32, "PUT", "/v1/x?a=1", 7, b"body"),
        request_mac(b"k" * 32, "POST", "/v1/x?a=2", 7, b"body"),
        request_mac(b"k" * 32, "POST", "/v1/x?a=1", 8, b"body"),
        request_mac(b"k" * 32, "POST", "/v1/x?a=1", 7, b"Body"),
    ]
    assert base not in others


def test_session_tbs_cannot_shift_bytes_between_fields() -> None:
    assert session_tbs("ab", b"c", b"d", b"e", "f") != session_tbs("a", b"bc", b"d", b"e", "f")


def test_own_returns_tbs_cannot_shift_bytes_between_fields_or_lists() -> None:
    base = own_returns_tbs("ab", "cd", [b"ef", b"gh"])
    others = [
        own_returns_tbs("a", "bcd", [b"ef", b"gh"]),
        own_returns_tbs("ab", "c", [b"def", b"gh"]),
        own_returns_tbs("ab", "cd", [b"efg", b"h"]),
        own_returns_tbs("ab", "cd", [b"efgh"]),
        own_returns_tbs("ab", "cd", [b"gh", b"ef"]),
        own_returns_tbs("ab", "cd", [b"ef"]),
    ]
    assert len({base, *others}) == len(others) + 1


@pytest.mark.parametrize("count", [0, MAX_RETURNED + 1])
def test_how_many_values_come_back_at_once_is_bounded_by_the_type(count: int) -> None:
    values = ["AA=="] * count
    for kind, more in (
        (BringBack, {"label": "u:x"}),
        (BringBackOwn, {"handle": "anna", "client_uri": "x", "signature": ""}),
    ):
        good = msgspec.json.encode({"values": values[: MAX_RETURNED - 1] or ["AA=="], **more})
        assert msgspec.json.decode(good, type=kind)
        with pytest.raises(msgspec.ValidationError, match="length"):
            msgspec.json.decode(msgspec.json.encode({"values": values, **more}), type=kind)
