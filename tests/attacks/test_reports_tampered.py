# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Promise 3: a forged report is never accepted and a genuine one always is.

PRIVITY_PROVE_REPORTS lowers or raises the full count of `make prove`.
"""

from __future__ import annotations

import os
import random
from dataclasses import replace

import pytest

from privity.identity.uris import new_room_uri, new_user_uri
from privity.message.franking import Frank
from privity.message.report import AbuseReport, ReportedMessage
from privity.message.verify_report import Outcome, verify_report
from tests.message.world import TS, World, make_world

QUICK = 2_000
COUNT = int(os.environ.get("PRIVITY_PROVE_REPORTS", 1_000_000))
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
