# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Attack: whoever may write rules writes two that say nothing, and reads off the pages who said yes to whom.

One rule holds for whoever says yes or blocks, the other for whom that was said to. Both need one person, as they take
nothing, and both hold at the same moment. So no page may show that moment, an order that follows from it, or who came
to it since it was looked at last.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

import pytest

from privity.desk.db.transaction import transaction
from privity.desk.signals.counters.accounts import Accounts
from privity.desk.signals.counters.commons import Commons
from privity.desk.signals.counters.marks import Marks
from privity.desk.signals.features.counting import Counting
from privity.desk.signals.features.known import Known
from privity.desk.signals.ladder.acting import Ladder
from privity.desk.signals.ladder.protection import LOOKS_AT
from privity.desk.signals.ladder.sink import RulesSink
from privity.desk.signals.lifecycle import service
from privity.desk.signals.lifecycle.errors import NothingKept
from privity.desk.signals.lifecycle.model import DAY_MS
from privity.desk.signals.running.judging import Judging
from privity.wire.age import AgeBand
from privity.wire.observed import Observed, ObservedKind
from tests.desk.console.conftest import console
from tests.desk.console.signals_scene import WRITER, Rules, person, rules
from tests.desk.console.visitor import Visitor

__all__ = ["console", "rules"]

BOTH_SIDES = """
Yes = Rule(when=[kind == "accepted"], because="it said yes to somebody")
WasYes = Rule(when=[kind == "was_accepted"], because="somebody said yes to it")
No = Rule(when=[kind == "blocked"], because="it blocked somebody")
WasNo = Rule(when=[kind == "was_blocked"], because="somebody blocked it")
WhenRules(any=[Yes, WasYes, No, WasNo], then=[Review("spam", priority=4)])
"""
ASKERS = tuple(range(4))
ASKED = tuple(range(4, 8))
MINUTE_MS = 60_000
MATCHINGS = ((4, 5, 6, 7), (5, 4, 7, 6), (7, 6, 5, 4))
"""Who answers the first, second, third and fourth that asked."""


def answers(first_ms: int, matching: Sequence[int]) -> list[Observed]:
    """Each of the asked says yes to one, and blocks somebody else; a minute passes between any two."""
    kinds = (ObservedKind.ACCEPTED, ObservedKind.BLOCKED)
    told = [(kind, asker, asked) for kind in kinds for asker, asked in zip(ASKERS, matching, strict=True)]
    return [
        Observed(
            number, first_ms + number * MINUTE_MS, kind, person(asked), first_ms - 400 * DAY_MS, AgeBand.ADULT,
            other=person(asker), other_age=AgeBand.ADULT,
        )
        for number, (kind, asker, asked) in enumerate(told, 1)
    ]  # fmt: skip


def happens(desk: Rules, seen: Sequence[Observed]) -> None:
    """As the desk counts and asks."""
    counting = Counting(Accounts(), Commons(), Marks(bytes(32)), Known())
    judging = Judging(desk.compiled.now(desk.db), LOOKS_AT)
    sink = RulesSink(desk.db, desk.compiled, Ladder(lambda count: bytes(count), desk.clock))
    for one in seen:
        for moment in counting.count(one):
            for hit in judging.judged(moment):
                sink.take(hit)


async def rows(one: Visitor, path: str) -> list[str]:
    """What a page says of whom, without what its frame says."""
    page = (await one.get(path)).text
    return [each.split("</ol>")[0] for each in page.split("<li data-row")[1:]]


async def test_two_rules_do_not_show_who_said_yes_to_whom_and_who_blocked_whom(rules: Rules) -> None:
    author = await rules.senior()
    version = service.shadow(rules.db, WRITER, rules.tried(BOTH_SIDES, "both").number, rules.now_ms)
    accounts = [f"/account?uri={person(number)}" for number in (*ASKERS, *ASKED)]
    shown = []
    for matching in MATCHINGS:
        with transaction(rules.db):
            rules.db.execute("DELETE FROM rule_hit")
        morning_ms = (rules.now_ms // DAY_MS + 1) * DAY_MS
        rules.clock.now_ms = morning_ms + DAY_MS // 2
        await author.sign_in()
        seen = answers(morning_ms, matching)
        happens(rules, seen)
        assert rules.db.execute("SELECT count(*) FROM rule_hit").fetchone() == (16,)
        rules.clock.now_ms = morning_ms + DAY_MS
        await author.sign_in()
        service.test(rules.db, WRITER, version.number, seen, rules.now_ms)
        looked_back = await rows(author, f"/rules/{version.number}/cases")
        assert len(looked_back) == 16
        found = await rows(author, f"/rules/{version.number}/found")
        assert len(found) == 16
        about = [await rows(author, path) for path in accounts]
        assert all(about)
        shown.append(_without_days([*looked_back, *found, *(each for one in about for each in one)]))
    for one, other in pairwise(shown):
        assert one == other, "who answered whom makes no difference to any page"


def _without_days(told: Sequence[str]) -> list[str]:
    """The worlds are on different days, and look at other days than each other nowhere else."""
    return [re.sub(r"\d{4}-\d\d-\d\d", "DAY", each) for each in told]


async def test_whoever_looks_again_and_again_sees_nobody_come(rules: Rules) -> None:
    author = await rules.senior()
    version = service.shadow(rules.db, WRITER, rules.tried(BOTH_SIDES, "both").number, rules.now_ms)
    path = f"/rules/{version.number}/found"
    morning_ms = (rules.now_ms // DAY_MS + 1) * DAY_MS
    rules.clock.now_ms = morning_ms + MINUTE_MS
    await author.sign_in()
    for seen in answers(morning_ms, MATCHINGS[0]):
        happens(rules, [seen])
        rules.clock.pass_ms(MINUTE_MS)
        assert await rows(author, path) == []
        assert await rows(author, f"/account?uri={seen.account}") == []
        assert service.days(rules.db, WRITER, version.number, 14, rules.now_ms) == (), "nor a number that grows"
        with pytest.raises(NothingKept):
            service.test(rules.db, WRITER, version.number, [seen], rules.now_ms)
    assert "when the day is over" in (await author.get(path)).text
    rules.clock.now_ms = morning_ms + DAY_MS
    await author.sign_in()
    assert len(await rows(author, path)) == 16
