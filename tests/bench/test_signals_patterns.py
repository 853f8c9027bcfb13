# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The rows, the page and the picture about patterns, from worlds whose outcomes are given."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from bench.format import Row
from bench.signals_by_pattern import page
from bench.signals_patterns import table
from bench.signals_picture import drawn
from bench.signals_worlds import ALL, HELD, PATTERNS, WITHOUT, Measured, Seen, Size, one_world
from lxml import etree

from privity.lab import arms
from privity.lab.attackers.cast import HELD_BACK
from privity.lab.metrics import CaseFound, FalseFindings, Outcome
from privity.lab.parameters import shipped
from privity.lab.truth import Harm

FREE = Outcome(2, 0.0, None, 10.0, 10.0, None, 4.0, 4.0, 100, 0.02)
HELD_UP = Outcome(2, 1.0, 0.5, 2.0, 1.0, 3.0, 0.0, 0.5, 20, 0.004)
CONTACT, LISTS = "rules of contact", "hash lists"


def measured(seed: int) -> Measured:
    """Rule `a` finds all patterns but the patient groomer, `b` spam alone; ten people are found wrongly by each."""
    held = replace(HELD_UP, views=20 + seed, victims_before=1.0 + seed / 10)
    found = {WITHOUT: FREE, ALL: held, CONTACT: replace(held, views=60 + seed, victims_before=5.0 + seed), LISTS: held}
    seen = {arm: {name: _seen(name, outcome, arm) for name in PATTERNS} for arm, outcome in found.items()}
    for arm in (CONTACT, LISTS):
        seen[arm] = {name: one for name, one in seen[arm].items() if not name.startswith(HELD)}
    people = [frozenset(f"{rule}{n}" for n in range(10)) for rule in "ab"]
    false = FalseFindings(1_000_000, {"a": people[0]}, {"b": people[1]})
    return Measured(
        seen,
        {arm: (CaseFound(0.0 if arm == WITHOUT else 90.0, _rules(Harm.SPAM, arm)),) for arm in seen},
        false,
        (0, 0, 3),
    )


def _rules(name: str, arm: str) -> frozenset[str]:
    if arm == WITHOUT or name == f"{HELD}patient groomer":
        return frozenset()
    return frozenset("ab" if name == Harm.SPAM else "a")


def _seen(name: str, outcome: Outcome, arm: str) -> Seen:
    return Seen(outcome, _rules(name, arm))


WORLDS = [measured(seed) for seed in range(3)]


def row(rows: list[Row], begins: str) -> Row:
    (found,) = [one for one in rows if one.name.startswith(begins)]
    return found


def test_the_bars_stand_on_the_upper_end_and_on_the_median_case() -> None:
    rows = table(WORLDS)
    reached = row(rows, "held back, scripted groomer: minors reached")
    assert reached.ours == pytest.approx(0.4) and reached.met
    assert row(rows, "severe views of a case, median").met
    worse = [replace(one, severe=(0, 1, 1)) for one in WORLDS]
    assert row(table(worse), "severe views of a case, median").met is False


def test_each_pattern_is_shown_with_and_without_signals_and_with_intervals() -> None:
    rows = table(WORLDS)
    for pattern in PATTERNS:
        before = row(rows, f"{pattern}: victims before action")
        assert (before.peer, before.peer_value) == (WITHOUT, 10.0)
        assert before.ours == pytest.approx(1.1)
        assert before.ends == pytest.approx((1.1 - 0.2484, 1.1 + 0.2484), abs=1e-3)
        assert before.peer_ends == (10.0, 10.0)
        assert row(rows, f"{pattern}: time to action").peer_value is None
        assert row(rows, f"{pattern}: recall").ends == (1.0, 1.0)


def test_people_found_wrongly_are_charged_to_the_patterns_of_the_rules_that_found_them() -> None:
    rows = table(WORLDS)

    def wrongly(name: str) -> tuple[float | None, float | None]:
        return row(rows, f"{name} wrongly restricted").ours, row(rows, f"{name} wrongly put before people").ours

    assert wrongly("benign people") == (10.0, 10.0)
    assert row(rows, "benign people of these banned").ours == pytest.approx(10 * shipped()["desk.wrong"])
    assert wrongly("bulk spam: benign people") == (10.0, 10.0)
    assert wrongly("grooming: benign people") == (10.0, 0.0)
    assert row(rows, f"{HELD}patient groomer: benign people wrongly restricted").skipped == "no rule found a case of it"
    ends = row(rows, "grooming: benign people wrongly put before people").ends
    assert ends == pytest.approx((0.0, 3.689 / 3), abs=1e-3), "none among three million is at most 1.2 of a million"
    assert row(rows, "bulk spam: precision").ours == pytest.approx(90 / 110)
    assert row(rows, "grooming: precision").ours == pytest.approx(90 / 100)


def test_a_signal_left_out_names_the_harms_that_lose_by_it_and_no_others() -> None:
    rows = table(WORLDS)
    lost = [one for one in rows if one.name.startswith("without rules of contact: views of")]
    assert len(lost) == len(Harm)
    assert (lost[0].ours, lost[0].peer, lost[0].peer_value) == (61, ALL, 21)
    assert row(rows, "without hash lists").skipped


def test_the_page_has_each_pattern_in_each_arm_that_differs() -> None:
    text = page(WORLDS, 10_000, 14, "make this")
    sections = dict(re.findall(r"^## (.+)\n((?:(?!^## ).*\n)+)", text, re.MULTILINE))
    assert list(sections) == [name[0].upper() + name[1:] for name in PATTERNS]
    lines = [line.split(" | ") for line in sections["Bulk spam"].splitlines() if line.startswith("| ")]
    head, *found = lines
    assert [line[0] for line in found] == ["| no signal", "| all signals", "| without rules of contact"]
    before = head.index("victims before action")
    assert found[1][before] == "1.1 [0.852, 1.35]"
    assert found[2][before] == "**6 [3.52, 8.48]**", "it differs from that with all signals"
    assert found[2][head.index("recall")] == "1 [1, 1]"
    assert "without" not in sections["Held back, patient groomer"]


def test_the_picture_shows_each_pattern_and_every_mean() -> None:
    tree = etree.fromstring(drawn(WORLDS, 14).encode())
    texts = ["".join(one.itertext()) for one in tree.iter(etree.Element) if one.tag.endswith("}text")]
    assert set(PATTERNS) <= set(texts)
    assert texts.count("1.1 / 10") == len(PATTERNS)
    assert texts.count("3 / -") == len(PATTERNS), "without signals nobody acted"
    assert "of a million in 14 days" in texts


def test_a_world_is_played_in_every_arm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arms, "signals", lambda _rules: {arms.MATCHING: frozenset()})
    found = one_world(1, Size(1, 1_000, 1_000, 1))
    assert set(found.arms) == set(found.cases) == {WITHOUT, ALL, arms.MATCHING}
    assert set(found.arms[ALL]) == set(found.arms[WITHOUT]) == set(PATTERNS)
    assert {name.removeprefix(HELD) for name in PATTERNS} >= set(HELD_BACK)
    assert found.arms[WITHOUT][Harm.SPAM].outcome.recall == 0 < found.arms[ALL][Harm.SPAM].outcome.recall
    assert not found.arms[WITHOUT][Harm.SPAM].rules and found.arms[ALL][Harm.SPAM].rules
