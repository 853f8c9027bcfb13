# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Properties: whatever arrives, there is exactly one recorded finding, and nothing but the genuine verifies."""

from __future__ import annotations

import asyncio
import random as seeded
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from privity.desk.db.database import open_database
from privity.desk.intake.findings import ReportFinding, findings
from privity.desk.intake.key_log import KeyLog
from privity.desk.keys import DeskKeys
from privity.desk.main import now_ms
from privity.message import sealed_report
from privity.message.franking import Frank
from privity.message.report import AbuseReport, Authorship, Reason, ReportedMessage
from privity.mls.crypto import SigningKey
from privity.mls.suites import suite
from privity.wire.staff import FrankOutcome
from tests.desk.fake_hub import HOST, FakeHub
from tests.desk.running import intake_of
from tests.desk.world import World
from tests.desk.yes_hub import YesHub
from tests.keylog.memory_log import MemoryLog

INTAKE = b"\x05" * 32
INTAKE_PUBLIC = X25519PrivateKey.from_private_bytes(INTAKE).public_key().public_bytes_raw()
SOME = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


class Recorder:
    """A desk in memory that is given one report at a time."""

    def __init__(self, path: Path) -> None:
        self.hub = YesHub()
        keys = DeskKeys(INTAKE, SigningKey(suite(1), b"\x06" * 32), b"\x07" * 32, b"\x08" * 32)
        self.db = open_database(path, keys)
        self.db.execute("PRAGMA synchronous = OFF")
        self.intake = intake_of(self.db, self.hub, keys, KeyLog(self.db, MemoryLog(HOST).keys, now_ms))

    def finding(self, reporter_uri: str, sealed: bytes) -> ReportFinding:
        self.hub.relay(reporter_uri, sealed)
        number = len(self.hub.queue)
        assert asyncio.run(self.intake.step()) == 1
        (found,) = findings(self.db, number - 1).reports
        return found


@pytest.fixture
def recorder(tmp_path: Path) -> Iterator[Recorder]:
    recorder = Recorder(tmp_path / "desk.db")
    yield recorder
    recorder.db.close()


def sealed_plaintext(body: bytes) -> bytes:
    """Any bytes, sealed and padded as a report would be."""
    header = bytes([sealed_report.VERSION]) + sealed_report.key_id(INTAKE_PUBLIC)
    padded = len(body).to_bytes(4, "big") + body
    padded += bytes(-len(padded) % sealed_report.PADDING)
    hpke = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_128_GCM)
    public = X25519PrivateKey.from_private_bytes(INTAKE).public_key()
    return header + hpke.encrypt(padded, public, sealed_report.INFO + header)


@pytest.fixture
def people() -> World:
    return World(FakeHub(b""), INTAKE_PUBLIC)


@SOME
@given(sealed=st.binary(max_size=400))
def test_any_bytes_give_a_finding(recorder: Recorder, people: World, sealed: bytes) -> None:
    found = recorder.finding(people.bob.user_uri, sealed)
    assert (found.state.value, found.level) == ("cannot_open", 0)


@SOME
@given(tail=st.binary(max_size=200))
def test_any_bytes_under_a_genuine_header_give_a_finding(recorder: Recorder, people: World, tail: bytes) -> None:
    header = bytes([sealed_report.VERSION]) + sealed_report.key_id(INTAKE_PUBLIC)
    found = recorder.finding(people.bob.user_uri, header + tail)
    assert (found.state.value, found.level) == ("cannot_open", 0)


@SOME
@given(body=st.binary(max_size=300))
def test_any_sealed_plaintext_gives_a_finding(recorder: Recorder, people: World, body: bytes) -> None:
    found = recorder.finding(people.bob.user_uri, sealed_plaintext(body))
    assert (found.state.value, found.level) == ("malformed", 0)


