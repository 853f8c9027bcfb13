# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Promises of the room rules: who may bring, remove and change whom, in groups and in direct rooms."""

from __future__ import annotations

from dataclasses import replace

import pytest

from privity.mls.errors import CredentialRefused, PolicyRefused, ProtocolError, SuccessorRefused
from privity.mls.messages.app_data import AppDataDictionary
from privity.mls.messages.credential import Credential
from privity.mls.messages.extensions import Extension
from privity.mls.messages.framing import Sender
from privity.mls.messages.group_context import GroupContext
from privity.mls.messages.proposals import Add, AppDataUpdate, GroupContextExtensions, ReInit, Remove, SelfRemove
from privity.mls.rules import LeafUse, SentProposal
from privity.policy.members import parse_client
from privity.policy.room_components import (
    BASE_ROOM_POLICY,
    FRANKING_AGENT,
    PARTICIPANT_LIST,
    ROOM_COMPONENTS,
    FrankingAgent,
    Participant,
    ParticipantList,
    ParticipantListUpdate,
)
from privity.policy.room_rules import CHANGING, RoomRules
from privity.policy.room_state import RoomState, check_new_room
from tests.policy.views import HOST, add, commit, context, device, leaf, tree, update, user

A, B, C, D = user("a"), user("b"), user("c"), user("d")
GROUP = ParticipantList((Participant(A, 3), Participant(B, 2), Participant(C, 2)))


def accept(user_uri: str, client_uri: str, key: bytes) -> None:
    """A device list that names everybody."""


RULES = RoomRules(accept)
CONTEXT = context(A, participants=GROUP)
TREE = tree(device("a"), device("b"), device("c"))
DIRECT = context(A, direct_with=B)
PAIR = tree(device("a"), device("b"))


def test_admin_invites_person_with_all_devices() -> None:
    RULES.check_commit(commit(RULES, CONTEXT, TREE, 0, update(GROUP, {D: 2}), add(device("d")), add(device("d", "b"))))


def test_member_cannot_invite() -> None:
    with pytest.raises(PolicyRefused, match="add_participant"):
        RULES.check_commit(commit(RULES, CONTEXT, TREE, 1, update(GROUP, {D: 2}), add(device("d"))))


def test_leaf_without_participant_is_refused() -> None:
    with pytest.raises(PolicyRefused, match="not a participant"):
        RULES.check_commit(commit(RULES, CONTEXT, TREE, 0, add(device("d"))))


def test_participant_without_leaf_is_refused() -> None:
    with pytest.raises(PolicyRefused, match="without a device"):
        RULES.check_commit(commit(RULES, CONTEXT, TREE, 0, update(GROUP, {D: 2})))


def test_admin_removes_person_and_leaf_together() -> None:
    RULES.check_commit(commit(RULES, CONTEXT, TREE, 0, update(GROUP, {B: 0}), Remove(1)))


def test_removed_leaf_of_a_participant_who_stays_is_refused() -> None:
    with pytest.raises(PolicyRefused, match="stays in the participant list"):
        RULES.check_commit(commit(RULES, CONTEXT, TREE, 0, Remove(1)))


def test_removed_participant_whose_leaf_stays_is_refused() -> None:
    with pytest.raises(PolicyRefused, match="not a participant"):
        RULES.check_commit(commit(RULES, CONTEXT, TREE, 0, update(GROUP, {B: 0})))


def test_member_cannot_remove_another() -> None:
    with pytest.raises(PolicyRefused, match="remove_participant"):
        RULES.check_commit(commit(RULES, CONTEXT, TREE, 1, update(GROUP, {C: 0}), Remove(2)))


def test_ban_takes_the_leaves_along_and_keeps_the_name() -> None:
    RULES.check_commit(commit(RULES, CONTEXT, TREE, 0, update(GROUP, {B: 1}), Remove(1)))
    with pytest.raises(PolicyRefused, match="banned"):
        RULES.check_commit(commit(RULES, CONTEXT, TREE, 0, update(GROUP, {B: 1})))


