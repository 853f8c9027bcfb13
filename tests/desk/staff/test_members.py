# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Who belongs to the staff, and who may say so."""

from __future__ import annotations

import os

import pytest
from sqlcipher3 import dbapi2 as sqlcipher

from privity.desk.audit.acts import Act
from privity.desk.errors import ReasonMissing
from privity.desk.staff import proposals, service, store
from privity.desk.staff.acting import Acting
from privity.desk.staff.errors import (
    LastAdmin,
    MemberInvalid,
    MemberNotActive,
    MemberUnknown,
    NotOneself,
    NotSignedIn,
    NotYourRole,
)
from privity.desk.staff.model import State
from privity.desk.staff.rights import RIGHTS, Right, Role
from tests.desk.staff.conftest import OWNER, Office


def test_an_invited_member_is_nobody_before_the_first_passkey(office: Office) -> None:
    number, _ = office.invited(Role.ADMIN)
    assert service.member(office.db, number).state is State.INVITED
    assert store.active_admins(office.db) == frozenset()


def test_every_change_of_the_staff_stands_in_the_log_without_a_name(office: Office) -> None:
    admin = office.member(Role.ADMIN)
    other = office.member(Role.MODERATOR)
    service.change_roles(office.db, OWNER, other.number, [Role.SENIOR], office.now_ms)
    service.end(office.db, admin.acting, other.number, "left the team", office.now_ms)
    acts = [(entry.who, entry.act, entry.about) for entry in office.log()]
    theirs, mine = f"staff:{other.number}", f"staff:{admin.number}"
    assert acts == [
        ("command:invite", Act.STAFF_INVITED, mine),
        (mine, Act.STAFF_JOINED, mine),
        (mine, Act.PASSKEY_ADDED, mine),
        ("command:invite", Act.STAFF_INVITED, theirs),
        (theirs, Act.STAFF_JOINED, theirs),
        (theirs, Act.PASSKEY_ADDED, theirs),
        ("command:invite", Act.STAFF_CHANGED, theirs),
        (mine, Act.STAFF_ENDED, theirs),
    ]
    (changed,) = office.log(Act.STAFF_CHANGED)
    assert changed.said == {"roles": ["senior"], "before": ["moderator"]}
    (ended,) = office.log(Act.STAFF_ENDED)
    assert ended.said == {"reason": "left the team", "roles": ["senior"], "sessions": 1, "passkeys": 1}
    assert b"Ada" not in b"".join(entry.encode() for entry in office.log())


@pytest.mark.parametrize("role", [role for role in Role if Right.MANAGE_STAFF not in RIGHTS[role]])
def test_only_admins_manage_staff(office: Office, role: Role) -> None:
    office.member(Role.ADMIN)
    somebody, other = office.member(role), office.member(Role.MODERATOR)
    before = office.log()
    for act in (
        lambda: service.invite(office.db, somebody.acting, "Bob", [Role.ADMIN], office.now_ms, os.urandom),
        lambda: service.renew_code(office.db, somebody.acting, other.number, office.now_ms, os.urandom),
        lambda: service.change_roles(office.db, somebody.acting, other.number, [Role.ADMIN], office.now_ms),
        lambda: proposals.invite(office.db, somebody.acting, "Bob", [Role.ADMIN], office.now_ms, os.urandom),
        lambda: proposals.renew_code(office.db, somebody.acting, other.number, office.now_ms, os.urandom),
        lambda: proposals.change_roles(office.db, somebody.acting, other.number, [Role.ADMIN], office.now_ms),
        lambda: proposals.confirm(office.db, somebody.acting, 1, office.now_ms, os.urandom),
        lambda: proposals.withdraw(office.db, somebody.acting, 1, office.now_ms),
        lambda: service.end(office.db, somebody.acting, other.number, "why not", office.now_ms),
    ):
        with pytest.raises(NotYourRole, match=f"staff:{somebody.number} may not"):
            act()
    assert office.log() == before


def test_nobody_makes_themselves_something_else_or_ends_themselves(office: Office) -> None:
    office.member(Role.ADMIN)
    admin = office.member(Role.ADMIN)
    with pytest.raises(NotOneself):
        service.change_roles(office.db, admin.acting, admin.number, list(Role), office.now_ms)
    with pytest.raises(NotOneself):
        service.end(office.db, admin.acting, admin.number, "tired", office.now_ms)


