# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Who keeps a copy: declared in the room by an admin's own commit, present as an archive, and never in between."""

from __future__ import annotations

from dataclasses import replace

import pytest

from privity.mls import codec
from privity.mls.errors import BadEnum, NotCanonical, PolicyRefused, ProtocolError
from privity.mls.messages.group_context import GroupContext
from privity.mls.messages.proposals import AppDataUpdate, Remove
from privity.policy.logging_policy import LOGGING_POLICY, MAX_ARCHIVES, MAX_TEXT, LoggingPolicy
from privity.policy.roles import Role
from privity.policy.room_components import Participant, ParticipantList
from privity.policy.room_rules import RoomRules
from privity.policy.room_state import RoomState, check_new_room
from tests.policy.views import add, commit, context, device, tree, update, user, with_component

A, B, C, X = user("a"), user("b"), user("c"), user("x")
POLICY = LoggingPolicy((X,), "kept for six years")
GROUP = ParticipantList((Participant(A, 3), Participant(B, 2)))
RULES = RoomRules(lambda *_: None)
CONTEXT = context(A, participants=GROUP)
TREE = tree(device("a"), device("b"))
WATCHED = ParticipantList((*GROUP.participants, Participant(X, Role.ARCHIVE)))


def declared(participants: ParticipantList = WATCHED, policy: LoggingPolicy = POLICY) -> GroupContext:
    """A room that declares its archive."""
    return with_component(context(A, participants=participants), LOGGING_POLICY, policy.encode())


WATCHED_TREE = tree(device("a"), device("b"), device("x"))


def change(policy: LoggingPolicy) -> AppDataUpdate:
    return AppDataUpdate(LOGGING_POLICY, policy.encode())


def test_values_survive() -> None:
    for policy in (LoggingPolicy(), POLICY, LoggingPolicy((A, B, X), "é" * MAX_TEXT)):
        assert LoggingPolicy.decode(policy.encode()) == policy
    assert POLICY.declaring(A, "new words") == LoggingPolicy((A, X), "new words")
    assert POLICY.without(X) == LoggingPolicy()
    assert LoggingPolicy((A, X), "words").without(A) == LoggingPolicy((X,), "words")


@pytest.mark.parametrize(
    ("archives", "text", "error"),
    [
        ((B, A), "words", NotCanonical),
        ((A, A), "words", NotCanonical),
        ((A,), "", PolicyRefused),
        ((A,), " \n", PolicyRefused),
        ((), "words about nobody", PolicyRefused),
        (("acme",), "words", PolicyRefused),
        ((device("a"),), "words", PolicyRefused),
        ((A,), "x" * (MAX_TEXT + 1), PolicyRefused),
        (tuple(sorted(user(each) for each in "abcdefghi"))[: MAX_ARCHIVES + 1], "words", PolicyRefused),
    ],
)
def test_senseless_policy_is_refused(archives: tuple[str, ...], text: str, error: type[ProtocolError]) -> None:
    with pytest.raises(error):
        LoggingPolicy(archives, text)


def test_policy_that_leaves_it_open_or_contradicts_itself_is_refused() -> None:
    names, empty = codec.vec(codec.vec(X.encode())), codec.vec(b"")
    for data, error in (
        (b"\x00" + names + empty + codec.vec(b"maybe"), BadEnum),
        (b"\x03" + names + empty + codec.vec(b"maybe"), BadEnum),
        (b"\x02" + names + empty + codec.vec(b"words"), NotCanonical),
        (b"\x01" + empty + empty + empty, NotCanonical),
        (b"\x01" + names + codec.vec(b"https://x.example") + codec.vec(b"words"), NotCanonical),
        (b"\x01" + names + empty + codec.vec(b"\xff"), NotCanonical),
    ):
        with pytest.raises(error):
            LoggingPolicy.decode(data)


def test_LP_25_admin_declares_an_archive_that_comes_with_the_declaration() -> None:
    archive = update(GROUP, {X: Role.ARCHIVE})
    RULES.check_commit(
        commit(RULES, CONTEXT, TREE, 0, change(POLICY), archive, add(device("x")), add(device("x", "b")))
    )


@pytest.mark.parametrize(
    "proposals",
    [
        (change(POLICY),),
        (update(GROUP, {X: Role.ARCHIVE}), add(device("x"))),
        (change(POLICY), update(GROUP, {X: Role.ARCHIVE})),
        (change(POLICY), update(GROUP, {X: Role.MEMBER}), add(device("x"))),
        (change(LoggingPolicy((C,), "another")), update(GROUP, {X: Role.ARCHIVE}), add(device("x"))),
        (change(LoggingPolicy((B,), "a member")), update(GROUP, {B: Role.ARCHIVE})),
        (change(POLICY), change(POLICY), update(GROUP, {X: Role.ARCHIVE}), add(device("x"))),
        (AppDataUpdate(LOGGING_POLICY, None), update(GROUP, {X: Role.ARCHIVE}), add(device("x"))),
        (add(device("x")),),
    ],
    ids=[
        "declared and absent",
        "present and undeclared",
        "without a device",
        "declared and present as a member",
        "another one than declared",
        "a member turned archive",
        "declared twice",
        "the policy removed",
        "a leaf without declaration or person",
    ],
)
def test_LP_25_half_a_declaration_is_refused(proposals: tuple[AppDataUpdate, ...]) -> None:
    with pytest.raises(ProtocolError):
        RULES.check_commit(commit(RULES, CONTEXT, TREE, 0, *proposals))


