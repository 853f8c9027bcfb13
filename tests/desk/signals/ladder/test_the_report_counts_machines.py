# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What rules did stands in the transparency report as what a machine decided, and log and tables agree."""

from __future__ import annotations

from privity.desk.audit import log as audit
from privity.desk.audit.acts import Act
from privity.desk.decisions import service as decisions
from privity.desk.intake.findings import Level
from privity.desk.transparency.compare import must_agree
from privity.desk.transparency.compute import compute_exactly
from privity.desk.transparency.period import Period
from tests.desk.house import House
from tests.desk.signals.ladder.rule_house import SECOND, WRITER, RuleHouse


def test_machines_and_people_are_told_apart(house: House, rules: RuleHouse) -> None:
    for senior in (WRITER, SECOND):
        audit.add(house.db, at_ms=0, who="command:staff", act=Act.STAFF_JOINED, about=senior.who, roles=["senior"])
    version = rules.live()
    for _ in range(3):
        rules.happens(version, house.user(), asked_24h=12, acceptance_upper=0.3)
    house.undo(decisions.by_number(house.db, 1))
    house.decide(house.case(house.user(), Level.HUB))
    computed = compute_exactly(house.acts(), Period("2027-01", "2027-01"))
    must_agree(house.db, computed.report, computed.exact)
    counted = {(row.automated, row.action): row.count for row in computed.report.decisions}
    assert counted == {(True, "limit"): 3, (False, "suspend"): 1}