def test_banned_user_cannot_join_by_commit() -> None:
    banned = ParticipantList((Participant(A, 3), Participant(B, 1)))
    view = commit(RULES, context(A, participants=banned), tree(device("a")), 0, joiner=device("b"))
    with pytest.raises(PolicyRefused, match="banned"):
        RULES.check_commit(view)


def test_member_cannot_raise_a_role() -> None:
    with pytest.raises(PolicyRefused, match="change_user_role"):
        RULES.check_commit(commit(RULES, CONTEXT, TREE, 1, update(GROUP, {B: 3})))
    RULES.check_commit(commit(RULES, CONTEXT, TREE, 0, update(GROUP, {B: 3})))


def test_unknown_role_is_refused() -> None:
    with pytest.raises(PolicyRefused, match="role 9"):
        RULES.check_commit(commit(RULES, CONTEXT, TREE, 0, update(GROUP, {B: 9})))


def test_without_an_admin_the_eldest_member_stands_in() -> None:
    left = ParticipantList((Participant(B, 2), Participant(C, 2)))
    room, both = context(A, participants=left), tree(device("b"), device("c"))
    RULES.check_commit(commit(RULES, room, both, 0, update(left, {C: 0}), Remove(1)))
    with pytest.raises(PolicyRefused):
        RULES.check_commit(commit(RULES, room, both, 1, update(left, {B: 0}), Remove(0)))


def test_own_new_device_joins_by_commit_or_by_add() -> None:
    RULES.check_commit(commit(RULES, CONTEXT, TREE, 0, joiner=device("b", "b")))
    RULES.check_commit(commit(RULES, CONTEXT, TREE, 1, add(device("b", "b"))))


def test_stranger_cannot_join_by_commit() -> None:
    with pytest.raises(PolicyRefused):
        RULES.check_commit(commit(RULES, CONTEXT, TREE, 0, joiner=device("d")))


def test_resync_replaces_the_own_leaf() -> None:
    RULES.check_commit(commit(RULES, CONTEXT, TREE, 0, Remove(1), joiner=device("b")))
    with pytest.raises(SuccessorRefused):
        RULES.check_successor(leaf(device("b")), leaf(device("b", "b")))
    RULES.check_successor(leaf(device("b")), leaf(device("b")))


def test_device_cannot_stand_in_the_tree_twice() -> None:
    with pytest.raises(CredentialRefused, match="second"):
        RULES.check_commit(commit(RULES, CONTEXT, TREE, 0, joiner=device("b"), keys=b"2"))


def test_own_other_device_is_removed_by_its_user() -> None:
    two = tree(device("a"), device("b"), device("b", "b"), device("c"))
    RULES.check_commit(commit(RULES, CONTEXT, two, 1, Remove(2)))
    with pytest.raises(PolicyRefused):
        RULES.check_commit(commit(RULES, CONTEXT, two, 3, Remove(2)))


def test_hub_removes_leaf_and_participant() -> None:
    gone = update(GROUP, {B: 0})
    RULES.check_external_sender((Remove(1),), 0)
    RULES.check_external_sender((gone,), 0)
    RULES.check_commit(commit(RULES, CONTEXT, TREE, 2, hub=(Remove(1), gone)))


def test_who_enters_by_commit_changes_nothing_else() -> None:
    RULES.check_commit(commit(RULES, CONTEXT, TREE, 0, joiner=device("a", "b")))
    with pytest.raises(PolicyRefused, match="enters"):
        RULES.check_commit(commit(RULES, CONTEXT, TREE, 0, update(GROUP, {C: 0}), joiner=device("a", "b")))


@pytest.mark.parametrize("proposal", [SelfRemove(), ReInit(b"another room", 1, 1, ())])
def test_what_rooms_do_not_know_is_refused(proposal: SelfRemove | ReInit) -> None:
    view = commit(RULES, CONTEXT, TREE, 0)
    RULES.check_commit(view)
    sent = (SentProposal(proposal, Sender.member(1), b"reference"),)
    with pytest.raises(PolicyRefused, match=type(proposal).__name__):
        RULES.check_commit(replace(view, proposals=sent))


