# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Who gives and takes roles, who removes and bans whom, who follows the last admin: every way that is not allowed."""

from __future__ import annotations

import itertools

import pytest

from privity.mls.errors import PolicyRefused
from privity.mls.messages.group_context import GroupContext
from privity.mls.messages.proposals import AppDataUpdate, Proposal, Remove
from privity.policy.logging_policy import LOGGING_POLICY, LoggingPolicy
from privity.policy.roles import (
    CAPABILITIES,
    OFFICES,
    ROLE_CHANGES,
    Capability,
    Role,
    may,
    role_of,
    roles_that_count,
    stand_in,
)
from privity.policy.room_components import (
    PARTICIPANT_LIST,
    Participant,
    ParticipantList,
    ParticipantListUpdate,
    RoleChange,
)
from privity.policy.room_rules import RoomRules
from privity.policy.room_state import RoomState
from tests.policy.views import add, commit, context, device, tree, update, user

A, B, C, M, N, X, Z = (user(name) for name in "abcmnxz")
"""Two admins, a member, two moderators, one who is banned, and somebody from outside."""
STAFF = ParticipantList(
    (
        Participant(A, Role.ADMIN),
        Participant(B, Role.ADMIN),
        Participant(C, Role.MEMBER),
        Participant(M, Role.MODERATOR),
        Participant(N, Role.MODERATOR),
        Participant(X, Role.BANNED),
    )
)
TREE = tree(*(device(name) for name in "abcmn"))
LEAF = {A: 0, B: 1, C: 2, M: 3, N: 4}


def accept(user_uri: str, client_uri: str, key: bytes) -> None:
    """A device list that names everybody."""


RULES = RoomRules(accept)
ROOM = context(A, participants=STAFF)


def check(by: str, *own: Proposal, hub: tuple[Proposal, ...] = (), room: GroupContext = ROOM) -> RoomState:
    view = commit(RULES, room, TREE, LEAF[by], *own, hub=hub)
    RULES.check_commit(view)
    return RoomState.of(view.new_context)


def given(changes: dict[str, int]) -> AppDataUpdate:
    return update(STAFF, changes)


# Giving and taking


@pytest.mark.parametrize(("whom", "role"), [(C, 3), (C, 5), (M, 3), (M, 2), (B, 2), (B, 5)])
def test_only_an_admin_gives_and_takes_roles(whom: str, role: int) -> None:
    assert check(A, given({whom: role})).participants.role(whom) == role
    for other in {C, M, N} - {whom}:
        with pytest.raises(PolicyRefused, match="change_user_role"):
            check(other, given({whom: role}))


@pytest.mark.parametrize(("who", "role"), [(C, 3), (C, 5), (M, 3)])
def test_nobody_raises_themselves(who: str, role: int) -> None:
    with pytest.raises(PolicyRefused, match="change_user_role"):
        check(who, given({who: role}))


def test_a_moderator_steps_down_alone_and_an_admin_beside_another() -> None:
    assert check(M, given({M: 2})).participants.role(M) == Role.MEMBER
    assert check(A, given({A: 2})).participants.role(A) == Role.MEMBER


def test_the_last_admin_steps_down_only_by_naming_another() -> None:
    alone = ParticipantList(tuple(entry for entry in STAFF.participants if entry.user_uri != B))
    room = context(A, participants=alone)
    trunk = tree(*(device(name) for name in "acmn"))
    for role in (2, 5):
        view = commit(RULES, room, trunk, 0, update(alone, {A: role}))
        with pytest.raises(PolicyRefused, match="last admin"):
            RULES.check_commit(view)
    for heir in (C, M):
        RULES.check_commit(commit(RULES, room, trunk, 0, update(alone, {A: 2, heir: 3})))


def test_the_other_admin_does_not_count_who_is_leaving() -> None:
    with pytest.raises(PolicyRefused, match="last admin"):
        check(A, given({A: 2}), hub=(Remove(1), given({B: 0})))
    assert check(A, given({C: 3}), hub=(Remove(1), given({B: 0}))).participants.role(B) == Role.NONE


@pytest.mark.parametrize("role", [0, 1, 4, 6, 9])
def test_a_role_is_not_given_that_is_none_to_give(role: int) -> None:
    changed = AppDataUpdate(PARTICIPANT_LIST, ParticipantListUpdate(changed=(RoleChange(2, role),)).encode())
    with pytest.raises(PolicyRefused):
        check(A, changed)


