# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""An honest log is never refused: many readers at different ages, while labels come, change and stay as they are."""

from __future__ import annotations

import os
import random

import pytest

from privity.keylog.audit import EMPTY, audit, check_head
from privity.keylog.verify import View, verify_checkpoint_proof, verify_kept, verify_lookup
from tests.keylog.memory_log import MemoryLog

START = 1_800_000_000_000
HOUR = 3_600_000
LOOKUPS = int(os.environ.get("PRIVITY_PROVE_LOOKUPS", "10000"))
Truth = dict[bytes, list[tuple[bytes, int, int]]]


def churn(lookups: int, seed: int) -> int:
    """So many lookups between random epochs; each answer is compared with what was put. Returns the epochs."""
    rnd = random.Random(seed)
    log, truth, now, done = MemoryLog(seed=seed), Truth(), START, 0
    labels = [b"u:%d" % number for number in range(40)]
    views: list[View | None] = [None] * 6
    state = EMPTY
    keys = log.keys
    while done < lookups:
        now += rnd.randint(0, HOUR)
        for label in rnd.sample(labels, rnd.choice((0, 0, 1, 1, 2, 5))):
            value = rnd.randbytes(rnd.randint(0, 300))
            log.put(label, value)
            truth.setdefault(label, []).append((value, log.size, now))
        cut = log.cut(now)
        state = audit(state, cut.update)
        check_head(state, cut.checkpoint)
        for _ in range(rnd.randint(0, 8)):
            reader, late = rnd.randrange(len(views)), now + rnd.randint(-60_000, HOUR)
            label = rnd.choice(labels)
            versions = truth.get(label, [])
            dated = rnd.sample(range(len(versions)), min(len(versions), rnd.choice((0, 0, 0, 1, 2))))
            answer = log.lookup(label, views[reader], dated)
            found = verify_lookup(answer, label, keys, views[reader], late)
            assert found.dated.keys() == set(dated)
            for number, one in found.dated.items():
                assert (one.value, one.epoch, one.timestamp_ms) == versions[number]
            if versions:
                assert (found.version, found.value, found.epoch) == (len(versions) - 1, *versions[-1][:2])
            else:
                assert (found.version, found.value, found.epoch) == (None, None, None)
            if rnd.random() < 0.1:
                assert verify_kept(answer, label, keys) == found
            views[reader] = rnd.choice((found.view, found.view, None))
            done += 1
        reader = rnd.randrange(len(views))
        views[reader], _ = verify_checkpoint_proof(
            log.checkpoint_proof(views[reader]).encode(), keys, views[reader], now
        )
    return log.size


def test_no_false_alarm_in_a_thousand_lookups() -> None:
    assert churn(1_000, seed=4) > 100


@pytest.mark.prove
@pytest.mark.parametrize("seed", range(3))
def test_no_false_alarm_in_ten_thousand_lookups(seed: int) -> None:
    assert churn(LOOKUPS, seed) > LOOKUPS // 100
