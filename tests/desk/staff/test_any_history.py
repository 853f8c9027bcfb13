# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Whatever members of any role do to each other in any order, what is promised of the staff holds after each step."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from privity.desk.audit.acts import Act
from privity.desk.db.database import open_database
from privity.desk.limits import VOUCH_MS
from privity.desk.staff import recovery, service, signing_in, store
from privity.desk.staff.challenges import Challenges
from privity.desk.staff.codes import Tries
from privity.desk.staff.errors import StaffError
from privity.desk.staff.model import State
from privity.desk.staff.rights import Right, Role
from tests.desk.fresh_keys import fresh_keys
from tests.desk.staff.authenticator import Authenticator
from tests.desk.staff.conftest import PLACE, Office

WHO = st.integers(0, 7)
ROLES = st.sets(st.sampled_from(Role), min_size=1, max_size=2)
EXAMPLES = int(os.environ.get("PRIVITY_PROVE_STAFF_HISTORIES", "400"))


class Histories(RuleBasedStateMachine):
    """An office that begins with two admins; each rule is an act that somebody tries, allowed or not."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        path = Path(self.folder.name)
        db = open_database(path / "desk" / "desk.db", fresh_keys(path))
        db.execute("PRAGMA synchronous = OFF")
        door = signing_in.Door(PLACE, Challenges(os.urandom), Tries(), os.urandom)
        self.office = Office(db, door)
        self.codes: dict[int, str] = {}
        self.tokens: dict[int, str] = {}
        for roles in ({Role.ADMIN}, {Role.ADMIN, Role.SENIOR}, {Role.MODERATOR}):
            me = self.office.member(*roles)
            self.tokens[me.number] = self.office.sign_in(self.office.keys[me.number])
        self.ended: set[int] = set()
        self.vouched: list[tuple[int, int]] = []

    def teardown(self) -> None:
        self.office.db.close()
        self.folder.cleanup()

    def pick(self, n: int) -> int:
        numbers = [each.number for each in store.members(self.office.db)]
        return sorted(numbers)[n % len(numbers)]

    @rule(by=WHO, roles=ROLES)
    def invite(self, by: int, roles: set[Role]) -> None:
        me = service.member(self.office.db, self.pick(by))
        if me.state is not State.ACTIVE:
            return
        try:
            made = service.invite(self.office.db, me.acting, "Bo", roles, self.office.now_ms, os.urandom)
        except StaffError:
            assert Role.ADMIN not in me.roles
            return
        assert Role.ADMIN in me.roles
        self.codes[made.member] = made.code

    @precondition(lambda self: self.codes)
    @rule(n=WHO)
    def come(self, n: int) -> None:
        number = sorted(self.codes)[n % len(self.codes)]
        try:
            self.tokens[number] = self.office.come(self.codes.pop(number), Authenticator())
        except StaffError:
            return
        assert number not in self.ended

    @rule(by=WHO, whom=WHO, roles=ROLES)
    def change(self, by: int, whom: int, roles: set[Role]) -> None:
        me, number = service.member(self.office.db, self.pick(by)), self.pick(whom)
        if me.state is not State.ACTIVE:
            return
        try:
            service.change_roles(self.office.db, me.acting, number, roles, self.office.now_ms)
        except StaffError:
            return
        assert Role.ADMIN in me.roles and me.number != number and number not in self.ended

    @rule(by=WHO, whom=WHO)
    def end(self, by: int, whom: int) -> None:
        me, number = service.member(self.office.db, self.pick(by)), self.pick(whom)
        if me.state is not State.ACTIVE:
            return
        try:
            service.end(self.office.db, me.acting, number, "a reason", self.office.now_ms)
        except StaffError:
            return
        assert Role.ADMIN in me.roles and me.number != number and number not in self.ended
        self.ended.add(number)
        self.vouched = [pair for pair in self.vouched if number not in pair]

    @rule(by=WHO, whom=WHO)
    def vouch(self, by: int, whom: int) -> None:
        me, number = service.member(self.office.db, self.pick(by)), self.pick(whom)
        if me.state is not State.ACTIVE:
            return
        try:
            made = recovery.vouch(self.office.db, me.acting, number, "we spoke", self.office.now_ms, os.urandom)
        except StaffError:
            return
        assert me.number != number and number not in self.ended
        if made is None:
            self.vouched = [pair for pair in self.vouched if pair[1] != number]
            self.vouched.append((me.number, number))
            return
        others = {voucher for voucher, lost in self.vouched if lost == number} - {me.number}
        assert len(others) == 1, "somebody else, who is still here, has vouched before"
        pair = [me, *(service.member(self.office.db, each) for each in others)]
        assert all(each.state is State.ACTIVE for each in pair)
        assert any(Role.ADMIN in each.roles for each in pair)
        self.vouched = [each for each in self.vouched if each[1] != number]
        self.codes[number] = made.code

    @rule(hours=st.sampled_from([1, 12, 24]))
    def wait(self, hours: int) -> None:
        self.office.now_ms += hours * (VOUCH_MS // 24)

    @invariant()
    def somebody_manages_the_staff(self) -> None:
        assert store.active_admins(self.office.db)

    @invariant()
    def whoever_was_ended_has_nothing_left(self) -> None:
        for number in self.ended:
            assert store.passkeys(self.office.db, number) == ()
            assert store.sessions(self.office.db, number) == ()
            with pytest.raises(StaffError):
                self.office.me(self.tokens.get(number, ""))

    @invariant()
    def the_log_says_who_is_here(self) -> None:
        """Replayed from the log alone, the staff is the staff of the tables."""
        roles: dict[str, list[str]] = {}
        for entry in self.office.log():
            if entry.act in (Act.STAFF_INVITED, Act.STAFF_CHANGED):
                found = entry.said["roles"]
                assert isinstance(found, list)
                roles[entry.about] = [str(each) for each in found]
            if entry.act is Act.STAFF_ENDED:
                del roles[entry.about]
        here = [each for each in store.members(self.office.db) if each.state is not State.ENDED]
        assert roles == {f"staff:{each.number}": sorted(each.roles) for each in here}

    @invariant()
    def nobody_has_a_right_that_no_role_gives(self) -> None:
        for each in store.members(self.office.db):
            assert (Right.MANAGE_STAFF in each.acting.rights) == (Role.ADMIN in each.roles)


def test_any_history_of_a_staff_keeps_what_is_promised() -> None:
    run_state_machine_as_test(Histories, settings=settings(max_examples=12, stateful_step_count=30))


@pytest.mark.prove
def test_many_histories_of_a_staff_keep_what_is_promised() -> None:
    run_state_machine_as_test(Histories, settings=settings(max_examples=EXAMPLES, stateful_step_count=60))
