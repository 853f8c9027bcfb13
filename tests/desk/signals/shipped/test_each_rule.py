# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Each shipped rule by itself: that it holds where it should, and leaves alone whoever comes nearest and harms nobody.

What rules read is given here, so that a number that moves by accident is seen; whole stories are in the files beside.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.desk.signals.ladder.rule_house import values
from tests.desk.signals.shipped.events import RULES

Seen = dict[str, Any]

ASKED_MANY: Seen = {"strangers_asked_24h": 20, "asked_24h": 20, "answerable_7d": 20, "acceptance_upper": 0.2}
BLOCK: Seen = {"blocked_by_24h": 2, "accepted_24h": 1}
REFUSED: Seen = {"kind": "was_blocked", "strangers_asked_7d": 25, "unwilling_7d": 18, "refusal_lower": 0.15}
PLACE: Seen = {"network_registered_24h": 30.0, "account_hours": 20}
UNWELCOME: Seen = {"strangers_asked_24h": 8, "answerable_7d": 8, "acceptance_upper": 0.4, "long_acceptance_upper": 0.4}
BOTH_AGES: Seen = {
    "strangers_asked_24h": 12, "minor_strangers_24h": 4, "strangers_asked_7d": 12, "asked_7d": 12, "minors_asked_7d": 4,
    "answerable_7d": 12, "acceptance_upper": 0.3,
}  # fmt: skip
REFUSED_MINORS: Seen = {
    "minor_strangers_7d": 10, "minors_asked_7d": 10, "asked_7d": 12, "long_answerable_7d": 10,
    "long_acceptance_upper": 0.3,
}  # fmt: skip

