# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a receiver must refuse to show (franking note, sections 5, 10 and 11), and the vectors of spec/franking.md."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from privity.message import errors as e
from privity.message import franking as f
from privity.message.compose import Author, text
from privity.message.content import MimiContent
from privity.message.safe_aad import FRANK_AAD, encode_aad, tag_of
from privity.mls.codec import vec
from privity.mls.crypto import signature_public_key
from privity.mls.messages.app_data import ComponentData, SafeAAD
from tests.message.world import SUITE, TS, World, make_world, seeded

ROOT = Path(__file__).resolve().parents[2]
ORIGINAL = Path(os.environ.get("PRIVITY_SHARED", ROOT.parent / "shared")) / "vectors" / "mimi" / "original.cbor"


@pytest.mark.skipif(not ORIGINAL.exists(), reason="the MIMI content example original.cbor (vectors/mimi) is not here")
def test_vector_of_the_franking_note() -> None:
    data = ORIGINAL.read_bytes()
    content = MimiContent.decode(data)
    sender, room = str(content.sender_uri), str(content.room_uri)
    made = f.frank(bytes(range(32)), b"\x42" * 32, 1, f.tag(data), sender, room, 1644387225019)
    assert f.tag(data).hex() == "a9a69f1d2fe6f37984190c093ecb8a10d647093db735fb7ba926bfdccff4c2bf"
    assert encode_aad(f.tag(data)).hex() == "23002020" + f.tag(data).hex()
    assert made.server_frank.hex() == "395d272f8a11846200e6c5cece361210556ac6981b2f6462c29ad92bbcba8609"
    assert made.signature.hex() == (
        "2cfe7b93f80d3a68f7514a785bfbf7725331b05a625e336c7166aa6de6103394"
        "375ce26806f6aa60dc1abaa193e270ceab095d152a040b4ae65ff63a76518b0e"
    )


def test_own_vectors() -> None:
    for v in json.loads((ROOT / "spec" / "vectors" / "franking.json").read_text())["vectors"]:
        data, key, private = (bytes.fromhex(v[name]) for name in ("content", "period_key", "franking_private"))
        made = f.frank(key, private, v["cipher_suite"], f.tag(data), v["sender_uri"], v["room_uri"], v["ts_ms"])
        assert f.tag(data).hex() == v["tag"]
        assert encode_aad(f.tag(data)).hex() == v["aad"]
        assert made.server_frank.hex() == v["server_frank"]
        assert made.signature.hex() == v["signature"]
        public = signature_public_key(SUITE, private)
        names = (v["sender_uri"], v["room_uri"], v["ts_ms"])
        shown = f.accept(data, *names, f.tag(data), made, public, v["cipher_suite"])
        assert shown.message_id.hex() == v["message_id"]


def test_a_genuine_message_is_shown() -> None:
    w = make_world()
    shown = f.accept(w.data, w.alice, w.room, TS, w.tag, w.frank(), w.hub_public)
    assert shown.data == w.data and shown.content.sender_uri == w.alice
    f.verify_frank_mac(w.period_key, w.tag, w.alice, w.room, TS, w.frank().server_frank)


