# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Letting somebody in, and giving what counts, takes two admins who are here; each is shown half of the code."""

from __future__ import annotations

import os
from dataclasses import dataclass

import pytest

from privity.desk.audit.acts import Act
from privity.desk.db.transaction import DbError
from privity.desk.limits import CODE_MS, PROPOSAL_MS
from privity.desk.staff import proposals, service, store
from privity.desk.staff.errors import (
    CodeRefused,
    LastAdmin,
    MemberNotActive,
    MemberUnknown,
    NoSecondAdmin,
    NotOneself,
    ProposalUnknown,
    TakesTwo,
)
from privity.desk.staff.model import Half, Kind, Proposal, SignedIn, State
from privity.desk.staff.rights import READS_ONLY, RIGHTS, Right, Role, takes_two
from tests.desk.contents import stands_in
from tests.desk.staff.authenticator import Authenticator
from tests.desk.staff.conftest import OWNER, Office


@dataclass
class Two:
    """Two admins, and what they do together."""

    office: Office
    one: SignedIn
    other: SignedIn

    def ask(self, *roles: Role, name: str = "Bo Example") -> tuple[Proposal, str]:
        half = proposals.invite(self.office.db, self.one.acting, name, roles, self.office.now_ms, os.urandom)
        return self.waiting()[-1], half.code

    def waiting(self) -> tuple[Proposal, ...]:
        return proposals.waiting(self.office.db, self.one.acting, self.office.now_ms)

    def agree(self, asked: Proposal, who: SignedIn | None = None) -> Half | None:
        me = service.member(self.office.db, (who or self.other).number)
        _, half = proposals.confirm(self.office.db, me.acting, asked.number, self.office.now_ms, os.urandom)
        return half

    def raised(self, number: int, *roles: Role) -> Proposal | None:
        return proposals.change_roles(self.office.db, self.one.acting, number, roles, self.office.now_ms)


@pytest.fixture
def two(office: Office) -> Two:
    return Two(office, office.member(Role.ADMIN), office.member(Role.ADMIN))


def test_a_colleague_comes_with_what_both_were_shown(two: Two) -> None:
    asked, first = two.ask(Role.MODERATOR, Role.SENIOR)
    assert (asked.kind, asked.name, asked.roles, asked.by) == (
        Kind.INVITE,
        "Bo Example",
        frozenset({Role.MODERATOR, Role.SENIOR}),
        two.one.number,
    )
    assert len(store.members(two.office.db)) == 2, "nobody is there before the second one agrees"
    half = two.agree(asked)
    assert half is not None and half.second and two.waiting() == ()
    assert [stands_in(two.office.db, code) for code in (first, half.code)] == [[], []]
    bo = two.office.me(two.office.come(f"{first} {half.code}", Authenticator()))
    assert (bo.name, bo.roles) == ("Bo Example", frozenset({Role.MODERATOR, Role.SENIOR}))
    (proposed,), invited = two.office.log(Act.STAFF_PROPOSED), two.office.log(Act.STAFF_INVITED)[-1]
    assert proposed.who == f"staff:{two.one.number}"
    assert (invited.who, invited.said) == (
        f"staff:{two.other.number}",
        {"roles": ["moderator", "senior"], "proposal": asked.number, "first": f"staff:{two.one.number}"},
    )
    assert b"Bo" not in b"".join(entry.encode() for entry in two.office.log())


def test_the_halves_work_in_either_order_and_only_together(two: Two) -> None:
    asked, first = two.ask(Role.MODERATOR)
    with pytest.raises(CodeRefused):
        two.office.come(first, Authenticator())
    half = two.agree(asked)
    assert half is not None
    for wrong in (first, half.code, f"{first} {first}", f"{half.code} {half.code}", f"{first}{half.code}", " "):
        with pytest.raises(CodeRefused):
            two.office.come(wrong, Authenticator())
    two.office.come(f"{half.code} {first}", Authenticator())


def test_who_asked_cannot_agree_nor_who_is_no_admin_nor_a_command(two: Two) -> None:
    asked, _ = two.ask(Role.SENIOR)
    with pytest.raises(NotOneself):
        two.agree(asked, two.one)
    with pytest.raises(MemberUnknown, match="a command does it"):
        proposals.confirm(two.office.db, OWNER, asked.number, two.office.now_ms, os.urandom)
    with pytest.raises(MemberUnknown):
        proposals.invite(two.office.db, OWNER, "Bo", [Role.SENIOR], two.office.now_ms, os.urandom)
    assert two.waiting() == (asked,)