def test_the_last_admin_stays_one_even_for_the_owner_of_the_machine(office: Office) -> None:
    admin = office.member(Role.ADMIN, Role.AUDITOR)
    office.invited(Role.ADMIN)  # who was only invited does not count
    with pytest.raises(LastAdmin):
        service.end(office.db, OWNER, admin.number, "mistake", office.now_ms)
    with pytest.raises(LastAdmin):
        service.change_roles(office.db, OWNER, admin.number, [Role.AUDITOR], office.now_ms)
    assert office.me(office.sign_in(office.keys[admin.number])).roles == {Role.ADMIN, Role.AUDITOR}
    second = office.member(Role.ADMIN)
    service.end(office.db, second.acting, admin.number, "handed over", office.now_ms)
    assert store.active_admins(office.db) == {second.number}


def test_of_two_admins_who_end_each_other_the_first_remains(office: Office) -> None:
    one, two = office.member(Role.ADMIN), office.member(Role.ADMIN)
    token = office.sign_in(office.keys[two.number])
    service.end(office.db, one.acting, two.number, "quarrel", office.now_ms)
    with pytest.raises(NotSignedIn):  # every page asks this before anything else
        office.me(token)
    assert store.active_admins(office.db) == {one.number}


def test_whoever_was_ended_stays_ended(office: Office) -> None:
    admin, other = office.member(Role.ADMIN), office.member(Role.SENIOR)
    service.end(office.db, admin.acting, other.number, "left", office.now_ms)
    for act in (
        lambda: service.end(office.db, admin.acting, other.number, "left", office.now_ms),
        lambda: service.change_roles(office.db, admin.acting, other.number, [Role.ADMIN], office.now_ms),
        lambda: service.renew_code(office.db, OWNER, other.number, office.now_ms, os.urandom),
    ):
        with pytest.raises(MemberNotActive):
            act()
    with pytest.raises(sqlcipher.Error, match="stays ended"):
        office.db.execute("UPDATE staff_member SET state = 'active', ended_ms = NULL WHERE number = ?", (other.number,))
    with pytest.raises(sqlcipher.Error, match="never deleted"):
        office.db.execute("DELETE FROM staff_member WHERE number = ?", (other.number,))


def test_a_number_is_never_given_again(office: Office) -> None:
    admin = office.member(Role.ADMIN)
    numbers = [office.invited(Role.MODERATOR)[0] for _ in range(3)]
    service.end(office.db, admin.acting, numbers[-1], "changed their mind", office.now_ms)
    assert office.invited(Role.MODERATOR)[0] == numbers[-1] + 1


@pytest.mark.parametrize("name", ["", "  \t ", "x" * 81, "Ada\x00", "Ada\u202emoc", "\u200b"])
def test_a_name_that_cannot_be_read_is_refused(office: Office, name: str) -> None:
    with pytest.raises(MemberInvalid):
        office.invited(Role.MODERATOR, name=name)
    assert office.log() == []


def test_somebody_without_a_role_is_refused(office: Office) -> None:
    with pytest.raises(MemberInvalid, match="at least one role"):
        office.invited()


@pytest.mark.parametrize("reason", ["", " \n", "x" * 1001])
def test_ending_somebody_needs_a_reason(office: Office, reason: str) -> None:
    office.member(Role.ADMIN)
    other = office.member(Role.SENIOR)
    with pytest.raises(ReasonMissing):
        service.end(office.db, OWNER, other.number, reason, office.now_ms)
    assert office.log(Act.STAFF_ENDED) == []


def test_nobody_has_an_unknown_number(office: Office) -> None:
    with pytest.raises(MemberUnknown, match="77"):
        service.end(office.db, OWNER, 77, "left", office.now_ms)
    with pytest.raises(MemberUnknown, match="no pages"):
        service.set_letter_keys(office.db, OWNER, True)


def test_a_name_is_found_for_who_stands_in_the_log(office: Office) -> None:
    number, _ = office.invited(Role.MODERATOR, name="  Bo   Example ")
    assert service.name_of(office.db, f"staff:{number}") == "Bo Example"
    for other in ("desk", "command:invite", "staff:999", "staff:x", "staff:", ""):
        assert service.name_of(office.db, other) == other


def test_acting_as_a_command_has_the_rights_it_was_given_and_no_number() -> None:
    acting = Acting.command("staff", Right.SEE_STAFF)
    assert (acting.who, acting.number, acting.rights) == ("command:staff", None, frozenset({Right.SEE_STAFF}))
