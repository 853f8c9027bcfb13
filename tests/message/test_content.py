# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""mimiContent: the published examples, the limits, the builders, and any bytes at all."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privity.message import cbor, compose, receipts
from privity.message import content as c
from privity.message import errors as e
from privity.message.message_id import message_id
from tests.message.world import make_world, seeded

SHARED = Path(os.environ.get("PRIVITY_SHARED", Path(__file__).resolve().parents[3] / "shared")) / "vectors" / "mimi"
EXAMPLES = sorted(p for p in SHARED.glob("*.cbor") if p.stem != "implied-original")
AUTHOR = compose.Author("mimi://hub.example/u/alice", "mimi://hub.example/r/room")
ID = b"\x01" + bytes(31)
BASE = [bytes(16), None, b"", None, None, {1: AUTHOR.user_uri, 2: AUTHOR.room_uri}, [1, "", 1, "text/plain", b"hi"]]


@pytest.mark.skipif(not EXAMPLES, reason="the MIMI content examples (vectors/mimi) are not here")
def test_published_examples_decode_and_encode_to_the_same_bytes() -> None:
    for path in EXAMPLES:
        assert c.MimiContent.decode(path.read_bytes()).encode() == path.read_bytes(), path.name


@pytest.mark.skipif(not EXAMPLES, reason="the MIMI content examples (vectors/mimi) are not here")
def test_published_message_id_comes_out() -> None:
    found = message_id((SHARED / "original.cbor").read_bytes()).hex()
    assert found == "017ce54837404c3696e0c747b985cb172716d0ed0a3d249ca63ace7d82a096f4"


@pytest.mark.skipif(not EXAMPLES, reason="the MIMI content examples (vectors/mimi) are not here")
def test_part_indices_count_depth_first() -> None:
    parts = dict(c.walk(c.MimiContent.decode((SHARED / "multipart-3.cbor").read_bytes()).part))
    gif, png = parts[5], parts[10]
    assert isinstance(gif, c.SinglePart) and gif.content_type == "image/gif"
    assert isinstance(png, c.SinglePart) and png.content_type == "image/png"


def broken(index: int, value: object) -> bytes:
    """A good message in which one element was replaced."""
    return cbor.encode([value if at == index else item for at, item in enumerate(BASE)])


def nested(depth: int) -> list[object]:
    part: list[object] = [1, "", 0]
    for _ in range(depth):
        part = [1, "", 3, 0, [part, [1, "", 0]]]
    return part


REFUSED = [
    (broken(0, bytes(15)), e.BadSalt),
    (broken(0, bytes(17)), e.BadSalt),
    (broken(0, "x" * 16), e.WrongShape),
    (broken(1, bytes(32)), e.BadMessageId),
    (broken(1, b"\x01" + bytes(30)), e.BadMessageId),
    (broken(2, bytes(4097)), e.WrongShape),
    (broken(3, [True, c.YEAR_S + 1]), e.BadExpiry),
    (broken(3, [1, 1]), e.BadExpiry),
    (broken(3, [False, 1 << 32]), e.BadExpiry),
    (broken(5, {1: 7}), e.BadExtension),
    (broken(5, {"": 7}), e.BadExtension),
    (broken(5, {9: [[[[[0]]]]]}), e.BadExtension),
    (broken(6, [256, "", 0]), e.BadPart),
    (broken(6, [1, "", 4]), e.BadPart),
    (broken(6, [1, "", 0, 0]), e.WrongShape),
    (broken(6, [1, "", 3, 0, [[1, "", 0]]]), e.BadPart),
    (broken(6, [1, "", 3, 3, [[1, "", 0], [1, "", 0]]]), e.BadPart),
    (broken(6, nested(4)), e.TooManyParts),
    (broken(6, [1, "", 3, 0, [[1, "", 0]] * 1024]), e.TooManyParts),
    (cbor.encode(BASE[:6]), e.WrongShape),
    (broken(6, [1, "", 1, "text/plain", bytes(1 << 16)]), e.TooLong),
]


@pytest.mark.parametrize(("data", "error"), REFUSED)
def test_each_broken_element_has_its_error(data: bytes, error: type[e.MessageError]) -> None:
    with pytest.raises(error):
        c.MimiContent.decode(data)


def test_unknown_extensions_and_dispositions_are_kept() -> None:
    data = cbor.encode([*BASE[:5], {1: "a", 2: "b", 77: [1, {"x": b"y"}], "z": 1}, [200, "", 0]])
    found = c.MimiContent.decode(data)
    assert found.extensions[77] == [1, {"x": b"y"}] and found.part.disposition == 200
    assert found.encode() == data


def test_a_message_that_nobody_would_accept_is_not_made() -> None:
    good = compose.text(AUTHOR, "hi", random=seeded(1))
    with pytest.raises(e.UsageError):
        replace(good, salt=bytes(15)).encode()


def test_every_builder_makes_a_message_that_decodes() -> None:
    rnd = seeded(2)
    first = compose.text(AUTHOR, "hi", random=rnd)
    first_id = message_id(first.encode())
    made = [
        first,
        compose.reply(AUTHOR, "yes", first_id, random=rnd),
        compose.reaction(AUTHOR, "\u2764", first_id, random=rnd),
        compose.unlike(AUTHOR, ID, first_id, random=rnd),
        compose.edit(AUTHOR, first_id, first, c.SinglePart(compose.PLAIN, b"ho"), random=rnd),
        compose.delete(AUTHOR, first_id, random=rnd),
        compose.expiring(AUTHOR, "soon gone", c.Expiry(True, 60), random=rnd),
        receipts.compose(AUTHOR, (receipts.Receipt(first_id, receipts.Status.READ),), random=rnd),
    ]
    for message in made:
        assert c.MimiContent.decode(message.encode()) == message
    assert len({message.salt for message in made}) == len(made)
    assert receipts.receipts_in(made[-1]) == (receipts.Receipt(first_id, receipts.Status.READ),)
    assert receipts.receipts_in(first) is None


def test_salts_of_many_messages_never_repeat() -> None:
    salts = {compose.text(AUTHOR, "same words", random=os.urandom).salt for _ in range(2000)}
    assert len(salts) == 2000


@pytest.mark.parametrize("value", [[], [[ID, 7]], [[ID]], [[bytes(32), 1]], [[ID, True]], {}])
def test_a_broken_receipt_is_refused(value: object) -> None:
    with pytest.raises(e.BadReceipt):
        receipts.decode(cbor.encode(value))


@given(st.binary(max_size=200))
def test_decode_is_total_on_any_bytes(data: bytes) -> None:
    check_total(data)


@given(st.integers(0, 400), st.integers(0, 255))
def test_decode_is_total_and_canonical_near_a_real_message(at: int, byte: int) -> None:
    data = bytearray(make_world().data)
    data[at % len(data)] = byte
    check_total(bytes(data))


def check_total(data: bytes) -> None:
    try:
        found = c.MimiContent.decode(data)
    except (e.CborError, e.ContentError):
        return
    assert found.encode() == data
