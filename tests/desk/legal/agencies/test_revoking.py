# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""LP-14: revoking one agency or all of them is one act, and nothing of theirs is worth anything when it returns."""

from __future__ import annotations

import os
from collections.abc import Sequence

import pytest

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.audit.entry import MAX_ENTRY
from privity.desk.db.transaction import Db
from privity.desk.errors import ReasonMissing
from privity.desk.legal.agencies import enrolling, people, revoking, service
from privity.desk.legal.agencies.errors import AgencyInvalid, AgencyUnknown, NothingToRevoke
from privity.desk.legal.agencies.model import Deed, Revoked, State, Step
from privity.desk.legal.agencies.revoking import Whom
from privity.desk.staff.acting import Acting
from privity.desk.staff.errors import CodeRefused, NotYourRole, PasskeyUnknown
from privity.desk.staff.rights import RIGHTS, Right, Role
from tests.desk.legal.agencies.bureau import CLERK, MACHINE, PLACE, RELEASER, Bureau, Team


@pytest.fixture
def teams(bureau: Bureau) -> list[Team]:
    """Four agencies that file, of two countries and three domains."""
    return [
        bureau.enrolled(),
        bureau.enrolled(domain="north.teapots.example", switchboard="+49 30 200000"),
        bureau.enrolled(domain="notteapots.example", switchboard="+49 30 300000"),
        bureau.enrolled(domain="kettles.example", country="FR", switchboard="+33 1 400000"),
    ]


def left(bureau: Bureau) -> list[int]:
    return [each.number for each in service.listed(bureau.db, CLERK) if each.state is State.ACTIVE]


@pytest.mark.parametrize(
    ("whom", "gone"),
    [
        (Whom.all(), [1, 2, 3, 4]),
        (Whom(country="DE"), [1, 2, 3]),
        (Whom(country="FR"), [4]),
        (Whom.below("Teapots.example."), [1, 2]),
        (Whom.below("north.teapots.example"), [2]),
        (Whom(number=3), [3]),
    ],
    ids=["all", "one country", "the other country", "a domain and below", "a domain below", "one"],
)
def test_lp_14_one_act_revokes_whom_it_means(bureau: Bureau, teams: list[Team], whom: Whom, gone: list[int]) -> None:
    done = bureau.revoke(whom)
    assert done == Revoked(tuple(gone), len(gone), len(gone), 2 * len(gone), 0, len(gone), ())
    assert left(bureau) == sorted({1, 2, 3, 4} - set(gone))
    (entry,) = bureau.log(Act.AGENCIES_REVOKED)
    assert (entry.who, entry.said["agencies"], entry.said["by"]) == (RELEASER.who, gone, whom.how)
    for team in teams:
        if team.agency.number in gone:
            with pytest.raises(PasskeyUnknown):
                bureau.file(team.officer, b"a request")
        else:
            assert bureau.file(team.officer, b"of %d" % team.officer)


def test_lp_14_codes_and_keys_end_with_it_wherever_the_enrolling_was(bureau: Bureau) -> None:
    team = bureau.ready()
    late = people.name_supervisor(bureau.db, CLERK, team.agency.number, "Sue", bureau.now_ms, os.urandom)
    named = people.name_officer(
        bureau.db, PLACE, *bureau.sign(team.supervisor, Deed.NAME_OFFICER, text="Bo"), bureau.now_ms, os.urandom
    )
    begun = bureau.found(domain="kettles.example")
    enrolling.ask_back(bureau.db, CLERK, begun.number, Step.MAIL, bureau.now_ms, os.urandom)
    signed = bureau.sign(team.supervisor, Deed.NAME_OFFICER, text="Eve")
    done = bureau.revoke(Whom.all())
    assert done == Revoked((team.agency.number, begun.number), 2, 2, 2, 3, 1, ())
    for invited in (late, named):
        with pytest.raises(CodeRefused):
            bureau.join(invited)
    with pytest.raises(PasskeyUnknown):
        people.name_officer(bureau.db, PLACE, *signed, bureau.now_ms, os.urandom)
    for table in ("agency_passkey", "agency_code", "agency_check", "agency_habit", "agency_in_force"):
        assert bureau.db.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,), table


