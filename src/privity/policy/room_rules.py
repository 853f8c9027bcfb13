# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The one object that decides, on the hub and on every device, whether a room may change like this (`mls.rules.Rules`).

What it keeps true, whoever commits:
- a leaf belongs to a device that its user's signed list names, and stands in the tree once;
- the user of every leaf is in the participant list and not banned; people and their leaves come and go together;
- a direct room is of the same two people for ever;
- in a group only admins bring or remove others; anyone brings and removes devices of their own;
- the hub may propose that a leaf, or a participant, goes, and nothing else;
- nothing but the participant list of a room's context ever changes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from privity.mls.errors import CredentialRefused, PolicyRefused, SuccessorRefused
from privity.mls.messages.app_data import AppDataDictionary
from privity.mls.messages.codepoints import APP_DATA_DICTIONARY
from privity.mls.messages.extensions import Extensions
from privity.mls.messages.framing import Sender, SenderType
from privity.mls.messages.leaf_node import LeafNode
from privity.mls.messages.proposals import Add, AppDataUpdate, ExternalInit, Proposal, Remove, Update
from privity.mls.rules import CommitView, LeafUse
from privity.policy.members import Member, member_of, members
from privity.policy.roles import Capability, Role, check_capability, check_role_change
from privity.policy.room_components import PARTICIPANT_LIST, ParticipantList, ParticipantListUpdate, apply_updates
from privity.policy.room_state import RoomState

CheckDevice = Callable[[str, str, bytes], None]
"""(user URI, client URI, signature key): raises CredentialRefused unless the user's device list names this device."""

HUB: Final = None
"""Stands for the hub where otherwise a user URI says who acts."""

DAY_S: Final = 86_400


class RoomRules:
    """`mls.rules.Rules` for rooms."""

    __slots__ = ("_check_device",)

    max_lifetime_s: Final = 90 * DAY_S
    """A KeyPackage is renewed monthly by its device; three months cover one that is away for a while."""
    past_epochs: Final = 0
    """Devices process a room's log in order, so a message is always of the epoch they are in."""
    out_of_order: Final = 64
    """One sender's messages may reach the hub in another order than they were sealed in."""
    max_forward: Final = 4096
    """Messages that a sender may have sealed and lost; each costs every receiver a hash."""

    def __init__(self, check_device: CheckDevice) -> None:
        self._check_device = check_device

    def check_credential(self, leaf: LeafNode, use: LeafUse) -> None:
        """Raise CredentialRefused unless the leaf's device is in its user's list with this key."""
        member = member_of(leaf)
        self._check_device(member.user_uri, member.client_uri, leaf.signature_key)

    def check_successor(self, old: LeafNode, new: LeafNode) -> None:
        """A leaf is replaced by the same device only."""
        if member_of(old) != member_of(new):
            raise SuccessorRefused("a leaf would be replaced by that of another device")

    def check_external_sender(self, proposals: Sequence[Proposal], sender_index: int) -> None:
        """The hub proposes Removes and that participants leave the list."""
        if sender_index != 0:
            raise PolicyRefused(f"external sender {sender_index} proposes, the hub is number 0")
        for proposal in proposals:
            if isinstance(proposal, Remove):
                continue
            if not isinstance(proposal, AppDataUpdate) or proposal.component_id != PARTICIPANT_LIST:
                raise PolicyRefused(f"the hub proposes a {type(proposal).__name__}, expected a Remove")
            update = _decode_update(proposal)
            if update.changed or update.added or not update.removed:
                raise PolicyRefused("the hub's update of the participant list does more than remove")

    def apply_component(self, component_id: int, old: bytes | None, updates: tuple[bytes, ...]) -> bytes:
        """Only the participant list can be updated. All updates of a commit count from the list before it."""
        if component_id != PARTICIPANT_LIST or old is None:
            raise PolicyRefused(f"component {component_id:#06x} of a room cannot be updated")
        return apply_updates(ParticipantList.decode(old), map(ParticipantListUpdate.decode, updates)).encode()

    def check_commit(self, change: CommitView) -> None:
        """Raise PolicyRefused (or CredentialRefused) unless everyone may do what they do in this commit."""
        old = RoomState.of(change.old_context)
        new = RoomState.of(change.new_context)
        _check_unchanged(change.old_context.extensions, change.new_context.extensions)
        before, after = members(change.old_tree), members(change.new_tree)
        committer = after[change.committer]
        check_capability(old.participants, committer.user_uri, Capability.SEND_MESSAGE)
        for sent in change.proposals:
            actor = _actor(sent.sender, before, committer)
            _check_proposal(sent.proposal, actor, old, new, before)
        _check_leaves(after, new.participants)
        _check_people(old, new, change, before, after)


