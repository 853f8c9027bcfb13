# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""LP-7: what the services refuse the database refuses as well, to whoever writes into it directly."""

from __future__ import annotations

import pytest

from privity.desk.db.transaction import IntegrityError
from privity.desk.legal.agencies.revoking import Whom
from tests.desk.legal.agencies.bureau import Bureau, Team


@pytest.fixture
def ready(bureau: Bureau) -> Team:
    """Agency 1: everything but the second colleague. Supervisor 1, officer 2."""
    return bureau.ready()


STEP = "INSERT INTO agency_step (agency, round, step, at_ms, who, detail) VALUES"


@pytest.mark.parametrize(
    ("sql", "why"),
    [
        ("UPDATE agency SET state = 'active', attested_ms = 1, used_ms = 1", "a second member of staff"),
        ("UPDATE agency SET state = 'lapsed', attested_ms = 1, used_ms = 1", "from enrolling to active|second member"),
        ("UPDATE agency SET domain = 'kettles.example'", "never edited"),
        ("UPDATE agency SET switchboard = '+33140'", "never edited"),
        ("UPDATE agency SET suspected = 1", "never edited"),
        ("UPDATE agency SET round = 2", "follow each other"),
        ("DELETE FROM agency", "never deleted"),
        (
            "INSERT INTO agency (name, country, kind, domain, switchboard, state, suspected, began_ms, attested_ms,"
            " used_ms) VALUES ('x', 'DE', 'police', 'x.example', '+4930', 'active', 0, 1, 1, 1)",
            "enrolled before",
        ),
        (f"{STEP} (1, 0, 'confirmed', 1, 'staff:1', '')", "who had a part"),
        (f"{STEP} (1, 0, 'confirmed', 1, 'supervisor:1', '')", "another member of staff"),
        (f"{STEP} (1, 0, 'confirmed', 1, 'command:agency', '')", "another member of staff"),
        (f"{STEP} (1, 0, 'confirmed', 1, 'desk', '')", "another member of staff"),
        (f"{STEP} (1, 1, 'register', 1, 'staff:2', '')", "round that is open"),
        (f"{STEP} (1, 0, 'mail', 1, 'staff:2', '')", "UNIQUE"),
        ("UPDATE agency_step SET who = 'staff:9'", "never changed"),
        ("DELETE FROM agency_step", "never removed"),
        ("UPDATE agency_part SET who = 'staff:9'", "never changed"),
        ("DELETE FROM agency_part", "never forgotten"),
        ("DELETE FROM agency_person", "never deleted|FOREIGN"),
        ("UPDATE agency_person SET name = 'Eve'", "never changes"),
        ("UPDATE agency_person SET part = 'officer' WHERE n = 1", "never changes"),
        ("INSERT INTO agency_officer (n, agency, supervisor) VALUES (1, 1, 2)", "answers to a supervisor"),
        ("UPDATE agency_officer SET supervisor = 2", "answers to a supervisor"),
        ("DELETE FROM agency_officer", "never deleted|FOREIGN"),
        ("DELETE FROM agency_recipient", "never given"),
        ("UPDATE agency_recipient SET recipient = 'age1' || printf('%058d', 0)", "never given"),
        ("INSERT INTO agency_recipient SELECT * FROM agency_recipient", "UNIQUE"),
        ("INSERT INTO agency_recipient VALUES ('age1' || printf('%058d', 0), 2, 1, NULL)", "UNIQUE"),
        ("INSERT INTO agency_proof SELECT * FROM agency_proof", "UNIQUE"),
        ("UPDATE agency_passkey SET sign_count = -1", "CHECK"),
    ],
)  # fmt: skip
def test_lp_7_the_database_refuses_it_too(bureau: Bureau, ready: Team, sql: str, why: str) -> None:
    assert ready.agency.number == 1
    with pytest.raises(IntegrityError, match=why):
        bureau.db.execute(sql)


def test_lp_7_no_step_is_done_before_its_turn(bureau: Bureau) -> None:
    agency = bureau.found().number
    for step in ("switchboard", "supervisor", "officer", "confirmed"):
        with pytest.raises(IntegrityError, match="follow each other"):
            bureau.db.execute(f"{STEP} (?, 0, '{step}', 1, 'staff:2', '')", (agency,))


def test_lp_14_what_ended_never_returns(bureau: Bureau) -> None:
    team = bureau.enrolled()
    for state in ("enrolling", "lapsed"):
        with pytest.raises(IntegrityError, match=r"at last to revoked|looked at anew"):
            bureau.db.execute("UPDATE agency SET state = ?", (state,))
    bureau.revoke(Whom.all())
    for sql, why in (
        ("UPDATE agency SET state = 'active', ended_ms = NULL", "stays revoked"),
        ("UPDATE agency SET used_ms = 9", "stays revoked"),
        (f"{STEP} ({team.agency.number}, 0, 'register', 1, 'staff:2', '')", "round that is open"),
        ("UPDATE agency_person SET state = 'active', ended_ms = NULL", "stays ended"),
        ("UPDATE agency_recipient SET ended_ms = NULL", "stays ended"),
    ):
        with pytest.raises(IntegrityError, match=why):
            bureau.db.execute(sql)


def test_a_lapsed_agency_is_not_switched_on_again_by_its_old_round(bureau: Bureau) -> None:
    team = bureau.enrolled()
    with pytest.raises(IntegrityError, match="looked at anew"):
        bureau.db.execute("UPDATE agency SET state = 'lapsed'")
    bureau.db.execute("UPDATE agency SET state = 'lapsed', round = round + 1")
    with pytest.raises(IntegrityError, match="a second member of staff"):
        bureau.db.execute("UPDATE agency SET state = 'active'")
    with pytest.raises(IntegrityError, match="a second member of staff"):
        bureau.db.execute("UPDATE agency SET attested_ms = attested_ms + 1")
    assert bureau.again(team).round == 1


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE agency SET state = 'lapsed', round = 1",
        "UPDATE agency SET state = 'revoked', ended_ms = 1",
        "UPDATE agency_person SET state = 'ended', ended_ms = 1 WHERE n = 1",
        "UPDATE agency_person SET state = 'ended', ended_ms = 1 WHERE n = 2",
        "UPDATE agency_person SET state = 'lapsed' WHERE n = 2",
        "UPDATE agency_person SET state = 'enrolled' WHERE n = 2",
        "UPDATE agency_person SET state = 'enrolled' WHERE n = 1",
    ],
)
def test_what_other_tables_ask_follows_agency_officer_and_supervisor(bureau: Bureau, sql: str) -> None:
    team = bureau.enrolled()
    asked = "SELECT officer, agency FROM agency_officer_in_force"
    assert bureau.db.execute(asked).fetchall() == [(team.officer, team.agency.number)]
    bureau.db.execute(sql)
    assert bureau.db.execute(asked).fetchall() == []
