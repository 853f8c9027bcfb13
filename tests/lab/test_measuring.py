# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What is measured: intervals, shipped rules as a watcher, outcomes; and that nobody tunes on what is held back."""

from __future__ import annotations

import ast
import re
from importlib.resources import files
from pathlib import Path

import pytest

import privity
from privity.desk.signals.ladder.catalogue import CATALOGUE
from privity.desk.signals.language.rule_set import RuleSet, compile_rules
from privity.lab import arms
from privity.lab.attackers.cast import HELD_BACK, only
from privity.lab.cases import expected
from privity.lab.errors import TooFewWorlds
from privity.lab.harms.brigading import Brigade
from privity.lab.harms.spam import Spammer
from privity.lab.intervals import interval, rate
from privity.lab.metrics import FalseFindings, cases_found, found_by, outcomes, precision
from privity.lab.moderators import HOUR_MS, Moderators, Urgency, of_report
from privity.lab.parameters import Parameters, shipped
from privity.lab.population import Population
from privity.lab.rules import ShippedRules, shipped_rules
from privity.lab.society import Society
from privity.lab.truth import Harm
from privity.lab.watching import Nobody, Watcher
from privity.message.report import Reason
from privity.wire.age import AgeBand
from privity.wire.observed import Observed, ObservedKind

OF = shipped()
DAY_MS = 86_400_000
NOW = 1_750_000_000_000

RULES = """
Flood = Rule(when=[kind == "sent", messages_15s > 100], because=f"{messages_15s} messages")
Marked = Rule(when=[kind == "asked", labelled_bulk_sender], because=f"{asked_24h} people asked")
Told = Rule(when=[kind == "was_reported", reported_by_24h >= 1], because=f"{reported_by_24h} people reported it")
WhenRules(any=[Flood], then=[Slow("spam", hours=5), Label("bulk_sender", days=2)])
WhenRules(any=[Marked], then=[Review("spam", priority=2)])
WhenRules(any=[Told], then=[Remove("spam")])
"""


@pytest.fixture(scope="module")
def rules() -> RuleSet:
    return compile_rules(RULES, CATALOGUE)


def seen(kind: ObservedKind, at_ms: int, **given: object) -> Observed:
    whole = {"account": "a", "born_ms": NOW - DAY_MS, "age": AgeBand.ADULT} | given
    return Observed(1, at_ms, kind, **whole)  # type: ignore[arg-type]  # fields of the struct, by name


def spammers(_people: Population, _of: Parameters) -> list[Spammer]:
    return [Spammer() for _ in range(3)]


def test_an_interval_is_students() -> None:
    found = interval([1.0, 2.0, 3.0])
    assert (found.mean, found.worlds) == (2.0, 3)
    assert found.high - found.mean == pytest.approx(4.302653 / 3**0.5, rel=1e-5)
    assert found.mean - found.low == pytest.approx(found.high - found.mean)
    with pytest.raises(TooFewWorlds, match="expected two values at least, got 1"):
        interval([1.0])


def test_a_rate_has_the_exact_ends_of_a_count_also_where_nobody_was_found() -> None:
    none, ten = rate(0, 500_000, 20), rate(10, 1_000_000, 20)
    assert (none.mean, none.low, none.high) == pytest.approx((0, 0, 2 * 3.6889), abs=1e-3)
    assert (ten.mean, ten.low, ten.high) == pytest.approx((10, 4.7954, 18.3904), abs=1e-3)
    with pytest.raises(TooFewWorlds, match="expected two values at least, got 1"):
        rate(0, 10, 1)


def test_an_effect_follows_from_the_rules_as_they_are(rules: RuleSet) -> None:
    watcher = ShippedRules(rules)
    assert watcher.seen(seen(ObservedKind.SENT, NOW, count=100, people=1, rooms=1)) == []
    (found,) = watcher.seen(seen(ObservedKind.SENT, NOW, count=101, people=1, rooms=1))
    assert (found.rule, found.slow_hours, found.hide_hours, found.review) == ("Flood", 5, 0, False)