def flip(data: bytes, bit: int) -> bytes:
    """The same bytes with one bit turned."""
    changed = bytearray(data)
    changed[bit // 8 % len(data)] ^= 1 << bit % 8
    return bytes(changed)


def test_every_flipped_bit_of_the_content_hides_the_message() -> None:
    w = make_world()
    made = w.frank()
    for bit in range(len(w.data) * 8):
        with pytest.raises(e.MessageError):
            f.accept(flip(w.data, bit), w.alice, w.room, TS, w.tag, made, w.hub_public)


def test_every_flipped_bit_of_tag_frank_and_signature_hides_the_message() -> None:
    w = make_world()
    made = w.frank()
    for bit in range(256):
        with pytest.raises(e.TagMismatch):
            f.accept(w.data, w.alice, w.room, TS, flip(w.tag, bit), made, w.hub_public)
        with pytest.raises(e.BadFrankSignature):
            bad = replace(made, server_frank=flip(made.server_frank, bit))
            f.accept(w.data, w.alice, w.room, TS, w.tag, bad, w.hub_public)
    for bit in range(512):
        with pytest.raises(e.BadFrankSignature):
            bad = replace(made, signature=flip(made.signature, bit))
            f.accept(w.data, w.alice, w.room, TS, w.tag, bad, w.hub_public)


def accepts(w: World, **change: object) -> None:
    values: dict[str, object] = {
        "data": w.data,
        "sender_uri": w.alice,
        "room_uri": w.room,
        "ts_ms": TS,
        "tag": w.tag,
        "frank": w.frank(),
        "franking_public_key": w.hub_public,
    } | change
    accept: Callable[..., f.Franked] = f.accept
    accept(**values)


CASES: list[tuple[str, Callable[[World], dict[str, object]], type[e.MessageError]]] = [
    ("another time", lambda w: {"ts_ms": TS + 1}, e.BadFrankSignature),
    ("replayed into another room", lambda w: {"room_uri": w.other_room}, e.WrongRoom),
    ("replayed by another sender", lambda w: {"sender_uri": w.bob}, e.WrongSender),
    ("no frank", lambda w: {"frank": None}, e.MissingFrank),
    ("frank for another suite", lambda w: {"frank": replace(w.frank(), suite_id=3)}, e.WrongFrankSuite),
    ("short frank", lambda w: {"frank": replace(w.frank(), server_frank=bytes(31))}, e.BadFrankLength),
    ("frank of another message", lambda w: {"frank": w.frank(TS + 5)}, e.BadFrankSignature),
    ("franking key of another epoch", lambda w: {"franking_public_key": make_world(9).hub_public}, e.BadFrankSignature),
    ("franking key of 31 bytes", lambda w: {"franking_public_key": bytes(31)}, e.BadFrankSignature),
    ("tag of another message", lambda w: {"tag": make_world(9).tag}, e.TagMismatch),
    ("trailing byte", lambda w: {"data": w.data + b"\0"}, e.TrailingBytes),
]


@pytest.mark.parametrize(("what", "change", "error"), CASES, ids=[case[0] for case in CASES])
def test_a_message_that_is_not_proven_is_hidden(
    what: str, change: Callable[[World], dict[str, object]], error: type[e.MessageError]
) -> None:
    w = make_world()
    with pytest.raises(error):
        accepts(w, **change(w))


def test_content_without_sender_or_room_is_hidden() -> None:
    w = make_world()
    content = MimiContent.decode(w.data)
    for missing, error in ((1, e.WrongSender), (2, e.WrongRoom)):
        data = replace(content, extensions={k: v for k, v in content.extensions.items() if k != missing}).encode()
        with pytest.raises(error):
            accepts(w, data=data)


def test_franking_key_may_rotate_between_messages() -> None:
    w, later = make_world(), make_world(9)
    accepts(w)
    rotated = f.frank(w.period_key, later.hub_private, 1, w.tag, w.alice, w.room, TS)
    accepts(w, frank=rotated, franking_public_key=later.hub_public)
    with pytest.raises(e.BadFrankSignature):
        accepts(w, frank=rotated)


@pytest.mark.parametrize(
    "change", [{"tag": bytes(32)}, {"sender_uri": "x"}, {"room_uri": "x"}, {"ts_ms": TS + 1}, {"server_frank": b""}]
)
def test_hub_disowns_what_it_did_not_frank(change: dict[str, object]) -> None:
    w = make_world()
    values = {"tag": w.tag, "sender_uri": w.alice, "room_uri": w.room, "ts_ms": TS}
    verify: Callable[..., None] = f.verify_frank_mac
    with pytest.raises(e.FrankMismatch):
        verify(w.period_key, **(values | {"server_frank": w.frank().server_frank} | change))
    with pytest.raises(e.FrankMismatch):
        f.verify_frank_mac(bytes(32), w.tag, w.alice, w.room, TS, w.frank().server_frank)


def test_no_other_split_of_what_the_hub_franked_is_its_frank() -> None:
    """The last byte of a tag could be the length of another sender's name."""
    w = make_world()
    other = vec(w.alice.encode()).decode()
    tag = bytes(31) + bytes([len(other)])
    assert tag + f.context(w.alice, w.room, TS) == tag[:31] + f.context(other, w.room, TS)
    frank = f.frank(w.period_key, w.hub_private, SUITE.id, tag, w.alice, w.room, TS)
    with pytest.raises(e.FrankMismatch, match="32 bytes, got 31"):
        f.verify_frank_mac(w.period_key, tag[:31], other, w.room, TS, frank.server_frank)


def test_aad_carries_exactly_one_tag() -> None:
    item = ComponentData(FRANK_AAD, bytes(32))
    assert tag_of(encode_aad(b"\x07" * 32)) == b"\x07" * 32
    assert tag_of(SafeAAD((item, ComponentData(0x8001, b"x"))).encode()) == bytes(32)
    for aad, error in (
        (SafeAAD().encode(), e.MissingTag),
        (SafeAAD((ComponentData(0x21, bytes(32)),)).encode(), e.MissingTag),
        (SafeAAD((item, item)).encode(), e.BadAad),
        (encode_aad(bytes(32)) + b"\0", e.BadAad),
        (b"", e.BadAad),
        (SafeAAD((ComponentData(FRANK_AAD, bytes(31)),)).encode(), e.BadTagLength),
    ):
        with pytest.raises(error):
            tag_of(aad)
    with pytest.raises(e.BadTagLength):
        encode_aad(bytes(33))
    with pytest.raises(e.BadTagLength):
        f.frank(bytes(32), bytes(32), 1, bytes(31), "s", "r", 1)


def test_equal_words_have_unequal_tags() -> None:
    rnd = seeded(4)
    author = Author("mimi://hub.example/u/a", "mimi://hub.example/r/b")
    assert f.tag(text(author, "same", random=rnd).encode()) != f.tag(text(author, "same", random=rnd).encode())
