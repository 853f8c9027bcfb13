# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""URIs, handles, credentials: exactly one form each."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privity.identity import credential as cred
from privity.identity import errors as e
from privity.identity import uris as u
from privity.identity.device_list import Device, DeviceList
from privity.identity.handle import parse_handle, typed_handle
from privity.mls.messages.credential import Credential

RND = random.Random(1).randbytes
USER = u.new_user_uri("hub.example", RND)
CLIENT = u.new_client_uri(USER, RND)
ROOM = u.new_room_uri("hub.example:8443", RND)


def test_new_uris_parse_and_belong_together() -> None:
    assert u.parse_user_uri(USER) == USER and u.parse_client_uri(CLIENT) == CLIENT and u.parse_room_uri(ROOM) == ROOM
    assert u.user_of(CLIENT) == USER
    assert u.host_of(ROOM) == "hub.example:8443" and u.host_of(CLIENT) == "hub.example"
    assert u.make_user_uri("hub.example", u.id_of(USER)) == USER
    assert len(u.id_of(USER)) == 26


ID = "a" * 26
BAD = [
    "",
    USER + " ",
    USER + "\n",
    USER.upper(),
    f"mimi://hub.example/u/{ID[:-1]}",
    f"mimi://hub.example/u/{ID}a",
    f"mimi://hub.example/u/{ID[:-1]}b",
    f"mimi://hub.example/u/{ID[:-1]}1",
    f"mimi://hub.example/u/{ID}/",
    f"mimi:///u/{ID}",
    f"mimi://-x/u/{ID}",
    f"mimi://x..y/u/{ID}",
    f"mimi://x:0/u/{ID}",
    f"mimi://x:70000/u/{ID}",
    f"mimi://X.example/u/{ID}",
    f"https://hub.example/u/{ID}",
    f"mimi://{'a.' * 150}b/u/{ID}",
    CLIENT,
    ROOM,
]


@pytest.mark.parametrize("text", BAD)
def test_anything_else_is_no_user_uri(text: str) -> None:
    with pytest.raises(e.BadUri):
        u.parse_user_uri(text)


@given(st.text(max_size=90))
def test_parsing_is_total(text: str) -> None:
    for parse in (u.parse_user_uri, u.parse_client_uri, u.parse_room_uri, u.user_of, u.host_of):
        with pytest.raises(e.BadUri):
            parse(text)


@given(st.binary(min_size=16, max_size=16))
def test_every_sixteen_bytes_make_an_id(raw: bytes) -> None:
    assert u.check_id(u.new_id(lambda count: raw[:count]))


def test_a_room_is_named_by_sixteen_random_bytes() -> None:
    asked: list[int] = []

    def drawing(raw: bytes) -> str:
        def random(count: int) -> bytes:
            asked.append(count)
            return raw

        return u.id_of(u.new_room_uri("hub.example", random))

    for at in range(16):
        for bit in range(8):
            other = bytes(at) + bytes([1 << bit]) + bytes(15 - at)
            assert drawing(other) != drawing(bytes(16)), "every bit counts"
    assert set(asked) == {16}


def test_short_randomness_is_our_own_mistake() -> None:
    with pytest.raises(e.UsageError):
        u.new_id(lambda count: bytes(count - 1))


@pytest.mark.parametrize("text", ["abc", "a_b.c", "0" * 32, "a__b", "x9_"])
def test_good_handles(text: str) -> None:
    assert parse_handle(text) == text


@pytest.mark.parametrize("text", ["", "ab", "a" * 33, "Abc", "a b", "_ab", ".ab", "ab.", "a..b", "ab\u00e9", "abc\n"])
def test_bad_handles(text: str) -> None:
    with pytest.raises(e.BadHandle):
        parse_handle(text)


def test_typed_handles_are_forgiving_about_form_only() -> None:
    assert typed_handle(" @Alice ") == "alice"
    with pytest.raises(e.BadHandle):
        typed_handle("\u212aelvin")  # the Kelvin sign becomes k when made small


def test_credentials_name_devices() -> None:
    made = cred.make_credential(CLIENT)
    assert cred.client_uri_of(made) == CLIENT
    with pytest.raises(e.NotBasic):
        cred.client_uri_of(Credential.x509((b"x",)))
    for identity in (b"", b"\xff", USER.encode(), CLIENT.encode() + b"\0"):
        with pytest.raises(e.NotAClientUri):
            cred.client_uri_of(Credential.basic(identity))


def test_a_leaf_counts_only_if_the_device_list_names_it() -> None:
    key = RND(32)
    listed = DeviceList.sign(USER, (Device(CLIENT, key, 1),), RND(32), recovery_private=RND(32))
    made = cred.make_credential(CLIENT)
    assert cred.check_listed(made, key, listed) == CLIENT
    with pytest.raises(e.KeyNotListed):
        cred.check_listed(made, RND(32), listed)
    with pytest.raises(e.KeyNotListed):
        cred.check_listed(cred.make_credential(u.new_client_uri(USER, RND)), key, listed)
    stranger = u.new_client_uri(u.new_user_uri("hub.example", RND), RND)
    with pytest.raises(e.OtherUser):
        cred.check_listed(cred.make_credential(stranger), key, listed)
