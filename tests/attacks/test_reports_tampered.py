# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Promise 3: a forged report is never accepted and a genuine one always is; neither by the checks alone, nor by the
desk that opens, records and gathers it.

PRIVITY_PROVE_REPORTS lowers or raises the full count of `make prove`.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from privity.desk.db.database import open_database
from privity.desk.intake.key_log import KeyLog
from privity.identity.uris import new_room_uri, new_user_uri
from privity.message import sealed_report
from privity.message.franking import Frank
from privity.message.report import AbuseReport, ReportedMessage
from privity.message.verify_report import Outcome, Question, verify_report
from privity.wire.staff import RELAYED, FrankOutcome, FrankQuestion, RelayedReport
from tests.desk.fresh_keys import fresh_keys
from tests.desk.running import intake_of
from tests.desk.yes_hub import YesHub
from tests.message.world import TS, World, make_world

QUICK = 2_000
COUNT = int(os.environ.get("PRIVITY_PROVE_REPORTS", 1_000_000))
A_DESK = 50_000
"""Reports of one desk in the full count: its database is kept while the test runs."""
PROVEN = (Outcome.VERIFIED, Outcome.VERIFIED_AUTHORSHIP)


def flip(rng: random.Random, data: bytes) -> bytes:
    changed = bytearray(data)
    changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def tamper(rng: random.Random, w: World, other: World) -> AbuseReport:
    """A genuine report in which one thing, drawn at random, was changed."""
    good = w.reported(authorship=rng.random() < 0.2)
    report = w.report(good)
    match rng.randrange(10):
        case 0:
            return with_message(report, replace(good, data=flip(rng, good.data)))
        case 1:
            cut = rng.randrange(len(good.data))
            return with_message(report, replace(good, data=good.data[:cut] + rng.randbytes(rng.randrange(1, 40))))
        case 2:
            mac = flip(rng, good.frank.server_frank)
            return with_message(report, replace(good, frank=replace(good.frank, server_frank=mac)))
        case 3:
            signature = flip(rng, good.frank.signature)
            return with_message(report, replace(good, frank=replace(good.frank, signature=signature)))
        case 4:
            shift = rng.choice([-1, 1]) * rng.randrange(1, 10 ** rng.randrange(1, 11))
            return with_message(report, replace(good, ts_ms=max(0, TS + shift)))
        case 5:
            return replace(report, alleged_uri=rng.choice([w.bob, other.alice, new_user_uri("x.test", rng.randbytes)]))
        case 6:
            return replace(report, room_uri=rng.choice([w.other_room, new_room_uri("x.test", rng.randbytes)]))
        case 7:
            return with_message(report, replace(good, frank=other.frank()))
        case 8:
            return with_message(report, replace(good, frank=Frank(rng.randbytes(32), 1, rng.randbytes(64))))
        case _:
            return with_message(report, replace(good, frank=replace(good.frank, suite_id=rng.choice([0, 2, 3, 77]))))


def with_message(report: AbuseReport, message: ReportedMessage) -> AbuseReport:
    return replace(report, messages=(message,))


def outcomes(report: AbuseReport, w: World) -> list[Outcome]:
    verdicts = verify_report(report, w.bob, ask=w.ask, was_participant=lambda room, user, ts: True, binding=w.binding())
    return [verdict.outcome for verdict in verdicts]


def attack(count: int) -> None:
    rng = random.Random(20_260_101)
    worlds = [make_world(seed, f"invented message {seed}") for seed in range(20)]
    for number in range(count):
        w, other = rng.sample(worlds, 2)
        report = tamper(rng, w, other)
        found = outcomes(report, w)
        assert not set(found) & set(PROVEN), f"tampered report {number} was accepted: {found}"


def test_no_tampered_report_is_ever_verified() -> None:
    attack(QUICK)


@pytest.mark.prove
def test_no_tampered_report_is_ever_verified_at_the_full_count() -> None:
    attack(COUNT)


def test_every_genuine_report_is_verified() -> None:
    for seed in range(200):
        w = make_world(seed, "x" * seed)
        sent = AbuseReport.decode(w.report(w.reported(authorship=bool(seed % 2))).encode())
        wanted = Outcome.VERIFIED_AUTHORSHIP if seed % 2 else Outcome.VERIFIED
        assert outcomes(sent, w) == [wanted]


class Worlds(YesHub):
    """A hub that answers for whichever world a report is from, with the keys of that world."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world
        self.decide = self._decided

    def _decided(self, sender_uri: str, room_uri: str, asked: FrankQuestion) -> FrankOutcome:
        frank = Frank(asked.server_frank, asked.ciphersuite, asked.signature)
        return FrankOutcome(self.world.ask(Question(asked.tag, sender_uri, room_uri, asked.ts_ms, frank)).value)


async def to_the_case(folder: Path, count: int) -> None:
    """Forged reports, sealed, through a whole desk. Then genuine ones, so that nobody believes a desk that is blind."""
    rng = random.Random(20_260_102)
    worlds = [make_world(seed, f"invented message {seed}") for seed in range(20)]
    hub, keys = Worlds(worlds[0]), fresh_keys(folder)
    public = X25519PrivateKey.from_private_bytes(keys.intake).public_key().public_bytes_raw()
    with closing(open_database(folder / "desk" / "desk.db", keys)) as db:
        db.execute("PRAGMA synchronous = OFF")
        intake = intake_of(db, hub, keys, KeyLog(db, None, lambda: TS))

        async def take(world: World, reports: Iterable[AbuseReport]) -> None:
            hub.world = world
            hub.queue.clear()
            hub.queue += [
                RelayedReport(world.bob, TS, sealed_report.seal(public, report), rng.randbytes(16).hex())
                for report in reports
            ]
            assert await intake.step() == len(hub.queue)

        for start in range(0, count, RELAYED):
            w, other = rng.sample(worlds, 2)
            await take(w, [tamper(rng, w, other) for _ in range(min(RELAYED, count - start))])
        assert db.execute("SELECT count(*) FROM report").fetchone() == (count,)
        assert db.execute("SELECT max(level), sum(proven), max(weighed) > 0 FROM safety_case").fetchone() == (0, 0, 1)
        assert db.execute("SELECT max(level), sum(fresh) FROM case_report").fetchone() == (0, 0)
        for w in worlds:
            await take(w, [w.report(w.reported())])
        found = db.execute("SELECT subject, level, proven FROM safety_case WHERE level > 0 ORDER BY number").fetchall()
        assert sorted(found) == sorted((w.alice, 1, 1) for w in worlds)


async def test_no_tampered_report_raises_a_case_above_a_tip(tmp_path: Path) -> None:
    await to_the_case(tmp_path, QUICK)


@pytest.mark.prove
async def test_no_tampered_report_raises_a_case_above_a_tip_at_the_full_count(tmp_path: Path) -> None:
    for at in range(0, COUNT, A_DESK):
        await to_the_case(tmp_path / str(at), min(A_DESK, COUNT - at))