def _decode_update(proposal: AppDataUpdate) -> ParticipantListUpdate:
    if proposal.update is None:
        raise PolicyRefused("the participant list of a room cannot be removed")
    return ParticipantListUpdate.decode(proposal.update)


def _check_unchanged(old: Extensions, new: Extensions) -> None:
    """The context may differ in its participant list only."""
    if _fixed_part(old) != _fixed_part(new):
        raise PolicyRefused("the commit changes more of the room's context than its participant list")


def _fixed_part(extensions: Extensions) -> tuple[Extensions, AppDataDictionary]:
    others = tuple(extension for extension in extensions if extension.type != APP_DATA_DICTIONARY)
    return others, AppDataDictionary.of(extensions).without_component(PARTICIPANT_LIST)


def _actor(sender: Sender, before: dict[int, Member], committer: Member) -> str | None:
    """The user URI of whoever proposed; HUB for the hub."""
    match sender.type:
        case SenderType.MEMBER if sender.index is not None:
            return before[sender.index].user_uri
        case SenderType.NEW_MEMBER_COMMIT:
            return committer.user_uri
        case SenderType.EXTERNAL:
            return HUB
        case _:
            raise PolicyRefused("nobody can propose to be added: members invite")


def _check_proposal(
    proposal: Proposal, actor: str | None, old: RoomState, new: RoomState, before: dict[int, Member]
) -> None:
    match proposal:
        case Add():
            _check_add(member_of(proposal.key_package.leaf_node), actor, old)
        case Remove():
            _check_remove(before[proposal.removed], actor, old, new)
        case AppDataUpdate():
            _check_update(_decode_update(proposal), actor, old)
        case Update() | ExternalInit():
            pass  # what they may do is a matter of MLS and of check_successor alone
        case _:
            raise PolicyRefused(f"a {type(proposal).__name__} proposal has no place in a room")


def _check_add(member: Member, actor: str | None, old: RoomState) -> None:
    if actor is HUB:
        raise PolicyRefused("the hub cannot add anybody")
    if member.user_uri == actor:
        check_capability(old.participants, actor, Capability.ADD_OWN_CLIENT)
    elif not old.direct:
        check_capability(old.participants, actor, Capability.ADD_PARTICIPANT)


def _check_remove(member: Member, actor: str | None, old: RoomState, new: RoomState) -> None:
    if actor is HUB:
        return
    if member.user_uri == actor:
        check_capability(old.participants, actor, Capability.REMOVE_OWN_CLIENT)
        return
    if old.direct:
        raise PolicyRefused("nobody can remove the other from a direct room")
    check_capability(old.participants, actor, Capability.REMOVE_PARTICIPANT)
    if new.participants.role(member.user_uri) >= Role.MEMBER:
        raise PolicyRefused("a device of somebody else is removed, and the person stays in the participant list")


def _check_update(update: ParticipantListUpdate, actor: str | None, old: RoomState) -> None:
    if old.direct:
        raise PolicyRefused("the two participants of a direct room are fixed")
    for user_uri, (role_before, role_after) in update.changes(old.participants).items():
        if actor is HUB:
            continue  # check_external_sender let only removals through
        if user_uri != actor or role_after != Role.NONE:
            check_role_change(old.participants, actor, role_before, role_after)


def _check_leaves(after: dict[int, Member], participants: ParticipantList) -> None:
    """Every leaf's user is in the list, and no device has two leaves."""
    roles = participants.roles()
    seen: set[str] = set()
    for index, member in after.items():
        if roles.get(member.user_uri, Role.NONE) < Role.MEMBER:
            raise PolicyRefused(f"the user of leaf {index} is not a participant, or banned")
        if member.client_uri in seen:
            raise CredentialRefused(f"leaf {index} is the second one of its device")
        seen.add(member.client_uri)


def _check_people(
    old: RoomState, new: RoomState, change: CommitView, before: dict[int, Member], after: dict[int, Member]
) -> None:
    """In a group, who comes brings a device, and whose last device a member removes goes too.

    A person whose last device the hub takes out, because a new list drops it, stays and can enter with another one.
    """
    if old.direct:
        return
    present = {member.user_uri for member in after.values()}
    for user_uri, role in new.participants.roles().items():
        if old.participants.role(user_uri) == Role.NONE and role >= Role.MEMBER and user_uri not in present:
            raise PolicyRefused("a participant is added without a device")
    by_hub = {
        sent.proposal.removed
        for sent in change.proposals
        if isinstance(sent.proposal, Remove) and sent.sender.type == SenderType.EXTERNAL
    }
    for removed in change.removed:
        user_uri = before[removed.leaf_index].user_uri
        stays = new.participants.role(user_uri) >= Role.MEMBER
        if stays and user_uri not in present and removed.leaf_index not in by_hub:
            raise PolicyRefused("the last device of a participant is removed, and the person stays in the list")
