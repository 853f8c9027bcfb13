# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The states of a referral: whatever is answered, in whatever order, only the ways that are drawn are taken."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from privity.desk.clearinghouse.drivers.steps import ItemChange, Outcome, Reaction, Request, Step
from privity.desk.clearinghouse.machine import MAX_ATTEMPTS, MAX_PAUSE_MS, STEPS, after, pause_ms
from privity.desk.clearinghouse.model import (
    SENDING,
    Destination,
    Item,
    ItemState,
    Referral,
    ReferralState,
    Verb,
)

T0 = 1_700_000_000_000
REFERRAL = Referral(
    n=1, destination=Destination.CYBERTIP, kind="x", bundle="x", mandatory=True, level=1, state=ReferralState.APPROVED,
    before_blocked=None, withdrawing=False, remote_id=None, attempt=1, drafted_ms=T0, approved_ms=T0,
    approved_by="staff:2", opened_ms=None, touched_ms=None, finished_ms=None, next_ms=T0, tries=0, why="", missing=(),
)  # fmt: skip
OUTCOMES = st.sampled_from(list(Outcome))


def due(referral: Referral, items: tuple[Item, ...]) -> Verb:
    """What a driver would ask of a referral in this state."""
    if referral.remote_id is None:
        return Verb.OPEN
    if referral.withdrawing:
        return Verb.RETRACT
    if any(item.state is ItemState.SENT for item in items):
        return Verb.DESCRIBE
    return Verb.UPLOAD if any(item.state is ItemState.WAITING for item in items) else Verb.FINISH


def fitting(outcome: Outcome, verb: Verb) -> Outcome:
    """No driver says that a report is finished when it was asked for something else, and so on."""
    ends = {Verb.FINISH: Outcome.FINISHED, Verb.RETRACT: Outcome.RETRACTED}
    if outcome in (Outcome.GO_ON, Outcome.FINISHED, Outcome.RETRACTED):
        return ends.get(verb, Outcome.GO_ON)
    return outcome


def reaction(outcome: Outcome, verb: Verb, items: tuple[Item, ...]) -> Reaction:
    if outcome is not Outcome.GO_ON:
        return Reaction(outcome)
    if verb is Verb.OPEN:
        return Reaction(outcome, remote_id="4000001")
    old, new = (ItemState.WAITING, ItemState.SENT) if verb is Verb.UPLOAD else (ItemState.SENT, ItemState.DESCRIBED)
    first = next(item for item in items if item.state is old)
    return Reaction(outcome, items=(ItemChange(first.item, new, "file"),))


@given(st.integers(0, 3), st.booleans(), st.lists(OUTCOMES, max_size=60))
def test_only_the_ways_that_are_drawn_are_taken(files: int, withdrawing: bool, outcomes: list[Outcome]) -> None:
    referral = replace(REFERRAL, withdrawing=withdrawing)
    items = tuple(Item(number, ItemState.WAITING, None, None) for number in range(1, files + 1))
    abandoned = []
    for outcome in outcomes:
        if referral.state not in SENDING:
            break
        verb = due(referral, items)
        said = reaction(fitting(outcome, verb), verb, items)
        change = after(referral, items, Step(verb, Request("POST", "/x")), said, T0)
        reached = change.referral.state
        assert reached is referral.state or reached in STEPS[referral.state]
        assert reached is not ReferralState.FINISHED or all(one.state is ItemState.DESCRIBED for one in change.items)
        assert change.referral.attempt <= MAX_ATTEMPTS + 1
        if change.referral.attempt > referral.attempt and referral.remote_id is not None:
            assert change.abandoned == referral.remote_id
            abandoned.append(change.abandoned)
        referral, items = change.referral, change.items
    assert (referral.finished_ms is None) is (referral.state is not ReferralState.FINISHED)


def test_pauses_double_up_to_ten_minutes() -> None:
    pauses = [pause_ms(tries) for tries in range(40)]
    assert pauses == sorted(pauses)
    assert pauses[:3] == [500, 1000, 2000]
    assert pauses[-1] == MAX_PAUSE_MS