@pytest.mark.parametrize("role", [3, 5])
def test_who_comes_is_a_member(role: int) -> None:
    with pytest.raises(PolicyRefused, match="nobody can go from role none"):
        check(A, given({Z: role}), add(device("z")))


# A change of role stands alone


@pytest.mark.parametrize(
    "beside",
    [
        (given({Z: 2}), add(device("z"))),
        (given({N: 0}), Remove(4)),
        (given({N: 1}), Remove(4)),
        (given({Z: 1}),),
        (given({X: 0}),),
        (add(device("a", "b")),),
        (AppDataUpdate(LOGGING_POLICY, LoggingPolicy((Z,), "kept").encode()), given({Z: 4}), add(device("z"))),
    ],
)
def test_a_role_is_not_changed_beside_people_who_come_or_go(beside: tuple[Proposal, ...]) -> None:
    check(A, *beside)
    with pytest.raises(PolicyRefused, match="commit of its own"):
        check(A, given({C: 5}), *beside)
    changes = [each for each in beside if isinstance(each, AppDataUpdate) and each.component_id == PARTICIPANT_LIST]
    if changes:
        assert changes[0].update is not None
        one = ParticipantListUpdate.decode(changes[0].update)
        both = ParticipantListUpdate((RoleChange(2, 5), *one.changed), one.removed, one.added)
        with pytest.raises(PolicyRefused, match="commit of its own"):
            check(A, AppDataUpdate(PARTICIPANT_LIST, both.encode()), *(each for each in beside if each not in changes))


def test_several_roles_change_in_one_commit() -> None:
    assert check(A, given({C: 5, M: 3, N: 2})).participants.role(M) == Role.ADMIN


def test_nobody_gives_roles_while_entering_from_outside() -> None:
    view = commit(RULES, ROOM, TREE, 0, given({C: 5}), joiner=device("a", "b"))
    with pytest.raises(PolicyRefused, match="who enters a room"):
        RULES.check_commit(view)


@pytest.mark.parametrize("changes", [{C: 3}, {C: 5}, {M: 2}, {C: 1}, {X: 2}, {Z: 1}])
def test_the_hub_proposes_no_role(changes: dict[str, int]) -> None:
    with pytest.raises(PolicyRefused, match="more than remove"):
        RULES.check_external_sender((given(changes),), 0)


def test_the_hub_does_not_lift_a_ban() -> None:
    lifted = given({X: 0})
    RULES.check_external_sender((lifted,), 0)  # it looks like any departure until the list is known
    with pytest.raises(PolicyRefused, match="lift a ban"):
        check(C, hub=(lifted,))


# Removing and banning


@pytest.mark.parametrize("to", [0, 1])
def test_a_moderator_removes_and_bans_members_and_nobody_with_an_office(to: int) -> None:
    check(M, given({C: to}), Remove(2))
    for whom in (A, B, N):
        with pytest.raises(PolicyRefused, match="role moderator does not allow change_user_role"):
            check(M, given({whom: to}), Remove(LEAF[whom]))
        if whom != A:
            check(A, given({whom: to}), Remove(LEAF[whom]))


def test_a_moderator_brings_people_in_and_a_member_does_not() -> None:
    check(M, given({Z: 2}), add(device("z")))
    with pytest.raises(PolicyRefused, match="add_participant"):
        check(C, given({Z: 2}), add(device("z")))


@pytest.mark.parametrize("by", [A, M])
def test_a_banned_person_is_neither_invited_nor_enters(by: str) -> None:
    with pytest.raises(PolicyRefused, match="nobody can go from role banned to member"):
        check(by, given({X: 2}), add(device("x")))
    with pytest.raises(PolicyRefused, match="banned"):
        check(by, add(device("x")))
    with pytest.raises(PolicyRefused, match="not allow add_own_client"):
        RULES.check_commit(commit(RULES, ROOM, TREE, 0, joiner=device("x")))


@pytest.mark.parametrize("by", [A, M])
def test_who_may_ban_lifts_a_ban_and_a_member_does_not(by: str) -> None:
    assert check(by, given({X: 0})).participants.role(X) == Role.NONE
    with pytest.raises(PolicyRefused, match="unban"):
        check(C, given({X: 0}))


def test_a_ban_is_not_lifted_and_the_person_invited_in_one_commit() -> None:
    lifted = given({X: 0})
    with pytest.raises(PolicyRefused):
        check(A, lifted, AppDataUpdate(PARTICIPANT_LIST, ParticipantListUpdate(added=(Participant(X, 2),)).encode()))


