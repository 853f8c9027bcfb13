# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Consent entries: one encoding, one meaning, the signature of a device of the person; and what codes prove."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from privity.identity.consent import (
    CODE_BYTES,
    MAX_TIME_MS,
    MAX_VALUE,
    ConsentEntry,
    Op,
    check_code_proof,
    code_hash,
    code_proof,
    decode_entry,
    shown_code,
    typed_code,
)
from privity.identity.device_list import Device, DeviceList
from privity.identity.errors import BadCode, ConsentNotSigned, MalformedConsent, UsageError, WrongCodeProof
from privity.identity.uris import new_client_uri, new_room_uri, new_user_uri
from privity.message import cbor
from privity.mls.codec import vec
from privity.mls.crypto import SigningKey, generate_signature_key
from privity.mls.suites import suite

VECTORS = json.loads((Path(__file__).resolve().parents[2] / "spec" / "vectors" / "consent.json").read_text())
FLIPS = int(os.environ.get("PRIVITY_PROVE_CONSENT_FLIPS", "20000"))
RND = random.Random(5).randbytes
USER, OTHER, WARD = (new_user_uri("hub.example", RND) for _ in range(3))
ROOM = new_room_uri("hub.example", RND)
CLIENT = new_client_uri(USER, RND)
PRIVATE, PUBLIC = generate_signature_key(suite(1), RND)
KEY = SigningKey(suite(1), PRIVATE)
CODE = RND(CODE_BYTES)
LIST = DeviceList.sign(USER, (Device(CLIENT, PUBLIC, 1),), RND(32), recovery_private=RND(32))
PROOF = code_proof(CODE, Op.MEET, USER, OTHER)


def entry(op: Op = Op.REQUEST, other: str = OTHER, **more: object) -> ConsentEntry:
    plain = ConsentEntry(Op.REQUEST, USER, OTHER, "", "", b"", 1_800_000_000_000, CLIENT)
    return replace(plain, op=op, other=other, **more)  # type: ignore[arg-type]  # test shorthand


GOOD = (
    entry(),
    entry(other="ann_a"),
    entry(room_uri=ROOM),
    entry(Op.GRANT),
    entry(Op.GRANT, room_uri=ROOM),
    entry(Op.MEET, proof=PROOF),
    entry(Op.VOUCH, ward_uri=WARD),
    entry(Op.GUARD, proof=PROOF),
    entry(at_ms=0),
    entry(at_ms=MAX_TIME_MS),
)


def test_own_vectors() -> None:
    for vector in VECTORS["entries"]:
        found = decode_entry(bytes.fromhex(vector["value"]))
        assert found.content.hex() == vector["content"]
        listed = DeviceList.decode(bytes.fromhex(vector["device_list"]))
        said = found.check([listed])
        assert (said.op, said.user_uri, said.other, said.room_uri, said.ward_uri, said.at_ms, said.client_uri) == (
            Op(vector["op"]),
            vector["user"],
            vector["other"],
            vector["room"],
            vector["ward"],
            vector["at_ms"],
            vector["client"],
        )
        assert said.proof.hex() == vector["proof"]
        if vector["code"] is not None:
            check_code_proof(said, bytes.fromhex(vector["code"]))
    for vector in VECTORS["codes"]:
        code = bytes.fromhex(vector["code"])
        assert (shown_code(code), code_hash(code).hex()) == (vector["shown"], vector["hash"])
    for vector in VECTORS["refused"]:
        with pytest.raises((MalformedConsent, ConsentNotSigned)) as caught:
            listed = DeviceList.decode(bytes.fromhex(vector["device_list"]))
            decode_entry(bytes.fromhex(vector["value"])).check([listed])
        assert type(caught.value).__name__ == vector["error"], vector["why"]


@pytest.mark.parametrize("said", GOOD, ids=lambda said: f"{said.op.name} {said.other[:8]} {said.room_uri[-4:]}")
def test_what_was_signed_is_read_as_it_was_meant(said: ConsentEntry) -> None:
    value = said.sign(KEY)
    assert len(value) <= MAX_VALUE and decode_entry(value).check([LIST]) == said
    assert decode_entry(value).claimed.content() == decode_entry(value).content, "one encoding"


