# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""One-time codes: once, for three days, for one person, and not by guessing."""

from __future__ import annotations

import os

import pytest

from privity.desk.limits import CODE_MS, CODE_TRIES, CODE_TRIES_MS
from privity.desk.staff import service, signing_in
from privity.desk.staff.codes import code_hash
from privity.desk.staff.errors import CodeRefused, MemberNotActive, PasskeyRefused, TooManyTries
from privity.desk.staff.rights import Role
from tests.desk.contents import stands_in
from tests.desk.staff.authenticator import Authenticator
from tests.desk.staff.conftest import BROWSER, OWNER, PLACE, Office


def test_a_code_works_once(office: Office) -> None:
    _, code = office.invited(Role.ADMIN)
    office.come(code, Authenticator())
    with pytest.raises(CodeRefused):
        office.come(code, Authenticator())


def test_a_code_used_between_looking_and_making_is_used(office: Office) -> None:
    """Two browsers have opened the address; the second passkey comes too late, though its question was open."""
    number, code = office.invited(Role.ADMIN)
    found = service.member(office.db, number)
    thief = Authenticator()
    late = thief.create(signing_in.ask_first(office.db, office.door, found, BROWSER, office.now_ms), PLACE.origin)
    office.come(code, Authenticator())
    with pytest.raises(CodeRefused):
        signing_in.join(office.db, office.door, code, "late", late, BROWSER, office.now_ms)


def test_a_code_ends(office: Office) -> None:
    _, code = office.invited(Role.ADMIN)
    office.now_ms += CODE_MS - 1
    assert signing_in.whose_code(office.db, office.door, code, office.now_ms).roles == {Role.ADMIN}
    office.now_ms += 1
    with pytest.raises(CodeRefused):
        office.come(code, Authenticator())


def test_a_new_code_takes_the_place_of_the_old_one(office: Office) -> None:
    number, old = office.invited(Role.MODERATOR)
    new = service.renew_code(office.db, OWNER, number, office.now_ms, os.urandom).code
    with pytest.raises(CodeRefused):
        office.come(old, Authenticator())
    office.come(new, Authenticator())
    with pytest.raises(MemberNotActive, match="two colleagues"):
        service.renew_code(office.db, OWNER, number, office.now_ms, os.urandom)


def test_the_code_of_somebody_who_was_ended_is_worth_nothing(office: Office) -> None:
    office.member(Role.ADMIN)
    number, code = office.invited(Role.ADMIN)
    service.end(office.db, OWNER, number, "a mistake", office.now_ms)
    with pytest.raises(CodeRefused):
        office.come(code, Authenticator())


def test_guessing_is_slowed_down_even_for_the_right_code(office: Office) -> None:
    _, code = office.invited(Role.ADMIN)
    for n in range(CODE_TRIES):
        with pytest.raises(CodeRefused):
            signing_in.whose_code(office.db, office.door, f"guess {n}", office.now_ms)
    with pytest.raises(TooManyTries):
        signing_in.whose_code(office.db, office.door, code, office.now_ms)
    office.now_ms += CODE_TRIES_MS
    assert signing_in.whose_code(office.db, office.door, code, office.now_ms)


def test_a_code_is_160_bits_and_only_its_hash_is_kept(office: Office) -> None:
    codes = {office.invited(Role.MODERATOR)[1] for _ in range(8)}
    assert len(codes) == 8 and all(len(code) == 32 and code.isalnum() for code in codes)
    kept = {bytes(row[0]) for row in office.db.execute("SELECT hash FROM staff_code").fetchall()}
    assert kept == {code_hash(code) for code in codes}
    assert stands_in(office.db, "moderator"), "the search is not blind"
    assert [stands_in(office.db, code) for code in codes] == [[]] * 8


def test_a_code_may_be_typed_with_capitals_and_blanks(office: Office) -> None:
    number, code = office.invited(Role.MODERATOR)
    assert signing_in.whose_code(office.db, office.door, f" {code.upper()}\n", office.now_ms).number == number


def test_no_repr_shows_a_code(office: Office) -> None:
    made = service.invite(office.db, OWNER, "Bo", [Role.MODERATOR], office.now_ms, os.urandom)
    assert made.code not in repr(made)


def test_a_failed_ceremony_leaves_the_code_as_it_was(office: Office) -> None:
    _, code = office.invited(Role.ADMIN)
    with pytest.raises(PasskeyRefused):
        office.come(code, Authenticator(verifies=False))
    office.come(code, Authenticator())