CASES: dict[str, tuple[Seen, str, Seen]] = {
    "BulkFlood": (
        {"kind": "sent", "account_seconds": 300, "messages_15s": 150},
        "somebody who moved here and greets a hundred friends in their first hour", {"account_seconds": 1800},
    ),
    "BulkFirstDay": (
        {"kind": "sent", "account_hours": 5, "messages_1h": 700.0, "reached_1h": 300.0},
        "two who have just met and write to each other all evening", {"reached_1h": 20.0},
    ),
    "BulkGroups": (
        {"kind": "created", "account_hours": 5, "groups_made_24h": 15.0},
        "a teacher who makes a group for each class, the day after", {"account_hours": 30},
    ),
    "BulkAdds": (
        {"kind": "added", "account_days": 2, "people_added_24h": 400.0},
        "a club that brings in its members", {"people_added_24h": 200.0},
    ),
    "BulkSteady": (
        {"kind": "sent", "account_days": 10, "old_ties": 1.0, "messages_24h": 5000.0, "reached_24h": 3000.0},
        "somebody new whom many know already", {"old_ties": 8.0},
    ),
    "CascadeWide": (
        {"kind": "sent", "rooms": 25, "rooms_written_1h": 60.0},
        "a newsroom at which people have looked", {"labelled_reviewed_benign": True},
    ),
    "CascadeFresh": (
        {"kind": "sent", "account_days": 2, "rooms": 16, "rooms_written_1h": 30.0},
        "a shop on its first day, of whose slow answers ten are told at once", {"rooms": 10, "rooms_written_1h": 50.0},
    ),
    "CascadeElection": (
        {"kind": "sent", "election": True, "account_days": 200, "rooms": 16, "rooms_written_1h": 30.0},
        "the same when there is no election", {"election": False},
    ),
    "ContactUnwanted": (
        {**ASKED_MANY, **BLOCK},
        "a shop whose customers say yes", {"acceptance_upper": 0.8},
    ),
    "ContactFresh": (
        {**ASKED_MANY, **BLOCK, "account_days": 1},
        "somebody who moved here, whose friends have not looked yet", {"blocked_by_24h": 0, "long_answerable_7d": 0},
    ),
    "ContactPatient": (
        {"strangers_asked_7d": 50, "answerable_7d": 40, "acceptance_upper": 0.2},
        "a shop that asks as many, who want it", {"acceptance_upper": 0.7},
    ),
    "ContactBurst": (
        {"strangers_asked_1h": 150, "asked_24h": 150, "accepted_24h": 2},
        "a school whose people say yes", {"accepted_24h": 40},
    ),
    "ContactBlocked": (
        {"strangers_asked_24h": 6, "asked_24h": 6, "blocked_by_24h": 4, "acceptance_upper": 0.5},
        "a teacher whom pupils block for a joke", {"minors_asked_24h": 6, "long_answerable_7d": 0},
    ),
    "ContactBlockedWeek": (
        {"account_days": 20, "strangers_asked_7d": 15, "blocked_by_7d": 9, "acceptance_upper": 0.6},
        "somebody long here whom a mob blocks", {"account_days": 500},
    ),
    "ContactRefused": (
        {**REFUSED, "refused_7d": 4, "old_ties": 5.0},
        "a club of whose people five block and fifteen who are long here say yes", {"old_ties": 15.0},
    ),
    "ContactRefusedMuch": (
        {**REFUSED, "refused_7d": 6, "old_ties": 30.0},
        "a newsroom of whose people fewer block, as a share", {"refusal_lower": 0.08},
    ),
    "ContactAgain": (
        {
            "account_days": 5, "labelled_unwelcome": True, "strangers_asked_24h": 3, "long_answerable_7d": 10,
            "long_acceptance_upper": 0.4,
        },
        "the same whom those asked since then want", {"long_acceptance_upper": 0.8},
    ),
    "ContactElection": (
        {**ASKED_MANY, **BLOCK, "election": True, "strangers_asked_24h": 11, "answerable_7d": 11},
        "somebody who canvasses and whom nobody blocks", {"blocked_by_24h": 0, "long_answerable_7d": 0},
    ),
    "MinorsMany": (
        {"minor_strangers_24h": 5, "answerable_7d": 6, "acceptance_upper": 0.4},
        "a coach whose players say yes", {"acceptance_upper": 0.9},
    ),
    "MinorsAsked": (
        {**REFUSED_MINORS, "minor_strangers_7d": 6},
        "a teacher whose pupils had no time to answer yet", {"long_answerable_7d": 3},
    ),
    "MinorsAskedByPeer": (
        {**REFUSED_MINORS, "age": "minor"},
        "a new pupil whose class says yes", {"long_acceptance_upper": 0.7},
    ),
    "MinorsAlone": (
        REFUSED_MINORS,
        "a youth club that asks parents too", {"asked_7d": 24},
    ),
    "MinorsAgain": (
        {"labelled_risky_to_minors": True, "minor_strangers_24h": 2},
        "the same who asks adults", {"minor_strangers_24h": 0},
    ),
    "MinorsBlock": (
        {"kind": "was_blocked", "minor_strangers_7d": 3, "blocked_by_minors_7d": 2, "acceptance_upper": 0.6},
        "a teacher whom nearly all want", {"acceptance_upper": 0.8},
    ),
    "MinorsBlockAndRefuse": (
        {"kind": "was_blocked", "minor_strangers_7d": 3, "blocked_by_minors_7d": 2, "long_acceptance_upper": 0.5},
        "a teacher whom two pupils block for a joke, and the others want", {"long_acceptance_upper": 0.7},
    ),
    "MinorsRefuse": (
        {"kind": "was_blocked", "minor_strangers_7d": 9, "minors_refused_7d": 3, "minors_unwilling_7d": 9},
        "a teacher whom two pupils block for a joke", {"minors_refused_7d": 2},
    ),
    "MinorsReport": (
        {"kind": "was_reported", "minor_strangers_7d": 1, "reported_by_minors_7d": 1},
        "somebody whom minors of their own acquaintance report", {"minor_strangers_7d": 0},
    ),
    "FarmAsks": (
        {**PLACE, **UNWELCOME},
        "a school's first morning, in which nobody has answered", {"long_acceptance_upper": 1.0},
    ),
    "FarmKnocks": (
        {**PLACE, "kind": "knocked", "knocks_1h": 12},
        "a school's first morning, in which everybody follows eight links", {"knocks_1h": 8},
    ),
    "FarmReports": (
        {**PLACE, "kind": "reported", "reports_made_24h": 3},
        "somebody from a large office who reports two spammers", {"reports_made_24h": 2},
    ),
    "FarmInvited": (
        {**UNWELCOME, "account_hours": 20, "inviter_invited_24h": 30.0},
        "guests of one who invited a whole club, who are welcome", {"acceptance_upper": 0.9},
    ),
    "FarmFaces": (
        {**PLACE, "kind": "showed", "shown_24h": 12.0},
        "a pupil who tries a few pictures", {"shown_24h": 5.0},
    ),
    "FarmCoordinated": (
        {"kind": "knocked", "labelled_coordinated": True, "account_days": 10},
        "an old account that a cluster drew in", {"account_days": 400},
    ),
    "ReportsBrigade": (
        {"kind": "was_reported", "reported_by_24h": 6, "reported_by_new_24h": 5},
        "somebody whom people who are long here report", {"reported_by_new_24h": 1},
    ),
    "ReportsLight": (
        {"kind": "was_reported", "reported_by_24h": 7, "report_weight_24h": 1.0},
        "somebody whom seven report who were right before", {"report_weight_24h": 7.0},
    ),
    "ReportsTrusted": (
        {"reported_by_24h": 4, "report_weight_24h": 5.0, "strangers_asked_24h": 4, "acceptance_upper": 0.5},
        "somebody hated, of whom it is known that they are being brigaded", {"labelled_brigaded": True},
    ),
    "ReportsFace": (
        {"kind": "showed", "reported_by_7d": 5, "report_weight_24h": 5.0, "shown_24h": 2.0, "account_days": 10},
        "a politician long here whom many report", {"account_days": 300},
    ),
    "ReportsAbuser": (
        {"kind": "reported", "reports_made_24h": 5, "reports_closed": 8, "upheld_upper": 0.3},
        "somebody who reports much and is right", {"upheld_upper": 1.0},
    ),
    "ReportsFreshBurst": (
        {"kind": "reported", "account_hours": 2, "reports_made_1h": 5},
        "a newcomer whom two spammers met", {"reports_made_1h": 2},
    ),
    "ExtortionAnybody": (
        {**BOTH_AGES, "account_days": 2},
        "somebody who came with their family, and whom it wants", {"acceptance_upper": 0.8},
    ),
    "ExtortionUnwanted": (
        {**BOTH_AGES, **BLOCK, "account_days": 2},
        "the same, whom nobody has blocked", {"blocked_by_24h": 0},
    ),
    "ExtortionTalk": (
        {
            "kind": "sent", "account_days": 2, "people": 1, "strangers_asked_7d": 12, "accepted_7d": 1,
            "messages_24h": 30.0, "acceptance_upper": 0.3,
        },
        "somebody new whose friends say yes", {"acceptance_upper": 0.8, "accepted_7d": 9},
    ),
    "ExtortionScript": (
        {
            "kind": "was_reported", "account_days": 20, "strangers_asked_7d": 10, "asked_7d": 10, "accepted_7d": 4,
            "blocked_by_7d": 3, "reported_by_7d": 1,
        },
        "a shop long here that some block and one reports", {"account_days": 300},
    ),
    "ExtortionOfMinors": (
        {
            "kind": "was_blocked", "minor_strangers_7d": 4, "minors_accepted_7d": 1, "blocked_by_minors_7d": 1,
            "acceptance_upper": 0.5,
        },
        "a coach whom nearly all want, and one player blocks", {"acceptance_upper": 0.9},
    ),
    "ExtortionOfMinorsGoesOn": (
        {
            "kind": "asked", "minor_strangers_7d": 4, "minors_accepted_7d": 1, "blocked_by_minors_7d": 1,
            "long_acceptance_upper": 0.5,
        },
        "the same coach, a day later", {"long_acceptance_upper": 0.9},
    ),
    "ExtortionBlocks": (
        {"kind": "blocked", "strangers_asked_7d": 10, "accepted_7d": 4, "blocks_24h": 3, "blocked_by_7d": 1},
        "somebody dating, who blocks three whom nobody asked them about", {"blocked_by_7d": 0},
    ),
}  # fmt: skip
"""By rule: what makes it hold, who comes nearest, and what is different about them."""

QUIET: Seen = {"account_days": 100, "account_hours": 2_400, "account_seconds": 8_640_000, "long_acceptance_upper": 1.0}


def held(seen: Seen) -> set[str]:
    return {rule.name for rule in RULES.held(RULES.evaluate(*values(**{**QUIET, **seen})))}


def test_there_is_no_rule_without_both() -> None:
    assert CASES.keys() == {rule.name for rule in RULES.rules}


@pytest.mark.parametrize("name", CASES)
def test_it_holds_and_leaves_its_neighbour_alone(name: str) -> None:
    seen, neighbour, differs = CASES[name]
    assert name in held(seen)
    assert name not in held({**seen, **differs}), neighbour
    assert held({}) == set(), "and nobody quiet"