WRONG: dict[str, Callable[[], ConsentEntry]] = {
    "a device of somebody else": lambda: entry(client_uri=new_client_uri(OTHER, RND)),
    "no device": lambda: entry(client_uri="mimi://hub.example/d/x"),
    "no person": lambda: replace(entry(), user_uri="ann"),
    "a handle that is agreed to": lambda: entry(Op.GRANT, "ann_a"),
    "a handle that is invited": lambda: entry(other="ann_a", room_uri=ROOM),
    "no handle": lambda: entry(other="Ann A"),
    "no room": lambda: entry(room_uri="mimi://hub.example/r/x"),
    "a meeting in a room": lambda: entry(Op.MEET, room_uri=ROOM, proof=PROOF),
    "a vouch without a ward": lambda: entry(Op.VOUCH),
    "a ward of a grant": lambda: entry(Op.GRANT, ward_uri=WARD),
    "no ward": lambda: entry(Op.VOUCH, ward_uri="kid"),
    "a meeting without a proof": lambda: entry(Op.MEET),
    "a short proof": lambda: entry(Op.GUARD, proof=PROOF[1:]),
    "a proof of a request": lambda: entry(proof=PROOF),
    "before 1970": lambda: entry(at_ms=-1),
    "beyond what everybody counts": lambda: entry(at_ms=MAX_TIME_MS + 1),
    "oneself": lambda: entry(other=USER),
    "one's own ward": lambda: entry(Op.VOUCH, ward_uri=USER),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_means_nothing_cannot_be_said(wrong: str) -> None:
    with pytest.raises(MalformedConsent):
        WRONG[wrong]()


NAMES = ("op", "user", "other", "room", "ward", "proof", "at_ms", "client")


def fields(**changed: object) -> bytes:
    """An entry as it travels, with fields that nobody would sign."""
    content = cbor.decode(entry().content(), max_bytes=MAX_VALUE, max_depth=1)
    assert isinstance(content, list)
    said = dict(zip(NAMES, content, strict=True)) | changed
    return vec(cbor.encode(list(said.values()))) + vec(bytes(64))


def test_bytes_that_are_no_entry_are_refused_by_name() -> None:
    whole = entry().sign(KEY)
    bad = [whole[:at] for at in range(len(whole))]
    bad += [whole + b"\0", vec(b"") + vec(b""), vec(b"\xff") + vec(bytes(64))]
    bad += [bytes(MAX_VALUE + 1), vec(bytes(2000))]
    bad += [fields(op=value) for value in (0, 6, -1, True, "1", b"\1", 1 << 50)]
    bad += [
        fields(**{name: value}) for name in ("user", "other", "room", "ward", "client") for value in (b"x", 1, None)
    ]
    bad += [fields(proof="x"), fields(at_ms=True), fields(at_ms="1"), fields(at_ms=-1), fields(extra=1)]
    bad.append(vec(cbor.encode([1])) + vec(bytes(64)))
    for value in bad:
        with pytest.raises(MalformedConsent):
            decode_entry(value)


def test_only_a_device_of_the_person_signs() -> None:
    thief, _ = generate_signature_key(suite(1), RND)
    for value, lists in (
        (entry().sign(SigningKey(suite(1), thief)), [LIST]),
        (entry().sign(KEY), []),
        (entry(client_uri=new_client_uri(USER, RND)).sign(KEY), [LIST]),
    ):
        with pytest.raises(ConsentNotSigned):
            decode_entry(value).check(lists)
    theirs = DeviceList.sign(OTHER, (Device(new_client_uri(OTHER, RND), PUBLIC, 1),), RND(32), recovery_private=RND(32))
    with pytest.raises(UsageError):
        decode_entry(entry().sign(KEY)).check([theirs])


def test_a_device_that_was_dropped_since_has_said_what_it_said() -> None:
    value = entry().sign(KEY)
    assert decode_entry(value).check([], [(CLIENT, RND(32)), (CLIENT, PUBLIC)]) == entry()
    for former in ([(CLIENT, RND(32))], [(new_client_uri(USER, RND), PUBLIC)]):
        with pytest.raises(ConsentNotSigned):
            decode_entry(value).check([], former)


def flip(rounds: int) -> None:
    rnd = random.Random(rounds)
    values = [said.sign(KEY) for said in GOOD]
    for number in range(rounds):
        bent = bytearray(values[number % len(values)])
        bent[rnd.randrange(len(bent))] ^= 1 << rnd.randrange(8)
        with pytest.raises((MalformedConsent, ConsentNotSigned)):
            decode_entry(bytes(bent)).check([LIST])


def test_no_flipped_bit_is_read() -> None:
    flip(500)


@pytest.mark.prove
def test_no_flipped_bit_is_read_at_length() -> None:
    flip(FLIPS)


def test_a_proof_is_of_one_code_for_one_purpose_by_one_person_to_one_maker() -> None:
    check_code_proof(entry(Op.MEET, proof=PROOF), CODE)
    for said, code in (
        (entry(Op.MEET, proof=PROOF), RND(CODE_BYTES)),
        (entry(Op.GUARD, proof=PROOF), CODE),
        (entry(Op.MEET, WARD, proof=PROOF), CODE),
        (entry(Op.MEET, proof=code_proof(CODE, Op.MEET, OTHER, USER)), CODE),
        (entry(Op.MEET, proof=bytes(32)), CODE),
    ):
        with pytest.raises(WrongCodeProof):
            check_code_proof(said, code)


def test_codes_are_typed_as_they_are_shown_or_refused() -> None:
    for _ in range(50):
        code = RND(CODE_BYTES)
        shown = shown_code(code)
        assert typed_code(shown) == typed_code(shown.upper()) == typed_code(shown.replace("-", " ")) == code
    wrong = ("", "aaaa-aaaa-aaaa-aaa", "aaaa-aaaa-aaaa-aaaaa", "aaaa-aaaa-aaaa-aaa1", "ä" * 16, "a" * 10_000, "\0" * 16)
    for text in wrong:
        with pytest.raises(BadCode):
            typed_code(text)
    for call in (shown_code, code_hash, lambda code: code_proof(code, Op.MEET, USER, OTHER)):
        with pytest.raises(UsageError):
            call(bytes(9))
