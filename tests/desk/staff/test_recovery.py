# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A lost passkey takes two others, one of them an admin, who are both still here when it counts."""

from __future__ import annotations

import os

import pytest

from privity.desk.audit.acts import Act
from privity.desk.limits import VOUCH_MS
from privity.desk.staff import recovery, service, signing_in, store
from privity.desk.staff.acting import Acting
from privity.desk.staff.errors import (
    CodeRefused,
    MemberNotActive,
    MemberUnknown,
    NotOneself,
    NotSignedIn,
    NotYourRole,
    PasskeyUnknown,
    VouchRefused,
)
from privity.desk.staff.model import Half, SignedIn, State
from privity.desk.staff.rights import Right, Role
from tests.desk.staff.authenticator import Authenticator
from tests.desk.staff.conftest import OWNER, Office


def vouch(office: Office, who: SignedIn, whom: SignedIn) -> Half:
    me = service.member(office.db, who.number)  # with the roles of now, as the pages look them up
    return recovery.vouch(office.db, me.acting, whom.number, "we spoke on the phone", office.now_ms, os.urandom)


def test_two_colleagues_bring_somebody_back(office: Office) -> None:
    admin, second, lost = office.member(Role.ADMIN), office.member(Role.MODERATOR), office.member(Role.SENIOR)
    old = office.keys[lost.number]
    token = office.sign_in(old)
    first = vouch(office, second, lost)
    assert not first.second
    assert office.me(token).number == lost.number, "one colleague alone changes nothing"
    made = vouch(office, admin, lost)
    assert made.second
    with pytest.raises(NotSignedIn):
        office.me(token)
    with pytest.raises(PasskeyUnknown):
        office.sign_in(old)
    for half in (first.code, made.code, f"{first.code} {first.code}", f"{first.code} {made.code} {made.code}"):
        with pytest.raises(CodeRefused):
            office.come(half, Authenticator())
    both = f"{made.code} {first.code}"
    assert office.me(office.come(both, Authenticator())).roles == {Role.SENIOR}
    with pytest.raises(CodeRefused):
        office.come(both, Authenticator())
    (vouched,), (granted,) = office.log(Act.RECOVERY_VOUCHED), office.log(Act.RECOVERY_GRANTED)
    assert (vouched.who, granted.who, granted.said["first"]) == (
        f"staff:{second.number}",
        f"staff:{admin.number}",
        f"staff:{second.number}",
    )


def test_one_person_vouches_once(office: Office) -> None:
    admin, lost = office.member(Role.ADMIN), office.member(Role.SENIOR)
    vouch(office, admin, lost)
    with pytest.raises(VouchRefused, match="already"):
        vouch(office, admin, lost)
    assert len(recovery.waiting(office.db, admin.acting, office.now_ms)) == 1
    assert office.log(Act.RECOVERY_GRANTED) == []


def test_an_admin_is_among_the_two(office: Office) -> None:
    admin, lost = office.member(Role.ADMIN), office.member(Role.SENIOR)
    one, two = office.member(Role.MODERATOR), office.member(Role.APPEALS)
    vouch(office, one, lost)
    with pytest.raises(VouchRefused, match="must be an admin"):
        vouch(office, two, lost)
    assert vouch(office, admin, lost).second


def test_nobody_vouches_for_themselves(office: Office) -> None:
    admin = office.member(Role.ADMIN)
    with pytest.raises(NotOneself):
        vouch(office, admin, admin)


def test_a_voucher_who_was_ended_meanwhile_counts_for_nothing(office: Office) -> None:
    admin, lost = office.member(Role.ADMIN), office.member(Role.SENIOR)
    gone, other = office.member(Role.ADMIN), office.member(Role.MODERATOR)
    vouch(office, gone, lost)
    service.end(office.db, admin.acting, gone.number, "left", office.now_ms)
    assert not vouch(office, other, lost).second, "the second is the first again"
    (withdrawn,) = office.log(Act.RECOVERY_WITHDRAWN)
    assert withdrawn.said["voucher"] == f"staff:{gone.number}"


@pytest.mark.parametrize("which", [0, 1])
def test_a_code_is_worth_nothing_once_one_of_its_vouchers_is_ended(office: Office, which: int) -> None:
    admin, lost = office.member(Role.ADMIN), office.member(Role.SENIOR)
    vouchers = (office.member(Role.MODERATOR), office.member(Role.ADMIN))
    halves = [vouch(office, each, lost).code for each in vouchers]
    service.end(office.db, admin.acting, vouchers[which].number, "was it a trick?", office.now_ms)
    with pytest.raises(CodeRefused):
        office.come(" ".join(halves), Authenticator())