def test_lp_14_what_of_theirs_is_open_is_asked_before_anything_changes_and_told(
    bureau: Bureau, teams: list[Team]
) -> None:
    def opened(db: Db, numbers: Sequence[int]) -> tuple[str, ...]:
        assert left(bureau) == [1, 2, 3, 4]
        return tuple(f"LP-2026-{number}" for number in numbers)

    done = revoking.revoke(bureau.db, MACHINE, Whom(country="FR"), "a reason", bureau.now_ms, opened)
    assert done.requests == ("LP-2026-4",)
    assert bureau.log(Act.AGENCIES_REVOKED)[0].said["requests"] == 1


def test_nothing_is_revoked_where_the_log_cannot_say_so(
    bureau: Bureau, teams: list[Team], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> int:
        raise OSError("the disk is full")

    monkeypatch.setattr(log, "add", full)
    with pytest.raises(OSError, match="full"):
        bureau.revoke(Whom.all())
    monkeypatch.undo()
    assert left(bureau) == [1, 2, 3, 4]
    assert bureau.file(teams[0].officer, b"a request")


def test_whoever_had_ended_before_is_not_ended_again(bureau: Bureau) -> None:
    team = bureau.enrolled()
    other, _ = bureau.officer(team.supervisor, "Bo")
    bureau.end_by(team.supervisor, other)
    ended = service.officer(bureau.db, other).person
    bureau.days(1)
    done = bureau.revoke(Whom.all())
    assert (done.supervisors, done.officers, done.passkeys, done.keys) == (1, 1, 2, 1)
    assert service.officer(bureau.db, other).person == ended


def test_an_agency_never_comes_back_and_is_enrolled_anew_under_another_number(bureau: Bureau) -> None:
    before = bureau.enrolled()
    bureau.revoke(Whom(number=before.agency.number))
    with pytest.raises(NothingToRevoke):
        bureau.revoke(Whom(number=before.agency.number))
    after = bureau.enrolled()
    assert after.agency.number > before.agency.number and after.officer > before.officer
    assert bureau.file(after.officer, b"a request")


def test_what_cannot_be_meant_is_refused(bureau: Bureau) -> None:
    bureau.enrolled()
    for whom, error in (
        (Whom(number=77), AgencyUnknown),
        (Whom(country="XX"), NothingToRevoke),
        (Whom.below("kettles.example"), NothingToRevoke),
    ):
        with pytest.raises(error):
            bureau.revoke(whom)
    with pytest.raises(AgencyInvalid):
        Whom.below("not a domain")
    with pytest.raises(ReasonMissing):
        revoking.revoke(bureau.db, RELEASER, Whom.all(), " ", bureau.now_ms, lambda _, __: ())
    assert left(bureau) == [1]


@pytest.mark.parametrize("role", list(Role))
def test_everybody_of_the_legal_desk_may_revoke_and_nobody_else(bureau: Bureau, role: Role) -> None:
    bureau.enrolled()
    who = Acting.member(9, frozenset({role}))
    if Right.REVOKE_AGENCIES in RIGHTS[role]:
        assert bureau.revoke(Whom.all(), who).agencies == (1,)
    else:
        with pytest.raises(NotYourRole):
            bureau.revoke(Whom.all(), who)


def test_a_great_many_are_one_act_in_several_entries(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(revoking, "NUMBERS", 2)
    for number in range(5):
        bureau.found(domain=f"office-{number}.example")
    assert len(bureau.revoke(Whom.all()).agencies) == 5
    assert [entry.said["agencies"] for entry in bureau.log(Act.AGENCIES_REVOKED)] == [[1, 2], [3, 4], [5]]


def test_so_many_numbers_fit_into_an_entry() -> None:
    assert revoking.NUMBERS * len("1000000,") + 2000 < MAX_ENTRY
