# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""An agency comes in by the register, its mail, its switchboard, a supervisor, an officer and a second colleague."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace

import pytest

from privity.desk.audit.acts import Act
from privity.desk.legal.agencies import enrolling, people, service
from privity.desk.legal.agencies.errors import (
    AgencyInvalid,
    AgencyNotActive,
    AgencyUnknown,
    CheckRefused,
    NotFromRegister,
    StepRefused,
    TakesAnother,
    TakesStaff,
)
from privity.desk.legal.agencies.model import Standing, State, Step
from privity.desk.legal.agencies.revoking import Whom
from privity.desk.limits import CHECK_WRONG, CODE_MS, ROUND_DAYS
from privity.desk.staff.acting import Acting
from privity.desk.staff.errors import NotYourRole
from privity.desk.staff.rights import RIGHTS, Right, Role
from tests.desk.contents import stands_in
from tests.desk.legal.agencies.bureau import CLERK, OTHER_CLERK, RELEASER, TEAPOTS, Bureau


def test_an_agency_files_once_every_step_was_done(bureau: Bureau) -> None:
    team = bureau.ready()
    with pytest.raises(AgencyNotActive, match="enrolling"):
        service.in_force(bureau.db, team.officer, bureau.now_ms)
    team.agency = bureau.confirm(team.agency.number)
    assert service.in_force(bureau.db, team.officer, bureau.now_ms).number == team.officer
    assert team.agency.state is State.ACTIVE
    steps = service.history(bureau.db, RELEASER, team.agency.number)
    assert [each.step for each in steps] == list(Step)
    assert [each.who for each in steps] == [*["staff:1"] * 3, *[f"supervisor:{team.supervisor}"] * 2, "staff:2"]
    (entry,) = bureau.log(Act.AGENCY_FOUND)
    assert (entry.who, entry.about) == (CLERK.who, team.agency.about)
    assert entry.said == {"country": "DE", "kind": "public_prosecutor", "suspected": False}
    assert steps[0].detail == "List of notified authorities: https://register.example/teapots"


def test_what_the_register_says_is_written_in_one_way(bureau: Bureau) -> None:
    agency = bureau.found(domain=" Teapots.EXAMPLE. ", switchboard="+49 (30) 1234/0")
    assert (agency.domain, agency.switchboard) == ("teapots.example", "+493012340")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", " "),
        ("name", "x" * 201),
        ("name", "teapot\u0007s"),
        ("country", "Germany"),
        ("country", "de"),
        ("kind", "teapot_police"),
        ("domain", "teapots"),
        ("domain", "teapöts.example"),
        ("domain", "-teapots.example"),
        ("domain", "192.0.2.1"),
        ("switchboard", "030 1234"),
        ("switchboard", "+49 30 twelve"),
        ("register", ""),
        ("source", "x" * 501),
    ],
)
def test_what_no_agency_can_have_is_refused(bureau: Bureau, name: str, value: str) -> None:
    with pytest.raises(AgencyInvalid):
        bureau.found(**{name: value})
    assert service.listed(bureau.db, CLERK) == ()


def test_each_step_waits_for_the_one_before(bureau: Bureau) -> None:
    agency = bureau.found()
    with pytest.raises(StepRefused, match="mail comes next"):
        enrolling.ask_back(bureau.db, CLERK, agency.number, Step.SWITCHBOARD, bureau.now_ms, os.urandom)
    with pytest.raises(StepRefused, match="mail comes next"):
        enrolling.answered_call(bureau.db, CLERK, agency.number, "code", agency.switchboard, bureau.now_ms)
    with pytest.raises(StepRefused, match="expected mail or switchboard"):
        enrolling.ask_back(bureau.db, CLERK, agency.number, Step.OFFICER, bureau.now_ms, os.urandom)
    with pytest.raises(StepRefused, match="at the switchboard first"):
        bureau.supervisor(agency)
    with pytest.raises(StepRefused, match="mail comes next, got confirmed"):
        bureau.confirm(agency.number)
    bureau.reached(agency)
    with pytest.raises(StepRefused, match="supervisor comes next, got mail"):
        enrolling.ask_back(bureau.db, CLERK, agency.number, Step.MAIL, bureau.now_ms, os.urandom)
    supervisor = bureau.supervisor(agency)
    with pytest.raises(StepRefused, match="officer comes next, got confirmed"):
        bureau.confirm(agency.number)
    bureau.officer(supervisor.number)
    bureau.confirm(agency.number)