def test_a_voucher_who_is_no_admin_any_more_is_none(office: Office) -> None:
    _, lost = office.member(Role.ADMIN), office.member(Role.SENIOR)
    was, other = office.member(Role.ADMIN), office.member(Role.MODERATOR)
    vouch(office, was, lost)
    service.change_roles(office.db, OWNER, was.number, [Role.MODERATOR], office.now_ms)
    with pytest.raises(VouchRefused, match="must be an admin"):
        vouch(office, other, lost)


def test_vouching_lasts_a_day(office: Office) -> None:
    admin, second, lost = office.member(Role.ADMIN), office.member(Role.MODERATOR), office.member(Role.SENIOR)
    vouch(office, admin, lost)
    office.now_ms += VOUCH_MS
    assert recovery.waiting(office.db, admin.acting, office.now_ms) == ()
    assert not vouch(office, second, lost).second


def test_vouching_anew_makes_an_unused_code_worthless(office: Office) -> None:
    admin, second, lost = office.member(Role.ADMIN), office.member(Role.MODERATOR), office.member(Role.SENIOR)
    halves = [vouch(office, each, lost).code for each in (second, admin)]
    vouch(office, second, lost)
    with pytest.raises(CodeRefused):
        office.come(" ".join(halves), Authenticator())


def test_nobody_vouches_for_who_has_not_come_or_was_ended_or_is_unknown(office: Office) -> None:
    admin, ended = office.member(Role.ADMIN), office.member(Role.SENIOR)
    invited, _ = office.invited(Role.SENIOR)
    service.end(office.db, admin.acting, ended.number, "left", office.now_ms)
    for number in (invited, ended.number):
        with pytest.raises(MemberNotActive):
            recovery.vouch(office.db, admin.acting, number, "hm", office.now_ms, os.urandom)
    with pytest.raises(MemberUnknown):
        recovery.vouch(office.db, admin.acting, 99, "hm", office.now_ms, os.urandom)


def test_a_command_cannot_vouch(office: Office) -> None:
    lost = office.member(Role.SENIOR)
    with pytest.raises(NotYourRole):
        recovery.vouch(office.db, OWNER, lost.number, "hm", office.now_ms, os.urandom)
    powerful = Acting.command("vouch", Right.RECOVER_STAFF)
    with pytest.raises(VouchRefused, match="on their pages"):
        recovery.vouch(office.db, powerful, lost.number, "hm", office.now_ms, os.urandom)


def test_the_lost_one_being_ended_ends_the_recovery(office: Office) -> None:
    admin, second, lost = office.member(Role.ADMIN), office.member(Role.MODERATOR), office.member(Role.SENIOR)
    both = " ".join(vouch(office, each, lost).code for each in (second, admin))
    assert signing_in.whose_code(office.db, office.door, both, office.now_ms).number == lost.number
    service.end(office.db, admin.acting, lost.number, "did not come back", office.now_ms)
    with pytest.raises(CodeRefused):
        signing_in.whose_code(office.db, office.door, both, office.now_ms)
    with pytest.raises(CodeRefused):
        office.come(both, Authenticator())


def test_the_word_of_somebody_who_is_not_here_counts_for_nothing_however_they_went(office: Office) -> None:
    """Ending withdraws what they vouched for; that they are gone would be enough."""
    gone, lost, other = office.member(Role.ADMIN), office.member(Role.SENIOR), office.member(Role.MODERATOR)
    vouch(office, gone, lost)
    store.set_state(office.db, gone.number, State.ENDED, office.now_ms)
    assert recovery.waiting(office.db, other.acting, office.now_ms) == ()
    assert not vouch(office, other, lost).second


def test_what_was_vouched_before_there_were_halves_counts_no_more(office: Office) -> None:
    admin, second, lost = office.member(Role.ADMIN), office.member(Role.MODERATOR), office.member(Role.SENIOR)
    vouch(office, second, lost)
    office.db.execute("UPDATE staff_recovery SET half = NULL")
    assert recovery.waiting(office.db, admin.acting, office.now_ms) == ()
    assert not vouch(office, admin, lost).second
