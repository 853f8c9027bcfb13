# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""An admin of the desk, with its pages and nothing else, who wants to be two people: each way in that there is."""

from __future__ import annotations

import os

import pytest

from privity.desk.limits import CODE_TRIES_MS
from privity.desk.staff import proposals, recovery, service, store
from privity.desk.staff.errors import CodeRefused, NoSecondAdmin, NotOneself, StaffError, TakesTwo, VouchRefused
from privity.desk.staff.model import SignedIn
from privity.desk.staff.rights import Role
from tests.desk.staff.authenticator import Authenticator
from tests.desk.staff.conftest import Office, office

__all__ = ["office"]


def comes(office: Office, *codes: str) -> bool:
    """Whether any of these lets a passkey in, alone or each with each other."""
    for code in [*codes, *(f"{one} {other}" for one in codes for other in codes)]:
        office.now_ms += CODE_TRIES_MS // 10  # not too fast for the desk to look at them
        try:
            office.come(code, Authenticator())
        except CodeRefused:
            continue
        return True
    return False


@pytest.mark.parametrize("role", list(Role))
def test_an_admin_does_not_invite_themselves_under_another_name(office: Office, role: Role) -> None:
    mallory, _ = office.member(Role.ADMIN), office.member(Role.ADMIN)
    here = store.members(office.db)
    with pytest.raises(TakesTwo):
        service.invite(office.db, mallory.acting, "Bo Example", [role], office.now_ms, os.urandom)
    half = proposals.invite(office.db, mallory.acting, "Bo Example", [role], office.now_ms, os.urandom)
    (asked,) = proposals.waiting(office.db, mallory.acting, office.now_ms)
    with pytest.raises(NotOneself):
        proposals.confirm(office.db, mallory.acting, asked.number, office.now_ms, os.urandom)
    assert not comes(office, half.code)
    assert store.members(office.db) == here


def test_an_admin_does_not_come_in_place_of_a_colleague_whom_another_one_let_in(office: Office) -> None:
    """The other admin agreed in good faith. Neither holds more than their own half."""
    mallory, honest = office.member(Role.ADMIN), office.member(Role.ADMIN)
    first = proposals.invite(office.db, mallory.acting, "Bo Example", [Role.SENIOR], office.now_ms, os.urandom)
    (asked,) = proposals.waiting(office.db, mallory.acting, office.now_ms)
    _, second = proposals.confirm(office.db, honest.acting, asked.number, office.now_ms, os.urandom)
    assert second is not None
    assert not comes(office, first.code)
    assert not comes(office, second.code)
    again = proposals.renew_code(office.db, mallory.acting, 3, office.now_ms, os.urandom)
    assert not comes(office, first.code, again.code), "another half of theirs does not make up for the other one"
    assert comes(office, first.code, second.code), (
        "what both have lets somebody in, so the refusals above mean something"
    )


def test_an_admin_who_drove_the_other_one_out_is_alone(office: Office) -> None:
    mallory, other = office.member(Role.ADMIN), office.member(Role.ADMIN)
    first = proposals.invite(office.db, mallory.acting, "Bo", [Role.ADMIN], office.now_ms, os.urandom)
    service.end(office.db, mallory.acting, other.number, "no reason", office.now_ms)
    with pytest.raises(NoSecondAdmin, match="on the desk's machine, privity desk invite"):
        proposals.invite(office.db, mallory.acting, "Bo", [Role.SENIOR], office.now_ms, os.urandom)
    assert not comes(office, first.code)
    assert [each.number for each in store.members(office.db)] == [mallory.number, other.number]


def test_an_admin_does_not_make_a_reader_into_a_second_person(office: Office) -> None:
    mallory, friend = office.member(Role.ADMIN), office.member(Role.AUDITOR)
    office.member(Role.ADMIN)
    for roles in ([Role.SENIOR], [Role.AUDITOR, Role.MODERATOR], [Role.ADMIN], list(Role)):
        with pytest.raises(TakesTwo):
            service.change_roles(office.db, mallory.acting, friend.number, roles, office.now_ms)
        assert proposals.change_roles(office.db, mallory.acting, friend.number, roles, office.now_ms) is not None
        assert service.member(office.db, friend.number).roles == {Role.AUDITOR}


def test_an_admin_does_not_take_the_place_of_who_was_invited(office: Office) -> None:
    """Another code for somebody who has not come is a way in as well."""
    mallory, _ = office.member(Role.ADMIN), office.member(Role.ADMIN)
    number, _ = office.invited(Role.SENIOR)
    with pytest.raises(TakesTwo):
        service.renew_code(office.db, mallory.acting, number, office.now_ms, os.urandom)
    half = proposals.renew_code(office.db, mallory.acting, number, office.now_ms, os.urandom)
    assert not comes(office, half.code)


def vouches(office: Office, who: SignedIn, lost: SignedIn) -> str:
    return recovery.vouch(office.db, who.acting, lost.number, "we spoke", office.now_ms, os.urandom).code


@pytest.mark.parametrize("mallory_is_first", [True, False])
def test_an_admin_does_not_come_back_as_a_colleague(office: Office, mallory_is_first: bool) -> None:
    """An honest colleague vouches too; one half alone, whichever it is, is none."""
    mallory, honest, lost = office.member(Role.ADMIN), office.member(Role.MODERATOR), office.member(Role.SENIOR)
    order = (mallory, honest) if mallory_is_first else (honest, mallory)
    first, second = (vouches(office, each, lost) for each in order)
    assert not comes(office, first if mallory_is_first else second)
    assert comes(office, first, second)


def test_an_admin_alone_recovers_nobody(office: Office) -> None:
    mallory, lost = office.member(Role.ADMIN), office.member(Role.SENIOR)
    office.member(Role.ADMIN)
    half = vouches(office, mallory, lost)
    with pytest.raises(VouchRefused):
        vouches(office, mallory, lost)
    for role in Role:  # the puppet that would have to vouch as the second one cannot be made
        with pytest.raises(StaffError):
            service.invite(office.db, mallory.acting, "Puppet", [role], office.now_ms, os.urandom)
    assert not comes(office, half)
    assert office.sign_in(office.keys[lost.number]), "nothing of theirs is gone"