def test_a_banned_person_cannot_leave_the_list_by_themselves() -> None:
    """A device of theirs that a broken hub let stand in the tree proposes or commits nothing."""
    trunk = tree(device("a"), device("x"))
    listed = ParticipantList((Participant(A, 3), Participant(X, 1)))
    view = commit(RULES, context(A, participants=listed), trunk, 1, update(listed, {X: 0}))
    with pytest.raises(PolicyRefused):
        RULES.check_commit(view)


def test_an_archive_is_withdrawn_and_not_banned() -> None:
    assert (Role.ARCHIVE, Role.BANNED) not in ROLE_CHANGES
    assert not any(Role.ARCHIVE in pair for pair in ROLE_CHANGES if Role.NONE not in pair)


def test_every_change_of_a_role_takes_what_the_table_says_and_no_more_roles_have_it() -> None:
    """The whole table against every role, so that a change of it is seen here."""
    allowed = {
        role.name.lower(): sum(needed <= CAPABILITIES[role] for needed in ROLE_CHANGES.values()) for role in Role
    }
    assert allowed == {"none": 0, "banned": 0, "member": 0, "archive": 0, "moderator": 5, "admin": len(ROLE_CHANGES)}
    assert len(ROLE_CHANGES) == 11 + 6
    assert {role for role in Role if Capability.DELETE_OTHER in CAPABILITIES[role]} == {Role.ADMIN, Role.MODERATOR}


# Who follows the last admin


@pytest.mark.parametrize(
    ("listed", "follows"),
    [
        ([(C, 2), (M, 5), (N, 5)], M),
        ([(C, 2), (N, 5), (M, 5)], N),
        ([(C, 2), (Z, 2)], C),
        ([(X, 1), (Z, 2), (C, 2)], Z),
        ([(X, 1)], None),
        ([(X, 1), (Z, 4)], None),
        ([(C, 2), (A, 3)], None),
    ],
)
def test_the_moderator_or_else_the_member_who_is_here_longest_follows(
    listed: list[tuple[str, int]], follows: str | None
) -> None:
    participants = ParticipantList(tuple(Participant(*entry) for entry in listed))
    assert stand_in(participants) == follows
    for user_uri, role in listed:
        counts = Role.ADMIN if user_uri == follows else Role(role)
        assert role_of(participants, user_uri) == roles_that_count(participants)[user_uri] == counts
        assert may(participants, user_uri, Capability.CHANGE_USER_ROLE) == (counts is Role.ADMIN)


def test_those_in_charge_are_told_apart_at_once_as_one_by_one() -> None:
    left = ParticipantList((Participant(C, 2), Participant(X, 1), Participant(M, 5), Participant(N, 5)))
    for listed in (STAFF, left):
        state = RoomState.of(context(A, participants=listed))
        for capability in Capability:
            one_by_one = {user_uri for user_uri in state.roles() if state.may(user_uri, capability)}
            assert state.who_may(capability) == one_by_one
    direct = RoomState.of(context(A, direct_with=B))
    assert direct.roles() == {A: Role.MEMBER, B: Role.MEMBER}
    assert direct.who_may(Capability.DELETE_OTHER) == set()


def test_who_stands_in_is_protected_and_gives_roles_as_an_admin_does() -> None:
    left = ParticipantList((Participant(C, 2), Participant(M, 5), Participant(N, 5)))
    room, trunk = context(A, participants=left), tree(device("c"), device("m"), device("n"))
    RULES.check_commit(commit(RULES, room, trunk, 1, update(left, {C: 3})))
    RULES.check_commit(commit(RULES, room, trunk, 1, update(left, {N: 0}), Remove(2)))
    RULES.check_commit(commit(RULES, room, trunk, 1, update(left, {M: 3})))
    for by, whom in ((2, M), (0, M), (0, N)):
        with pytest.raises(PolicyRefused):
            RULES.check_commit(commit(RULES, room, trunk, by, update(left, {whom: 0}), Remove({M: 1, N: 2}[whom])))


def test_a_direct_room_has_no_offices() -> None:
    room = context(A, direct_with=B)
    listed = RoomState.of(room).participants
    for changes in ({A: 3}, {B: 5}, {B: 1}):
        with pytest.raises(PolicyRefused):
            RULES.check_commit(commit(RULES, room, tree(device("a"), device("b")), 0, update(listed, changes)))


def test_offices_are_given_between_each_other_by_admins_alone() -> None:
    for pair in itertools.permutations(OFFICES, 2):
        assert ROLE_CHANGES[pair] == {Capability.CHANGE_USER_ROLE}