def test_a_code_comes_back_as_it_was_made_however_it_is_typed(bureau: Bureau) -> None:
    agency = bureau.found()
    mailed = enrolling.ask_back(bureau.db, CLERK, agency.number, Step.MAIL, bureau.now_ms, os.urandom)
    assert (mailed.to, len(mailed.code)) == ("teapots.example", 32) and mailed.code not in repr(mailed)
    assert stands_in(bureau.db, mailed.code) == []
    enrolling.answered_mail(
        bureau.db,
        CLERK,
        agency.number,
        f" {mailed.code.upper()}\n",
        "mail.teapots.example",
        bureau.now_ms,
        dmarc_passed=True,
    )
    said = enrolling.ask_back(bureau.db, CLERK, agency.number, Step.SWITCHBOARD, bureau.now_ms, os.urandom)
    assert said.to == "+493012340" and [len(group) for group in said.code.split()] == [4, 4, 4, 4]
    enrolling.answered_call(
        bureau.db, CLERK, agency.number, said.code.replace(" ", "-"), "+49 30 1234 0", bureau.now_ms
    )
    assert Step.SWITCHBOARD in service.open_steps(bureau.db, agency)


def test_a_code_ends_and_a_new_one_takes_its_place(bureau: Bureau) -> None:
    agency = bureau.found()

    def ask() -> str:
        return enrolling.ask_back(bureau.db, CLERK, agency.number, Step.MAIL, bureau.now_ms, os.urandom).code

    def answer(code: str) -> None:
        enrolling.answered_mail(bureau.db, CLERK, agency.number, code, agency.domain, bureau.now_ms, dmarc_passed=True)

    with pytest.raises(CheckRefused, match="no code waits"):
        answer("anything")
    old, new = ask(), ask()
    with pytest.raises(CheckRefused, match="not the code"):
        answer(old)
    bureau.now_ms += CODE_MS
    with pytest.raises(CheckRefused, match="too old"):
        answer(new)
    bureau.now_ms -= 2 * CODE_MS
    with pytest.raises(CheckRefused, match="too old"):
        answer(new)  # it was made under a clock that was wrong
    bureau.now_ms += CODE_MS
    answer(ask())


def test_a_wrong_code_counts_and_stands_in_the_log(bureau: Bureau) -> None:
    agency = bureau.found()
    code = enrolling.ask_back(bureau.db, CLERK, agency.number, Step.MAIL, bureau.now_ms, os.urandom).code
    for guess in range(CHECK_WRONG):
        with pytest.raises(CheckRefused, match="not the code"):
            enrolling.answered_mail(
                bureau.db, CLERK, agency.number, f"guess {guess}", agency.domain, bureau.now_ms, dmarc_passed=True
            )
    with pytest.raises(CheckRefused, match="no code waits"):
        enrolling.answered_mail(bureau.db, CLERK, agency.number, code, agency.domain, bureau.now_ms, dmarc_passed=True)
    assert [entry.said["why"] for entry in bureau.log(Act.AGENCY_CHECK_FAILED)] == ["code"] * CHECK_WRONG


def test_the_log_names_no_person_domain_or_number(bureau: Bureau) -> None:
    bureau.enrolled()
    said = b"".join(entry.encode() for entry in bureau.log())
    for word in (b"Teapot", b"teapots", b"4930", b"Sam", b"Olga", b"register.example"):
        assert word not in said