def test_nobody_proposes_to_be_added() -> None:
    RULES.check_credential(leaf(device("a")), LeafUse.ADD)
    with pytest.raises(CredentialRefused, match="members invite"):
        RULES.check_credential(leaf(device("a")), LeafUse.SELF_ADD)


def test_two_leave_proposals_of_the_hub_fit_one_commit() -> None:
    view = commit(RULES, CONTEXT, TREE, 0, hub=(Remove(1), update(GROUP, {B: 0}), Remove(2), update(GROUP, {C: 0})))
    RULES.check_commit(view)
    assert RoomState.of(view.new_context).participants.roles() == {A: 3}


def test_person_whose_last_device_the_hub_takes_stays_and_may_enter_again() -> None:
    RULES.check_commit(commit(RULES, CONTEXT, TREE, 0, hub=(Remove(1),)))
    RULES.check_commit(commit(RULES, CONTEXT, tree(device("a"), None, device("c")), 0, joiner=device("b", "b")))


@pytest.mark.parametrize(
    "proposal",
    [
        add(device("d")),
        update(GROUP, {D: 2}),
        update(GROUP, {B: 3}),
        AppDataUpdate(PARTICIPANT_LIST, None),
        AppDataUpdate(PARTICIPANT_LIST, ParticipantListUpdate().encode()),
        AppDataUpdate(BASE_ROOM_POLICY, b""),
        GroupContextExtensions(()),
    ],
)
def test_hub_proposes_nothing_but_removal(proposal: Add | AppDataUpdate | GroupContextExtensions) -> None:
    with pytest.raises(ProtocolError):
        RULES.check_external_sender((proposal,), 0)


def test_second_external_sender_is_refused() -> None:
    with pytest.raises(PolicyRefused):
        RULES.check_external_sender((Remove(1),), 1)


def test_direct_room_takes_devices_of_both_and_nobody_else() -> None:
    RULES.check_commit(commit(RULES, DIRECT, tree(device("a")), 0, add(device("b")), add(device("b", "b"))))
    RULES.check_commit(commit(RULES, DIRECT, PAIR, 0, joiner=device("b", "b")))
    participants = RoomState.of(DIRECT).participants
    with pytest.raises(PolicyRefused):
        RULES.check_commit(commit(RULES, DIRECT, PAIR, 0, add(device("c"))))
    with pytest.raises(PolicyRefused):
        RULES.check_commit(commit(RULES, DIRECT, PAIR, 0, update(participants, {C: 2}), add(device("c"))))


def test_direct_room_nobody_removes_the_other() -> None:
    with pytest.raises(PolicyRefused, match="direct"):
        RULES.check_commit(commit(RULES, DIRECT, PAIR, 0, Remove(1)))
    RULES.check_commit(commit(RULES, DIRECT, PAIR, 0, hub=(Remove(1),)))


def test_direct_room_list_is_fixed_for_the_hub_too() -> None:
    with pytest.raises(PolicyRefused):
        RULES.check_commit(
            commit(RULES, DIRECT, PAIR, 0, hub=(Remove(1), update(RoomState.of(DIRECT).participants, {B: 0})))
        )


def test_nothing_changes_but_participants_logging_policy_and_franking_agent() -> None:
    with pytest.raises(PolicyRefused):
        RULES.check_commit(commit(RULES, CONTEXT, TREE, 0, GroupContextExtensions(CONTEXT.extensions)))
    for component in (1, 2, 0x27, 0x8000):
        with pytest.raises(PolicyRefused):
            RULES.apply_component(component, b"", (b"",))
    for component in CHANGING:
        with pytest.raises(PolicyRefused):
            RULES.apply_component(component, None, (b"",))


def agent(key: bytes, name: str = f"mimi://{HOST}") -> AppDataUpdate:
    return AppDataUpdate(FRANKING_AGENT, FrankingAgent(key, Credential.basic(name.encode())).encode())