def test_LP_25_nobody_but_an_admin_declares_and_nobody_for_another() -> None:
    whole = (change(POLICY), update(GROUP, {X: Role.ARCHIVE}), add(device("x")))
    with pytest.raises(PolicyRefused):
        RULES.check_commit(commit(RULES, CONTEXT, TREE, 1, *whole))
    with pytest.raises(PolicyRefused, match="commit of an admin itself"):
        RULES.check_commit(commit(RULES, CONTEXT, TREE, 0, *whole[1:], hub=whole[:1]))
    view = commit(RULES, CONTEXT, TREE, 0, *whole)
    loose = tuple(replace(sent, reference=b"r") for sent in view.proposals)
    with pytest.raises(PolicyRefused, match="commit of an admin itself"):
        RULES.check_commit(replace(view, proposals=loose))


def test_LP_26_the_hub_proposes_no_policy() -> None:
    for value in (POLICY.encode(), LoggingPolicy().encode(), b"", None):
        with pytest.raises(PolicyRefused, match="0x002d"):
            RULES.check_external_sender((AppDataUpdate(LOGGING_POLICY, value),), 0)


def test_withdrawal_takes_the_archive_and_its_leaves_along() -> None:
    gone = update(WATCHED, {X: Role.NONE})
    RULES.check_commit(commit(RULES, declared(), WATCHED_TREE, 0, change(LoggingPolicy()), gone, Remove(2)))
    for proposals in (
        (change(LoggingPolicy()),),
        (change(LoggingPolicy()), Remove(2)),
        (change(LoggingPolicy()), gone),
        (gone, Remove(2)),
    ):
        with pytest.raises(PolicyRefused):
            RULES.check_commit(commit(RULES, declared(), WATCHED_TREE, 0, *proposals))


def test_archive_that_the_hub_takes_out_stays_declared_and_comes_back_only_by_a_new_declaration() -> None:
    gone = update(WATCHED, {X: Role.NONE})
    left = commit(RULES, declared(), WATCHED_TREE, 0, hub=(Remove(2), gone))
    RULES.check_commit(left)
    assert RoomState.of(left.new_context).logging == POLICY
    back = (update(GROUP, {X: Role.ARCHIVE}), add(device("x")))
    with pytest.raises(PolicyRefused, match="in one commit"):
        RULES.check_commit(commit(RULES, declared(GROUP), TREE, 0, *back))
    RULES.check_commit(commit(RULES, declared(GROUP), TREE, 0, change(LoggingPolicy())))


def test_state_with_an_undeclared_archive_is_no_room() -> None:
    with pytest.raises(PolicyRefused, match="does not declare"):
        RoomState.of(context(A, participants=WATCHED))
    with pytest.raises(PolicyRefused, match="does not declare"):
        RoomState.of(declared(policy=LoggingPolicy((C,), "another")))


def test_direct_room_has_no_archive() -> None:
    with pytest.raises(PolicyRefused, match="uses a group"):
        RoomState.of(with_component(context(A, direct_with=B), LOGGING_POLICY, POLICY.encode()))


def test_room_starts_without_an_archive() -> None:
    started = with_component(context(A), LOGGING_POLICY, POLICY.encode())
    with pytest.raises(PolicyRefused, match="starts without"):
        check_new_room(RoomState.of(started), A)


def test_archive_looks_after_its_own_devices_and_nobody_elses() -> None:
    RULES.check_commit(commit(RULES, declared(), WATCHED_TREE, 2))
    RULES.check_commit(commit(RULES, declared(), WATCHED_TREE, 2, add(device("x", "b"))))
    RULES.check_commit(commit(RULES, declared(), WATCHED_TREE, 0, joiner=device("x", "b")))
    for proposals in (
        (update(WATCHED, {C: 2}), add(device("c"))),
        (update(WATCHED, {B: 0}), Remove(1)),
        (update(WATCHED, {B: 3}),),
        (update(WATCHED, {X: 2}),),
        (change(LoggingPolicy((X,), "softer words")),),
    ):
        with pytest.raises(PolicyRefused):
            RULES.check_commit(commit(RULES, declared(), WATCHED_TREE, 2, *proposals))


def test_archive_never_stands_in_for_an_admin() -> None:
    left = ParticipantList((Participant(X, Role.ARCHIVE), Participant(B, 2), Participant(C, 2)))
    RULES.check_commit(
        commit(RULES, declared(left), tree(device("x"), device("b"), device("c")), 1, update(left, {C: 0}), Remove(2))
    )
    with pytest.raises(PolicyRefused):
        RULES.check_commit(
            commit(
                RULES, declared(left), tree(device("x"), device("b"), device("c")), 0, update(left, {C: 0}), Remove(2)
            )
        )