def test_a_label_is_read_by_the_next_rule_until_it_ends(rules: RuleSet) -> None:
    def asked_after(days: int, without: tuple[str, ...] = ()) -> list[str]:
        watcher = ShippedRules(rules, without)
        watcher.seen(seen(ObservedKind.SENT, NOW, count=200, people=1, rooms=1))
        later = NOW + days * DAY_MS
        return [one.rule for one in watcher.seen(seen(ObservedKind.ASKED, later, other="b"))]

    assert asked_after(1) == ["Marked"]
    assert asked_after(3) == []
    assert asked_after(1, ("Flood",)) == []
    assert asked_after(1, ("Marked",)) == []


def test_what_was_done_to_a_minor_restricts_nobody_and_people_look(rules: RuleSet) -> None:
    def reported(age: AgeBand) -> tuple[int, bool]:
        told = seen(ObservedKind.REPORTED, NOW, account="b", other="a", other_age=age)
        (found,) = ShippedRules(rules).seen(told)
        return found.hide_hours, found.review

    assert reported(AgeBand.ADULT) == (72, True)
    assert reported(AgeBand.MINOR) == (0, True)


def test_signals_left_out_are_files_of_rules_the_lists_and_the_aids() -> None:
    whole = shipped_rules()
    left_out = arms.signals(whole)
    assert {arms.MATCHING, arms.AIDS} < set(left_out)
    named = [name for found in left_out.values() for name in found]
    assert sorted(named) == sorted(rule.name for rule in whole.rules)
    assert not arms.watching(whole, arms.MATCHING).matching
    assert not arms.watching(whole, arms.AIDS).aids
    assert arms.watching(whole).matching and arms.watching(whole).aids


def test_spammers_find_fewer_victims_where_rules_watch() -> None:
    def played(watcher: Watcher) -> Society:
        return arms.played(arms.population(5, 2_000, 3, OF), OF, spammers, watcher)

    free, watched = played(Nobody()), played(arms.watching(shipped_rules()))
    before, after = outcomes(free)[Harm.SPAM], outcomes(watched)[Harm.SPAM]
    assert before.recall == 0 and before.before_report is None
    assert after.recall == 1 and found_by(watched, Harm.SPAM)
    assert after.victims < before.victims / 2 and after.views < before.views
    assert after.victims_before <= after.victims
    few, many = (FalseFindings(2_000, {}, {next(iter(found_by(watched, Harm.SPAM))): people}) for people in (
        frozenset({"a"}), frozenset(map(str, range(100))),
    ))  # fmt: skip
    cases, by = cases_found(watched), found_by(watched, Harm.SPAM)
    assert 0 < (precision(cases, many, by) or 0) < (precision(cases, few, by) or 0) < 1
    assert precision(cases, few, frozenset({"Another"})) is None
    assert expected(free.population, OF, Harm.SPAM) < 3, "a case of this small world counts for less than one"


def test_a_brigade_is_found_by_whom_it_reports() -> None:
    def brigade(_people: Population, _of: Parameters) -> list[Brigade]:
        return [Brigade()]

    (case,) = arms.played(arms.population(5, 1_000, 2, OF), OF, brigade, arms.watching(shipped_rules())).cases
    assert any(name.startswith("Reports") for name in case.found_by)
    assert case.acted_ms is None, "whom many report is not restricted, and those who do not by this alone"


def test_false_findings_count_each_person_once() -> None:
    found = FalseFindings(1_000, {"x": frozenset("ab"), "y": frozenset("b")}, {"x": frozenset("c")})
    assert found.by() == (2, 1)
    assert found.by(["y"]) == (1, 0)
    assert found.touched(["x", "y"]) == 3