def test_a_service_lets_no_admin_alone_past(two: Two) -> None:
    other, (invited, _) = two.office.member(Role.AUDITOR), two.office.invited(Role.SENIOR)
    before = two.office.log()
    for act in (
        lambda: service.invite(two.office.db, two.one.acting, "Bo", [Role.AUDITOR], two.office.now_ms, os.urandom),
        lambda: service.renew_code(two.office.db, two.one.acting, invited, two.office.now_ms, os.urandom),
        lambda: service.change_roles(two.office.db, two.one.acting, other.number, [Role.ADMIN], two.office.now_ms),
    ):
        with pytest.raises(TakesTwo, match=f"staff:{two.one.number} alone"):
            act()
    assert two.office.log() == before


def test_the_only_admin_is_told_the_command(office: Office) -> None:
    admin, other = office.member(Role.ADMIN), office.member(Role.MODERATOR)
    invited, _ = office.invited(Role.ADMIN)  # who has not come cannot agree
    before = office.log()
    for act, command in (
        (lambda: proposals.invite(office.db, admin.acting, "Bo", [Role.SENIOR], office.now_ms, os.urandom), "invite"),
        (lambda: proposals.renew_code(office.db, admin.acting, invited, office.now_ms, os.urandom), "code"),
        (
            lambda: proposals.change_roles(office.db, admin.acting, other.number, [Role.SENIOR], office.now_ms),
            f"roles {other.number} --role senior",
        ),
    ):
        with pytest.raises(NoSecondAdmin, match=f"privity desk {command}"):
            act()
    assert office.log() == before and not proposals.may_ask(office.db, admin.acting)


def test_what_waits_is_never_changed(two: Two) -> None:
    two.ask(Role.MODERATOR)
    with pytest.raises(DbError, match="under the eyes of the other"):
        two.office.db.execute("UPDATE staff_proposal SET roles = 'admin'")


def test_it_waits_a_week(two: Two) -> None:
    asked, _ = two.ask(Role.SENIOR)
    two.office.now_ms += PROPOSAL_MS - 1
    assert two.waiting() == (asked,)
    two.office.now_ms += 1
    assert two.waiting() == () and proposals.count_waiting(two.office.db, two.office.now_ms) == 0
    with pytest.raises(ProposalUnknown):
        two.agree(asked)
    again, _ = two.ask(Role.SENIOR)
    assert store.proposals(two.office.db) == (again,), "the old one, with its name, is gone"
    assert again.number > asked.number


def test_the_code_ends_three_days_after_the_second_one_agreed(two: Two) -> None:
    asked, first = two.ask(Role.MODERATOR)
    two.office.now_ms += PROPOSAL_MS - 1
    half = two.agree(asked)
    assert half is not None
    two.office.now_ms += CODE_MS
    with pytest.raises(CodeRefused):
        two.office.come(f"{first} {half.code}", Authenticator())


def test_a_clock_that_was_set_back_makes_nothing_wait_longer(two: Two) -> None:
    asked, _ = two.ask(Role.SENIOR)
    two.office.now_ms -= 1
    with pytest.raises(ProposalUnknown):
        two.agree(asked)


def test_what_was_asked_counts_no_more_once_who_asked_is_gone_or_no_admin(two: Two) -> None:
    asked, _ = two.ask(Role.SENIOR)
    service.change_roles(two.office.db, OWNER, two.one.number, [Role.MODERATOR], two.office.now_ms)
    with pytest.raises(ProposalUnknown):
        two.agree(asked)
    service.change_roles(two.office.db, OWNER, two.one.number, [Role.ADMIN], two.office.now_ms)
    service.end(two.office.db, two.other.acting, two.one.number, "left", two.office.now_ms)
    assert store.proposals(two.office.db) == ()


def test_another_admin_disagrees_or_who_asked_takes_it_back(two: Two) -> None:
    for who in (two.one, two.other):
        asked, first = two.ask(Role.SENIOR)
        proposals.withdraw(two.office.db, who.acting, asked.number, two.office.now_ms)
        with pytest.raises(ProposalUnknown):
            two.agree(asked)
        with pytest.raises(ProposalUnknown):
            proposals.withdraw(two.office.db, who.acting, asked.number, two.office.now_ms)
        with pytest.raises(CodeRefused):
            two.office.come(first, Authenticator())
    withdrawn = two.office.log(Act.STAFF_PROPOSAL_WITHDRAWN)
    assert [entry.who for entry in withdrawn] == [f"staff:{each.number}" for each in (two.one, two.other)]


def test_more_roles_wait_and_fewer_do_not(two: Two) -> None:
    bo = two.office.member(Role.MODERATOR)
    assert two.raised(bo.number, Role.MODERATOR, Role.AUDITOR) is None, "reading the log lets nobody decide"
    asked = two.raised(bo.number, Role.SENIOR)
    assert asked is not None
    assert service.member(two.office.db, bo.number).roles == {Role.MODERATOR, Role.AUDITOR}
    assert two.agree(asked) is None
    assert service.member(two.office.db, bo.number).roles == {Role.SENIOR}
    changed = two.office.log(Act.STAFF_CHANGED)[-1]
    assert (changed.who, changed.said["first"]) == (f"staff:{two.other.number}", f"staff:{two.one.number}")
    assert two.raised(bo.number, Role.MODERATOR) is None