@SOME
@given(at=st.integers(0, 1 << 16), bit=st.integers(0, 7))
def test_a_flipped_bit_inside_a_report_gives_a_finding(recorder: Recorder, people: World, at: int, bit: int) -> None:
    """The hub says yes to everything here: no flip may reach level 2, unless it is outside of what is proven."""
    report = people.report(people.sent())
    recorder.hub.log = people.hub.log
    body = bytearray(report.encode())
    body[at % len(body)] ^= 1 << bit
    found = recorder.finding(people.bob.user_uri, sealed_plaintext(bytes(body)))
    assert found.state.value in ("assessed", "malformed")
    for message in found.messages:
        if message.outcome.value == "VERIFIED_AUTHORSHIP":
            changed = AbuseReport.decode(bytes(body)).messages[0]
            assert (changed.data, changed.authorship) == (report.messages[0].data, report.messages[0].authorship)


proofs = st.builds(
    Authorship,
    epoch=st.integers(0, (1 << 53) - 1),
    leaf_index=st.integers(0, (1 << 32) - 1),
    aad=st.binary(max_size=60),
    signature=st.binary(max_size=80),
    group_context=st.binary(max_size=80),
    leaf_node=st.binary(max_size=80),
    device_list=st.binary(max_size=80),
)
messages = st.builds(
    ReportedMessage,
    data=st.binary(max_size=80),
    frank=st.builds(Frank, st.binary(max_size=64), st.integers(0, 0xFFFF), st.binary(max_size=80)),
    ts_ms=st.integers(0, (1 << 53) - 1),
    authorship=st.none() | proofs,
    attachments=st.dictionaries(st.integers(0, 1024), st.binary(max_size=20), max_size=3),
)


@SOME
@given(
    hostile=st.lists(messages, min_size=1, max_size=4),
    proof=proofs,
    outcome=st.sampled_from(FrankOutcome),
    listed=st.booleans(),
    note=st.text(max_size=50),
)
def test_any_report_gives_a_finding(
    recorder: Recorder,
    people: World,
    hostile: list[ReportedMessage],
    proof: Authorship,
    outcome: FrankOutcome,
    listed: bool,
    note: str,
) -> None:
    """Readable reports full of nonsense, one genuine content with a nonsense proof among them."""
    recorder.hub.outcome = outcome
    recorder.hub.log = people.hub.log if listed else None
    genuine = replace(people.sent(proof=False), authorship=proof)
    report = people.report(*hostile, genuine, note=note, reason=Reason.OTHER)
    found = recorder.finding(people.bob.user_uri, sealed_report.seal(INTAKE_PUBLIC, report))
    assert found.state.value == "assessed"
    assert [message.outcome.value for message in found.messages[:-1]] == ["MALFORMED"] * len(hostile)
    assert found.messages[-1].level == (1 if outcome is FrankOutcome.VERIFIED else 0)
    assert found.level == 0


async def test_of_many_tampered_reports_none_verifies_and_of_the_genuine_all(world: World, tmp_path: Path) -> None:
    """400 reports with one thing broken, and 100 genuine ones, in one queue."""
    dice = seeded.Random(11)
    recorder = Recorder(tmp_path / "desk.db")
    recorder.hub.decide = world.hub.decide
    recorder.hub.log = world.hub.log
    for number in range(500):
        sent = world.sent()
        broken = sent if number % 5 == 0 else _tampered(sent, dice)
        recorder.hub.relay(world.bob.user_uri, sealed_report.seal(INTAKE_PUBLIC, world.report(broken)))
    assert await recorder.intake.step() == 500
    levels = [found.level for found in findings(recorder.db).reports]
    recorder.db.close()
    assert levels[::5] == [2] * 100
    assert sum(levels) == 200


def _tampered(sent: ReportedMessage, dice: seeded.Random) -> ReportedMessage:
    kind = dice.randrange(4)
    if kind == 0:
        return replace(sent, data=_flipped(sent.data, dice))
    if kind == 1:
        return replace(sent, frank=replace(sent.frank, server_frank=_flipped(sent.frank.server_frank, dice)))
    if kind == 2:
        return replace(sent, ts_ms=sent.ts_ms + dice.choice((-86_400_000, -1, 1, 3_600_000)))
    return replace(sent, frank=replace(sent.frank, signature=_flipped(sent.frank.signature, dice)))


def _flipped(data: bytes, dice: seeded.Random) -> bytes:
    changed = bytearray(data)
    changed[dice.randrange(len(changed))] ^= 1 << dice.randrange(8)
    return bytes(changed)