def test_franking_agent_changes_by_the_hub_alone_and_stays_the_hub() -> None:
    view = commit(RULES, CONTEXT, TREE, 1, hub=(agent(b"n" * 32),))
    RULES.check_commit(view)
    assert RoomState.of(view.new_context).franking_key == b"n" * 32
    for committer in (0, 1):
        with pytest.raises(PolicyRefused, match="only the hub"):
            RULES.check_commit(commit(RULES, CONTEXT, TREE, committer, agent(b"n" * 32)))
    for changed in (agent(b"n" * 32, "mimi://elsewhere.example"), agent(b"f" * 32)):
        with pytest.raises(PolicyRefused, match="stays the hub"):
            commit(RULES, CONTEXT, TREE, 0, hub=(changed,))


def test_of_two_keys_for_franks_in_one_epoch_the_last_counts() -> None:
    view = commit(RULES, CONTEXT, TREE, 0, hub=(agent(b"n" * 32), agent(b"o" * 32)))
    RULES.check_commit(view)
    assert RoomState.of(view.new_context).franking_key == b"o" * 32


def test_vanished_component_is_refused() -> None:
    view = commit(RULES, CONTEXT, TREE, 0)
    for component in ROOM_COMPONENTS:
        less = AppDataDictionary.of(CONTEXT.extensions).without_component(component).extension()
        extensions = (*CONTEXT.extensions[:2], less)
        with pytest.raises(PolicyRefused):
            RoomState.of(GroupContext(1, 1, view.old_context.group_id, 5, b"", b"", extensions))


def test_foreign_extension_makes_no_room() -> None:
    with pytest.raises(PolicyRefused):
        RoomState.of(GroupContext(1, 1, b"x", 0, b"", b"", (*CONTEXT.extensions, Extension(0xF000, b""))))


def test_commit_cannot_touch_a_participant_twice() -> None:
    with pytest.raises(PolicyRefused, match="twice"):
        commit(RULES, CONTEXT, TREE, 0, update(GROUP, {B: 0}), Remove(1), hub=(update(GROUP, {B: 0}),))


def test_leaf_counts_only_if_the_device_list_names_it() -> None:
    asked: list[tuple[str, str, bytes]] = []

    def refuse(user_uri: str, client_uri: str, key: bytes) -> None:
        asked.append((user_uri, client_uri, key))
        raise CredentialRefused("not listed")

    with pytest.raises(CredentialRefused, match="not listed"):
        RoomRules(refuse).check_credential(leaf(device("a")), LeafUse.ADD)
    assert asked == [(A, device("a"), leaf(device("a")).signature_key)]


@pytest.mark.parametrize(
    "identity",
    [
        b"",
        b"\xff",
        b"mimi://hub.example/u/" + b"a" * 26,
        device("a").upper().encode(),
        device("a").encode() + b"\n",
        device("a").encode() + b"/x",
        b"mimi:///d/" + b"a" * 26 + b"/" + b"a" * 26,
        device("a").replace("aaaa", "0189", 1).encode(),
        b"m" * 600,
    ],
)
def test_other_identities_are_refused(identity: bytes) -> None:
    with pytest.raises(CredentialRefused):
        parse_client(identity)


def test_x509_leaf_is_refused() -> None:
    old = leaf(device("a"))
    fields = {name: getattr(old, name) for name in type(old).__match_args__}
    fields["credential"] = Credential.x509((b"c",))
    with pytest.raises(CredentialRefused, match="basic"):
        RULES.check_credential(type(old)(**fields), LeafUse.ADD)


def test_new_room_starts_with_its_creator_as_admin_or_with_two() -> None:
    check_new_room(RoomState.of(context(A)), A)
    check_new_room(RoomState.of(DIRECT), B)
    for room, creator in ((context(A), B), (CONTEXT, A), (DIRECT, C)):
        with pytest.raises(PolicyRefused):
            check_new_room(RoomState.of(room), creator)
    with pytest.raises(PolicyRefused):
        context(A, direct_with=A)