def test_nobody_agrees_to_what_is_about_themselves(two: Two) -> None:
    with pytest.raises(NoSecondAdmin):
        two.raised(two.other.number, Role.ADMIN, Role.SENIOR)
    third = two.office.member(Role.ADMIN)
    asked = two.raised(two.other.number, Role.ADMIN, Role.SENIOR)
    assert asked is not None
    with pytest.raises(NotOneself):
        two.agree(asked)
    two.agree(asked, third)
    assert service.member(two.office.db, two.other.number).roles == {Role.ADMIN, Role.SENIOR}


def test_what_was_asked_under_other_roles_is_gone(two: Two) -> None:
    bo = two.office.member(Role.SENIOR, Role.APPEALS)
    asked = two.raised(bo.number, Role.SENIOR, Role.APPEALS, Role.REFERRALS)
    assert asked is not None
    two.raised(bo.number, Role.SENIOR)
    with pytest.raises(ProposalUnknown):
        two.agree(asked)
    assert service.member(two.office.db, bo.number).roles == {Role.SENIOR}


def test_a_later_wish_about_somebody_takes_the_place_of_the_one_before(two: Two) -> None:
    bo = two.office.member(Role.MODERATOR)
    first, second = two.raised(bo.number, Role.SENIOR), two.raised(bo.number, Role.APPEALS)
    assert first is not None and two.waiting() == (second,)
    with pytest.raises(ProposalUnknown):
        two.agree(first)


def test_another_code_takes_two_and_the_one_before_works_until_then(two: Two) -> None:
    number, old = two.office.invited(Role.SENIOR)
    first = proposals.renew_code(two.office.db, two.one.acting, number, two.office.now_ms, os.urandom)
    (asked,) = two.waiting()
    assert (asked.kind, asked.member, asked.name) == (Kind.CODE, number, "Ada Example")
    half = two.agree(asked)
    assert half is not None
    with pytest.raises(CodeRefused):
        two.office.come(old, Authenticator())
    assert two.office.me(two.office.come(f"{first.code} {half.code}", Authenticator())).number == number
    with pytest.raises(MemberNotActive):
        proposals.renew_code(two.office.db, two.one.acting, number, two.office.now_ms, os.urandom)


def test_a_code_that_somebody_came_with_meanwhile_is_not_made_anew(two: Two) -> None:
    number, old = two.office.invited(Role.SENIOR)
    proposals.renew_code(two.office.db, two.one.acting, number, two.office.now_ms, os.urandom)
    (asked,) = two.waiting()
    two.office.come(old, Authenticator())
    with pytest.raises(MemberNotActive):
        two.agree(asked)
    assert two.waiting() == (asked,), "nothing was done"


def test_somebody_who_was_ended_meanwhile_is_given_nothing(two: Two) -> None:
    bo = two.office.member(Role.MODERATOR)
    asked = two.raised(bo.number, Role.SENIOR)
    assert asked is not None
    service.end(two.office.db, two.one.acting, bo.number, "left", two.office.now_ms)
    with pytest.raises(ProposalUnknown):
        two.agree(asked)
    assert service.member(two.office.db, bo.number).state is State.ENDED


def test_the_last_admin_stays_one_however_many_agree(two: Two) -> None:
    third = two.office.member(Role.ADMIN)
    asked = two.raised(third.number, Role.SENIOR)
    assert asked is not None
    for each in (two.one, two.other):
        store.set_state(two.office.db, each.number, State.INVITED, None)
    with pytest.raises(LastAdmin):
        service.put_roles(two.office.db, OWNER, service.member(two.office.db, third.number), asked.roles, 0)


def test_every_role_takes_two_because_everybody_may_vouch() -> None:
    assert all(takes_two((), [role]) for role in Role)
    assert set(Right) > READS_ONLY and Right.RECOVER_STAFF not in READS_ONLY
    assert not READS_ONLY & {
        Right.WORK_CASE,
        Right.OPEN_EVIDENCE,
        Right.DECIDE,
        Right.CONFIRM,
        Right.UNDO,
        Right.ANSWER_APPEAL,
        Right.REFER,
        Right.SEND_REFERRAL,
        Right.MANAGE_STAFF,
    }
    assert not takes_two([Role.SENIOR], [Role.MODERATOR])
    assert takes_two([Role.MODERATOR], [Role.MODERATOR, Role.SENIOR])
    assert [role for role in Role if RIGHTS[role] <= READS_ONLY] == []
