# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Legal requests for an auditor: numbers, states, codes and parties out of the log, and never whom they are about."""

from __future__ import annotations

import pytest

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.console import legal_audit
from privity.desk.legal import auditing
from privity.desk.legal.requests.model import Outcome
from privity.desk.staff.acting import Acting
from privity.desk.staff.errors import NotYourRole
from privity.desk.staff.rights import Right, Role
from tests.desk.console.legal_floor import House, approve, fresh, house

__all__ = ["fresh", "house"]

AUDITOR = Acting.command("audit", Right.SEE_AUDIT)


async def test_counts_and_parties_come_out_of_the_log_and_name_nobody(house: House) -> None:
    auditor = await house.somebody(Role.AUDITOR)
    assert "No legal request has come." in (await auditor.get("/legal/audit")).text
    made = await house.reviewed()
    await approve(await house.clerk(), made)
    await approve(await house.releaser(), made)
    refused = house.floor.judged(Outcome.REJECT)
    page = (await auditor.get("/legal/audit")).text
    assert "2 requests, as the audit log tells of them" in page
    for word in ("approved", "rejected", "accept", "overbroad time", "production.approved", "legal.read"):
        assert word in page, word
    assert f"/audit?about=legal:{refused}" in page
    for nothing in ("pot.collector", "lid.collector", house.floor.team().agency.name, "teapot-0"):
        assert nothing not in page, nothing


async def test_every_count_is_that_of_the_log(house: House) -> None:
    first, second = house.floor.collected(), house.floor.judged(Outcome.REJECT)
    found = auditing.overview(house.db, AUDITOR)
    assert (found.requests, found.states) == (2, {"collected": 1, "rejected": 1})
    assert sum(found.verdicts.values()) == len(house.floor.acts(Act.LEGAL_EVALUATED)) == 2
    assert found.outcomes == {"accept": 1, "reject": 1}
    assert [each.number for each in found.listed] == [first, second]
    entries = [each for each in house.floor.acts() if each.about == f"legal:{first}"]
    assert found.listed[0].entries == len(entries)
    assert {party.who for party in found.listed[0].parties} == {each.who for each in entries}
    assert sum(count for party in found.listed[0].parties for _, count in party.acts) == len(entries)
    assert auditing.overview(house.db, AUDITOR, after=first).listed == found.listed[1:]


async def test_a_page_has_a_hundred_requests_and_leads_to_the_next(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auditing, "LISTED", 1)
    first, second = house.floor.judged(), house.floor.judged()
    auditor = await house.somebody(Role.AUDITOR)
    page = (await auditor.get("/legal/audit")).text
    assert f"about=legal:{first}" in page and f"about=legal:{second}" not in page
    page = (await auditor.get(f"/legal/audit?after={first}")).text
    assert f"about=legal:{second}" in page and "Later ones" not in page


async def test_a_log_that_was_changed_does_not_hold_and_the_page_says_which_way(house: House) -> None:
    house.floor.collected()
    log.sign(house.db, house.config.audit_name, house.floor.keys.audit)
    auditor = await house.somebody(Role.AUDITOR)
    said = (await auditor.submit("/legal/audit", "/legal/audit/check")).text
    assert "The log holds:" in said and "checkpoints: 1, of which the newest" in said
    (data,) = list(log.entries(house.db, 3, 4))
    house.db.execute("DROP TRIGGER audit_entry_keeps_rows")
    changed = data.replace(b'"at_ms":1', b'"at_ms":2')
    assert changed != data
    house.db.execute("UPDATE audit_entry SET entry = ? WHERE n = 3", (changed,))
    said = (await auditor.submit("/legal/audit", "/legal/audit/check")).text
    assert "The log does not hold: NodesDisagree" in said


async def test_a_long_log_is_checked_on_the_machine(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(legal_audit, "MAX_CHECKED", 1)
    auditor = await house.somebody(Role.AUDITOR)
    assert "privity audit verify on the desk" in (await auditor.submit("/legal/audit", "/legal/audit/check")).text


async def test_who_works_on_requests_is_no_auditor(house: House) -> None:
    assert (await (await house.clerk()).get("/legal/audit")).status == 403
    auditor = await house.somebody(Role.AUDITOR)
    number = house.floor.collected()
    for path in (f"/legal/{number}/release", f"/legal/{number}/notice", "/legal/vault", "/legal/deadlines"):
        assert (await auditor.get(path)).status == 403, path
    with pytest.raises(NotYourRole):
        auditing.overview(house.db, house.floor.clerk)
