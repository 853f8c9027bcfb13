# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Urgency: proof before numbers, and numbers alone never more than a step."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privity.desk.cases.priority import HIGHEST, LOWEST, SEVERITY, Said, priority
from privity.desk.cases.weight import weight
from privity.desk.intake.findings import Level
from privity.message.report import Reason

SAID = st.builds(
    Said,
    reason=st.sampled_from(Reason),
    level=st.sampled_from(Level),
    weighed=st.floats(0, 1e6),
    clustered=st.booleans(),
)
ORDINARY = weight(0, 0, 0)


def one_ordinary(reason: Reason) -> int:
    """What one verified report of somebody unknown gives."""
    return priority([Said(reason, Level.HUB, ORDINARY)]).number


@pytest.mark.parametrize(
    ("reason", "level", "weighed", "clustered", "number"),
    [
        (Reason.CHILD_SAFETY, Level.HUB, 0.5, False, 0),
        (Reason.CHILD_SAFETY, Level.TIP, 0.0, False, 1),
        (Reason.THREAT, Level.AUTHORSHIP, 50.0, False, 0),
        (Reason.SELF_HARM, Level.HUB, 0.5, False, 1),
        (Reason.SELF_HARM, Level.HUB, 10.0, False, 0),
        (Reason.HARASSMENT, Level.HUB, 0.5, False, 2),
        (Reason.HARASSMENT, Level.HUB, 9.9, False, 2),
        (Reason.HARASSMENT, Level.HUB, 10.0, False, 1),
        (Reason.HARASSMENT, Level.HUB, 1e6, False, 1),
        (Reason.HARASSMENT, Level.AUTHORSHIP, 3.0, False, 2),
        (Reason.HARASSMENT, Level.AUTHORSHIP, 3.2, False, 1),
        (Reason.HARASSMENT, Level.TIP, 1e6, False, 3),
        (Reason.HARASSMENT, Level.HUB, 1e6, True, 3),
        (Reason.HARASSMENT, Level.TIP, 0.0, True, 4),
        (Reason.SPAM, Level.HUB, 0.5, False, 3),
        (Reason.SPAM, Level.HUB, 1e6, True, 4),
        (Reason.OTHER, Level.TIP, 0.0, True, 4),
    ],
)
def test_table(reason: Reason, level: Level, weighed: float, clustered: bool, number: int) -> None:
    assert priority([Said(reason, level, weighed, clustered)]).number == number


def test_every_reason_has_a_severity_that_leaves_a_step_below() -> None:
    assert set(SEVERITY) == set(Reason)
    assert all(HIGHEST <= number < LOWEST for number in SEVERITY.values())


@given(SAID)
def test_more_proof_is_never_less_urgent(said: Said) -> None:
    numbers = [priority([replace(said, level=level)]).number for level in Level]
    assert numbers == sorted(numbers, reverse=True)


@given(SAID, st.floats(0, 1e6))
def test_more_reporters_are_never_less_urgent(said: Said, more: float) -> None:
    assert priority([replace(said, weighed=said.weighed + more)]).number <= priority([said]).number


@given(SAID)
def test_numbers_alone_lift_by_no_more_than_a_step(said: Said) -> None:
    assert priority([said]).number >= one_ordinary(said.reason) - 1


@given(SAID)
def test_what_is_not_proven_never_comes_before_what_is(said: Said) -> None:
    tip = replace(said, level=Level.TIP)
    assert priority([tip]).number > one_ordinary(said.reason)


@given(SAID)
def test_a_cluster_alone_stays_below_one_ordinary_reporter(said: Said) -> None:
    assert priority([replace(said, clustered=True)]).number > one_ordinary(said.reason)


@given(st.lists(SAID, max_size=6), SAID)
def test_what_is_said_besides_never_lowers_a_case(facts: list[Said], said: Said) -> None:
    assert priority([*facts, said]).number == min(priority(facts).number, priority([said]).number)


@given(st.lists(SAID, min_size=1, max_size=6))
def test_a_priority_says_why_and_what_of_it_is_proven(facts: list[Said]) -> None:
    found = priority(facts)
    assert HIGHEST <= found.number <= LOWEST
    proofs = ("not proven", "proven by the hub", "proven by the sender's own key")
    assert sum(found.because[0].endswith(f", {proof}") for proof in proofs) == 1