def test_the_second_colleague_confirms_what_they_saw(bureau: Bureau) -> None:
    team = bureau.ready()
    seen = service.dossier(bureau.db, RELEASER, team.agency.number)
    assert [each.number for each in seen.supervisors] == [team.supervisor]
    assert [each.number for each in seen.officers] == [team.officer]
    people.name_supervisor(bureau.db, CLERK, team.agency.number, "Late Comer", bureau.now_ms, os.urandom)
    with pytest.raises(StepRefused, match="has changed"):
        enrolling.confirm(bureau.db, RELEASER, team.agency.number, seen.sha256, bureau.now_ms)
    bureau.confirm(team.agency.number)
    late = service.dossier(bureau.db, RELEASER, team.agency.number).supervisors[1]
    assert late.state is Standing.ENDED, "who had not come when it was confirmed comes no more"


@pytest.mark.parametrize("step", [Step.REGISTER, Step.MAIL, Step.SWITCHBOARD], ids=lambda step: step.value)
def test_who_had_any_part_in_a_round_never_confirms_it(bureau: Bureau, step: Step) -> None:
    """Whichever of the three it was, the others by a colleague."""
    by = {each: OTHER_CLERK if each is step else CLERK for each in (Step.REGISTER, Step.MAIL, Step.SWITCHBOARD)}
    agency = enrolling.begin(bureau.db, by[Step.REGISTER], TEAPOTS, bureau.now_ms)
    mailed = enrolling.ask_back(bureau.db, CLERK, agency.number, Step.MAIL, bureau.now_ms, os.urandom)
    enrolling.answered_mail(
        bureau.db, by[Step.MAIL], agency.number, mailed.code, agency.domain, bureau.now_ms, dmarc_passed=True
    )
    said = enrolling.ask_back(bureau.db, CLERK, agency.number, Step.SWITCHBOARD, bureau.now_ms, os.urandom)
    enrolling.answered_call(bureau.db, by[Step.SWITCHBOARD], agency.number, said.code, said.to, bureau.now_ms)
    bureau.officer(bureau.supervisor(agency).number)
    for who in (CLERK, OTHER_CLERK):
        with pytest.raises(TakesAnother, match=who.who):
            bureau.confirm(agency.number, who)
    bureau.confirm(agency.number)


def test_a_round_is_confirmed_within_a_month(bureau: Bureau) -> None:
    team = bureau.ready()
    bureau.days(ROUND_DAYS + 1)
    with pytest.raises(StepRefused, match="a new round"):
        bureau.confirm(team.agency.number)
    assert bureau.again(team).state is State.ACTIVE


def test_a_round_that_nobody_can_confirm_begins_anew(bureau: Bureau) -> None:
    """In a house of two, each of whom had a part in it."""
    team = bureau.ready()
    second = Acting.member(2, frozenset({Role.LEGAL_CLERK, Role.LEGAL_RELEASER}))
    enrolling.look_again(bureau.db, second, team.agency.number, TEAPOTS, bureau.now_ms)
    with pytest.raises(StepRefused, match="mail comes next"):
        bureau.confirm(team.agency.number, CLERK)
    assert bureau.again(team, second, CLERK).round == 2


def test_an_agency_that_moved_is_enrolled_anew(bureau: Bureau) -> None:
    team = bureau.enrolled()
    for name, value in (
        ("domain", "teapots.example.net"),
        ("switchboard", "+49 30 4321"),
        ("country", "FR"),
        ("kind", "police"),
        ("name", "Bureau of Found Teapots"),
    ):
        with pytest.raises(NotFromRegister, match=name):
            enrolling.look_again(bureau.db, CLERK, team.agency.number, replace(TEAPOTS, **{name: value}), bureau.now_ms)


def test_nothing_is_done_about_a_revoked_agency_or_one_that_there_is_not(bureau: Bureau) -> None:
    team = bureau.enrolled()
    bureau.revoke(Whom(number=team.agency.number))
    for number, error in ((team.agency.number, StepRefused), (77, AgencyUnknown)):
        with pytest.raises(error):
            enrolling.look_again(bureau.db, CLERK, number, TEAPOTS, bureau.now_ms)
        with pytest.raises(error):
            people.name_supervisor(bureau.db, CLERK, number, "Sam", bureau.now_ms, os.urandom)
    with pytest.raises(AgencyUnknown):
        service.dossier(bureau.db, CLERK, 77)


