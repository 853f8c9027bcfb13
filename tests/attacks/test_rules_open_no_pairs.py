# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Attack: one member of staff alone lets two rules open cases, and reads off their moments who blocked whom.

A case says when it was opened and has the number after the one before, whatever the pages of rules keep back: so a rule
that only asks people to look acts by two people, like any other.
"""

from __future__ import annotations

import pytest

from privity.desk.db.transaction import DbError
from privity.desk.signals.lifecycle import service
from privity.desk.signals.lifecycle.errors import SecondPerson
from privity.desk.signals.lifecycle.model import DAY_MS, SHADOW_MS, Stage
from tests.attacks.test_rules_name_no_pairs import BOTH_SIDES, MATCHINGS, answers, happens
from tests.desk.console.conftest import console
from tests.desk.console.signals_scene import WRITER, Rules, rules

__all__ = ["console", "rules"]


def opened(desk: Rules) -> int:
    (count,) = desk.db.execute("SELECT count(*) FROM safety_case").fetchone()
    return int(count)


async def test_nobody_alone_lets_rules_open_cases_about_both_sides(rules: Rules) -> None:
    version = service.shadow(rules.db, WRITER, rules.tried(BOTH_SIDES, "both").number, rules.now_ms)
    rules.clock.now_ms += SHADOW_MS
    asked = service.propose(rules.db, WRITER, version.number, "It only asks people to look.", rules.now_ms)
    assert asked.stage is Stage.PROPOSED
    with pytest.raises(SecondPerson):
        service.agree(rules.db, WRITER, version.number, "It does.", rules.now_ms)
    with pytest.raises(DbError, match="nobody is their own second person"):
        rules.db.execute(
            "INSERT INTO rule_step (version, stage, at_ms, who, words) VALUES (?, 'live', 1, ?, 'It does.')",
            (version.number, WRITER.who),
        )
    before = opened(rules)
    morning_ms = (rules.now_ms // DAY_MS + 1) * DAY_MS
    rules.clock.now_ms = morning_ms + DAY_MS // 2
    happens(rules, answers(morning_ms, MATCHINGS[0]))
    assert rules.db.execute("SELECT count(*), count(DISTINCT done) FROM rule_hit").fetchone() == (16, 1)
    assert opened(rules) == before
