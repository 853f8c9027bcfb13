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
from privity.desk.limits import CODE_TRIES_MS, PROPOSAL_MS, VOUCH_MS
from privity.desk.staff import proposals, recovery, service, signing_in, store
from privity.desk.staff.challenges import Challenges
from privity.desk.staff.codes import Tries
from privity.desk.staff.errors import StaffError
from privity.desk.staff.model import State
from privity.desk.staff.rights import READS_ONLY, Right, Role, rights_of, takes_two
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
        """Both halves of a code, by the number of whoever may come with it."""
        self.shown: dict[str, int] = {}
        """Which person was shown which half."""
        self.firsts: dict[int, str] = {}
        """The first half, by proposal."""
        self.vouches: dict[int, str] = {}
        """The first half, by who lost a passkey."""
        self.given: dict[int, set[Right]] = {}
        """What two people, or the owner of the machine, let each member do."""
        self.tokens: dict[int, str] = {}
        for roles in ({Role.ADMIN}, {Role.ADMIN, Role.SENIOR}, {Role.MODERATOR}):
            me = self.office.member(*roles)
            self.tokens[me.number] = self.office.sign_in(self.office.keys[me.number])
            self.given[me.number] = set(me.acting.rights)
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
        with pytest.raises(StaffError):
            service.invite(self.office.db, me.acting, "Bo", roles, self.office.now_ms, os.urandom)
        try:
            made = proposals.invite(self.office.db, me.acting, "Bo", roles, self.office.now_ms, os.urandom)
        except StaffError:
            assert Role.ADMIN not in me.roles or store.active_admins(self.office.db) == {me.number}
            return
        assert Role.ADMIN in me.roles
        self.firsts[store.proposals(self.office.db)[-1].number] = made.code
        self.shown[made.code] = me.number

    @rule(by=WHO, n=WHO, agrees=st.booleans())
    def settle(self, by: int, n: int, agrees: bool) -> None:
        me, found = service.member(self.office.db, self.pick(by)), store.proposals(self.office.db)
        if me.state is not State.ACTIVE or not found:
            return
        asked, here = found[n % len(found)], store.active_admins(self.office.db)
        known = {each.number for each in store.members(self.office.db)}
        try:
            if not agrees:
                proposals.withdraw(self.office.db, me.acting, asked.number, self.office.now_ms)
                return
            _, made = proposals.confirm(self.office.db, me.acting, asked.number, self.office.now_ms, os.urandom)
        except StaffError:
            return
        assert {me.number, asked.by} <= here and me.number != asked.by, "two admins who are here"
        assert me.number != asked.member and asked.member not in self.ended
        assert 0 <= self.office.now_ms - asked.at_ms < PROPOSAL_MS
        number = max({each.number for each in store.members(self.office.db)} - known, default=asked.member)
        assert number is not None
        self.given[number] = self.given.get(number, set()) | rights_of(asked.roles)
        if made is not None:
            self.shown[made.code] = me.number
            self.codes[number] = f"{self.firsts[asked.number]} {made.code}"

    @precondition(lambda self: self.codes)
    @rule(n=WHO)
    def come(self, n: int) -> None:
        number = sorted(self.codes)[n % len(self.codes)]
        try:
            halves = self.codes.pop(number)
            for half in halves.split():
                with pytest.raises(StaffError):
                    self.office.come(half, Authenticator())
            self.office.now_ms += CODE_TRIES_MS
            self.tokens[number] = self.office.come(halves, Authenticator())
        except StaffError:
            return
        assert number not in self.ended
        assert len({self.shown[half] for half in halves.split()}) == 2, "no one person was shown both"

    @rule(by=WHO, whom=WHO, roles=ROLES)
    def change(self, by: int, whom: int, roles: set[Role]) -> None:
        me, number = service.member(self.office.db, self.pick(by)), self.pick(whom)
        if me.state is not State.ACTIVE:
            return
        try:
            before = service.member(self.office.db, number).roles
            if proposals.change_roles(self.office.db, me.acting, number, roles, self.office.now_ms) is not None:
                assert service.member(self.office.db, number).roles == before, "it waits"
                return
            assert not takes_two(before, roles)
            self.given[number] |= rights_of(roles) & READS_ONLY
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
        self.shown[made.code] = me.number
        if not made.second:
            self.vouches[number] = made.code
            self.vouched = [pair for pair in self.vouched if pair[1] != number]
            self.vouched.append((me.number, number))
            return
        others = {voucher for voucher, lost in self.vouched if lost == number} - {me.number}
        assert len(others) == 1, "somebody else, who is still here, has vouched before"
        pair = [me, *(service.member(self.office.db, each) for each in others)]
        assert all(each.state is State.ACTIVE for each in pair)
        assert any(Role.ADMIN in each.roles for each in pair)
        self.vouched = [each for each in self.vouched if each[1] != number]
        self.codes[number] = f"{self.vouches[number]} {made.code}"

    @rule(hours=st.sampled_from([1, 12, 24, 100]))
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
    def what_counts_was_given_by_two(self) -> None:
        for each in store.members(self.office.db):
            assert each.acting.rights - READS_ONLY <= self.given[each.number]

    @invariant()
    def nobody_has_a_right_that_no_role_gives(self) -> None:
        for each in store.members(self.office.db):
            assert (Right.MANAGE_STAFF in each.acting.rights) == (Role.ADMIN in each.roles)


def test_any_history_of_a_staff_keeps_what_is_promised() -> None:
    run_state_machine_as_test(Histories, settings=settings(max_examples=12, stateful_step_count=30))


@pytest.mark.prove
def test_many_histories_of_a_staff_keep_what_is_promised() -> None:
    run_state_machine_as_test(Histories, settings=settings(max_examples=EXAMPLES, stateful_step_count=60))