def test_a_command_enrols_nobody(bureau: Bureau) -> None:
    machine = Acting.command("agency", *Right)
    agency = bureau.found()
    with pytest.raises(TakesStaff):
        enrolling.begin(bureau.db, machine, TEAPOTS, bureau.now_ms)
    with pytest.raises(TakesStaff):
        enrolling.ask_back(bureau.db, machine, agency.number, Step.MAIL, bureau.now_ms, os.urandom)
    bureau.reached(agency)
    with pytest.raises(TakesStaff):
        people.name_supervisor(bureau.db, machine, agency.number, "Sam", bureau.now_ms, os.urandom)
    bureau.officer(bureau.supervisor(agency).number)
    with pytest.raises(TakesStaff):
        bureau.confirm(agency.number, machine)


@pytest.mark.parametrize("role", list(Role))
def test_each_act_belongs_to_its_roles(bureau: Bureau, role: Role) -> None:
    team = bureau.ready()
    who, number = Acting.member(9, frozenset({role})), team.agency.number
    acts: list[tuple[Right, Callable[[], object]]] = [
        (Right.SEE_LEGAL, lambda: service.listed(bureau.db, who)),
        (Right.SEE_LEGAL, lambda: service.history(bureau.db, who, number)),
        (Right.SEE_LEGAL, lambda: service.dossier(bureau.db, who, number)),
        (
            Right.CONFIRM_AGENCIES,
            lambda: enrolling.confirm(
                bureau.db, who, number, service.dossier(bureau.db, CLERK, number).sha256, bureau.now_ms
            ),
        ),
        (Right.MANAGE_AGENCIES, lambda: enrolling.look_again(bureau.db, who, number, TEAPOTS, bureau.now_ms)),
        (Right.REVOKE_AGENCIES, lambda: people.end(bureau.db, who, team.officer, "a reason", bureau.now_ms)),
    ]
    for right, act in acts:
        if right in RIGHTS[role]:
            act()
        else:
            with pytest.raises(NotYourRole):
                act()


def test_a_code_of_a_round_before_proves_nothing_in_the_next(bureau: Bureau) -> None:
    agency = bureau.found()
    old = enrolling.ask_back(bureau.db, CLERK, agency.number, Step.MAIL, bureau.now_ms, os.urandom).code
    enrolling.look_again(bureau.db, CLERK, agency.number, TEAPOTS, bureau.now_ms)
    with pytest.raises(CheckRefused, match="no code waits"):
        enrolling.answered_mail(bureau.db, CLERK, agency.number, old, agency.domain, bureau.now_ms, dmarc_passed=True)


def test_nothing_is_said_back_twice_nor_to_who_enrols_nobody(bureau: Bureau) -> None:
    agency = bureau.found()

    def mail(by: Acting, code: str) -> None:
        enrolling.answered_mail(bureau.db, by, agency.number, code, agency.domain, bureau.now_ms, dmarc_passed=True)

    def call(by: Acting, code: str) -> None:
        enrolling.answered_call(bureau.db, by, agency.number, code, agency.switchboard, bureau.now_ms)

    for step, answer in ((Step.MAIL, mail), (Step.SWITCHBOARD, call)):
        with pytest.raises(NotYourRole):
            enrolling.ask_back(bureau.db, RELEASER, agency.number, step, bureau.now_ms, os.urandom)
        code = enrolling.ask_back(bureau.db, CLERK, agency.number, step, bureau.now_ms, os.urandom).code
        with pytest.raises(NotYourRole):
            answer(RELEASER, code)
        with pytest.raises(TakesStaff):
            answer(Acting.command("agency", *Right), code)
        answer(CLERK, code)
        with pytest.raises(StepRefused, match=f"comes next, got {step.value}"):
            answer(CLERK, code)
