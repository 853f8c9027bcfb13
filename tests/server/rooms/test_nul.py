# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""No text with the character NUL reaches a store, whichever way it comes; what only looks like it does."""

from __future__ import annotations

import msgspec
import pytest

from privity.server import nul
from privity.server.notices import forms
from privity.wire.errors import Code, Refusal
from privity.wire.socket import Ack, BadFrame, FromDevice, Prove, Resume, Submit, Typing, decode_from_device, encode
from tests.server.rooms.world import World

BACKSLASH = "\\"


@pytest.mark.parametrize("where", ["name", "bio"])
async def test_a_body_with_it_is_refused_and_changes_nothing(world: World, where: str) -> None:
    anna = await world.join("anna_a")
    told = {"name": "Anna", "bio": f"{BACKSLASH}u0000 is six characters", "picture": None, "listed": False}
    profile = await anna.call("PUT", "/v1/profile", told, dict)
    assert profile["bio"] == told["bio"]
    refusal = await anna.refused("PUT", "/v1/profile", {**told, where: "An\0na"})
    assert (refusal.code, "NUL" in refusal.message) == (Code.MALFORMED, True)
    assert await anna.call("GET", "/v1/profile", None, dict) == profile


async def test_an_address_with_it_is_refused(world: World) -> None:
    anna = await world.join("anna_a")
    assert (await anna.refused("GET", "/v1/links/%00", None)).code is Code.MALFORMED
    assert (await anna.refused("GET", "/v1/handles/a%00b", None)).code is Code.MALFORMED
    assert (await anna.refused("GET", "/v1/handles/a%2500b", None)).code is not Code.MALFORMED


@pytest.mark.parametrize("text", ["a\0b", "\0", ["x", "a\0"], {"\0": 1}, {"a": [{"b": "\0"}]}])
def test_it_is_found_wherever_it_stands(text: object) -> None:
    with pytest.raises(Refusal, match="NUL"):
        nul.check_json(msgspec.json.encode(text))


@pytest.mark.parametrize("text", ["", BACKSLASH + "u0000", ["0000", 0, None, {"u0000": BACKSLASH}]])
def test_what_looks_like_it_is_taken(text: object) -> None:
    nul.check_json(msgspec.json.encode(text))


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        (Submit(bytes(16), "room", b"m"), Submit(bytes(16), "ro\0om", b"m")),
        (Typing("room", 1, b""), Typing("room\0", 1, b"")),
        (Prove("client", b"s", b"s"), Prove("\0client", b"s", b"s")),
        (Resume({"room": 1}, 0), Resume({"room": 1, "\0": 1}, 0)),
        (Ack({"room": 1}, 0), Ack({"r\0": 1}, 0)),
    ],
)
def test_a_frame_with_it_is_refused(good: FromDevice, bad: FromDevice) -> None:
    assert decode_from_device(encode(good)) == good
    with pytest.raises(BadFrame, match="NUL"):
        decode_from_device(encode(bad))


def test_a_receipt_with_it_is_refused() -> None:
    assert forms.read(b"receipt=abc&code=d", forms.STATUS)["receipt"] == "abc"
    with pytest.raises(Refusal, match="NUL"):
        forms.read(b"receipt=a%00c&code=d", forms.STATUS)