def looked_at(desk: Moderators, until_ms: int) -> list[tuple[int, int]]:
    """Each case with the time at which somebody had looked, as people come to one after the other."""
    found, now_ms = [], NOW
    while now_ms < until_ms:
        begun = desk.begun(now_ms)
        found += [] if begun is None else [begun]
        now_ms = max(now_ms + HOUR_MS // 4, desk.free_ms if begun else 0)
    return found


def test_moderators_are_few_and_a_flood_of_cases_waits() -> None:
    desk = Moderators(1, 100_000, OF)
    for case in range(200):
        assert desk.opened(case, case, Urgency(3, Reason.SPAM), NOW) is not None
    an_hour = OF["desk.moderators"] * 0.1 * 0.8 * 60 / OF["desk.minutes_a_case"]
    decided = looked_at(desk, NOW + 10 * DAY_MS)
    assert len(decided) == 200
    assert decided[-1][1] - NOW >= 199 / an_hour * HOUR_MS
    assert decided[0][1] > NOW


def test_when_a_case_is_looked_at_hangs_on_no_other_case() -> None:
    alone, among = Moderators(1, 100_000, OF), Moderators(1, 100_000, OF)
    for other in range(30):
        among.opened(other, other, Urgency(3, Reason.SPAM), NOW)
    assert alone.opened(50, 50, Urgency(3, Reason.SPAM), NOW) == among.opened(50, 50, Urgency(3, Reason.SPAM), NOW)
    first, again = (alone.opened(number, 7, Urgency(3, Reason.SPAM), NOW) for number in (70, 71))
    assert first != again, "another account of the case is another look"


def test_what_is_urgent_is_looked_at_before_what_came_earlier() -> None:
    desk = Moderators(1, 100_000, OF)
    for case in range(40):
        desk.opened(case, case, Urgency(3, Reason.SPAM), NOW)
    desk.opened(100, 100, Urgency(0, Reason.THREAT), NOW)
    desk.opened(101, 101, Urgency(3, Reason.SPAM), NOW)
    assert desk.opened(101, 101, of_report(Harm.GROOMING, severe=True), NOW) is None, "it waits already"
    late = NOW + 3 * DAY_MS
    order = []
    while (begun := desk.begun(late)) is not None:
        order.append(begun[0])
        late = desk.free_ms
    assert order[:2] == [100, 101] and len(order) == 42


def test_a_report_is_as_urgent_as_the_desk_says() -> None:
    assert of_report(Harm.EXTORTION, severe=True) == Urgency(0, Reason.THREAT)
    assert of_report(Harm.INTIMATE, severe=True) == Urgency(1, Reason.INTIMATE_IMAGERY)
    assert of_report(Harm.EXTORTION, severe=False) == Urgency(4, Reason.SPAM), "an unwanted request proves nothing"


def test_a_rule_says_how_urgent_it_is_and_holds_once_a_day(rules: RuleSet) -> None:
    watcher = ShippedRules(rules)
    told = seen(ObservedKind.REPORTED, NOW, account="b", other="a", other_age=AgeBand.ADULT)
    (found,) = watcher.seen(told)
    assert (found.priority, found.reason) == (1, Reason.SPAM)
    assert watcher.seen(told) == []


@pytest.mark.parametrize("name", sorted(HELD_BACK))
def test_each_attacker_that_is_held_back_acts_and_is_seen(name: str) -> None:
    society = Society(Population(6, 1_000, 4, OF), OF, only(name, 1)(Population(6, 1_000, 1, OF), OF), Nobody())
    kinds = {one.kind for one in society.observed()}
    assert kinds >= {ObservedKind.REGISTERED, ObservedKind.ASKED}
    assert society.cases[0].first_act_ms is not None


def test_neither_rules_nor_the_search_for_clusters_know_the_lab() -> None:
    root = Path(privity.__file__).parent
    for path in (root / "desk").rglob("*.py"):
        text = path.read_text()
        for node in ast.walk(ast.parse(text)) if re.search(r"\blab\b", text) else ():
            named = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                named = [f"{node.module}.{one.name}" for one in node.names]
            assert not any(name.startswith("privity.lab") for name in named), path
    for rules in files("privity.desk.signals.shipped").iterdir():
        if rules.name.endswith(".rules"):
            assert "lab." not in rules.read_text()


def test_an_attacker_that_is_held_back_uses_the_attackers_interface_alone() -> None:
    allowed = {"privity.lab.attacker", "privity.lab.truth", "privity.wire.age", "privity.lab.attackers"}
    for path in (Path(privity.__file__).parent / "lab" / "attackers").glob("*.py"):
        if path.name == "cast.py":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and str(node.module).startswith("privity"):
                assert node.module in allowed, path
