# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Whatever a witness answers, nothing is taken for a cosignature that is none, and each way to fail has its name."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence

import aiohttp
import pytest
from aiohttp import web

from privity.cosigners.asking import Witness
from privity.cosigners.at import WitnessAt, check_distinct, witness_at
from privity.cosigners.errors import (
    BadWitness,
    CosignerError,
    PlainWitness,
    WitnessAhead,
    WitnessError,
    WitnessMisbehaved,
    WitnessRefused,
    WitnessUnreachable,
)
from privity.tlog.add_checkpoint import SIZE_TYPE, AddCheckpoint
from privity.tlog.checkpoint import Checkpoint, sign_checkpoint
from privity.tlog.cosignature import cosign
from privity.tlog.note import MAX_NOTE
from privity.tlog.verifier_key import KeyKind, VerifierKey
from tests.cosigners.double import NOW_S, PRIVATE, Double, double

LOG = b"l" * 32
NAME = "teapots.example/log"
KEY = VerifierKey.of(NAME, KeyKind.ED25519, LOG)
NOTE = sign_checkpoint(LOG, Checkpoint(NAME, 7, b"r" * 32))


async def no_proof(old: int) -> Sequence[bytes]:
    return []


@pytest.fixture
async def other() -> AsyncIterator[Double]:
    async with double() as made:
        yield made


@pytest.fixture
async def asked(other: Double) -> AsyncIterator[Witness]:
    async with aiohttp.ClientSession() as http:
        yield Witness(http, other.at())


async def test_what_it_gives_is_verified_and_asked_for_from_where_it_stands(other: Double, asked: Witness) -> None:
    assert await asked.newest(KEY) is None
    time_s, signature = await asked.cosign(NOTE, 7, no_proof)
    assert (time_s, signature.name) == (NOW_S, other.name)
    assert [request.old_size for request in other.asked] == [0]
    assert await asked.newest(KEY) == (Checkpoint.decode(NOTE.text), NOTE.encode())


LIES: dict[str, Callable[[], bytes]] = {
    "of another text": lambda: cosign(PRIVATE, "double.example", b"teapots.example/log\n8\nx\n", NOW_S).line(),
    "of another key": lambda: cosign(b"x" * 32, "double.example", NOTE.text, NOW_S).line(),
    "of another name": lambda: cosign(PRIVATE, "single.example", NOTE.text, NOW_S).line(),
    "of nothing": lambda: b"",
    "rubbish": lambda: b"\xff\xfe",
    "too much": lambda: b"x" * (MAX_NOTE + 1),
}


@pytest.mark.parametrize("lie", sorted(LIES))
async def test_a_forged_cosignature_is_refused(other: Double, asked: Witness, lie: str) -> None:
    other.instead = lambda request: web.Response(body=LIES[lie]())
    with pytest.raises(WitnessMisbehaved):
        await asked.cosign(NOTE, 7, no_proof)


def ahead(size: bytes) -> Callable[[AddCheckpoint], web.Response]:
    return lambda request: web.Response(status=409, body=size, headers={"Content-Type": SIZE_TYPE})


async def test_each_refusal_has_its_name(other: Double, asked: Witness) -> None:
    other.instead = lambda request: web.Response(status=422)
    with pytest.raises(WitnessRefused, match="422"):
        await asked.cosign(NOTE, 7, no_proof)
    for size, error in ((b"8\n", WitnessAhead), (b"6\n", WitnessMisbehaved), (b"a lot", WitnessMisbehaved)):
        other.instead = ahead(size)
        with pytest.raises(error):
            await asked.cosign(NOTE, 7, no_proof)
    other.newest = sign_checkpoint(b"m" * 32, Checkpoint(NAME, 9, b"q" * 32)).encode()
    with pytest.raises(WitnessMisbehaved, match="not one of this log"):
        await asked.newest(KEY)


async def test_one_that_is_away_is_unreachable(other: Double) -> None:
    async with aiohttp.ClientSession() as http:
        away = Witness(http, WitnessAt(other.key, False, "http://127.0.0.1:1"))
        with pytest.raises(WitnessUnreachable):
            await away.cosign(NOTE, 7, no_proof)
        with pytest.raises(WitnessError):
            await away.newest(KEY)


def test_a_configuration_names_a_witness_or_what_is_wrong() -> None:
    other_key = Double().key
    line = other_key.encode()
    assert witness_at(line, "https://w.example/", audits=True) == WitnessAt(other_key, True, "https://w.example")
    for key, url, error in (
        ("nothing", "https://w.example", BadWitness),
        (KEY.encode(), "https://w.example", BadWitness),
        (line, "w.example", BadWitness),
        (line, "https://w.example/path", BadWitness),
        (line, "http://w.example", PlainWitness),
    ):
        with pytest.raises(error):
            witness_at(key, url, audits=False)
        assert issubclass(error, CosignerError)
    one, renamed = Double(), Double(name="other.example")
    for pair in ((one, one), (one, renamed), (one, Double(private=b"z" * 32))):
        with pytest.raises(BadWitness, match="occurs twice"):
            check_distinct([each.at() for each in pair])
    check_distinct([one.at(), Double("other.example", b"z" * 32).at()])
