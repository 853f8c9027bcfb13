# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The one object that decides, on the hub and on every device, whether a room may change like this (`mls.rules.Rules`).

What it keeps true, whoever commits:
- a leaf belongs to a device that its user's signed list names, and stands in the tree once;
- the user of every leaf is in the participant list and not banned; people and their leaves come and go together;
- a direct room is of the same two people for ever;
- in a group admins and moderators bring and remove others, and nobody but an admin removes one of them; anyone brings
  and removes devices of their own;
- roles are given by admins in a commit that changes nothing else about who is here; the last admin names another before
  stepping down, and when they go, who stands in follows from the list alone (`policy.roles`);
- a ban is lifted by whoever may ban, and by nobody else: not by the hub;
- a post-quantum room has no more devices than a commit with new keys for all of them fits into what the hub takes;
- who keeps a copy (an archive) is declared by an admin's own commit, comes with it, and goes with its withdrawal;
- the hub may propose that a leaf, or a participant, goes, and name the key that its own record names for franks;
- nothing but participant list, logging policy and franking agent of a room's context ever changes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from privity.mls.errors import CredentialRefused, PolicyRefused, SuccessorRefused
from privity.mls.messages.app_data import AppDataDictionary
from privity.mls.messages.codepoints import APP_DATA_DICTIONARY
from privity.mls.messages.extensions import Extensions, ExternalSender
from privity.mls.messages.framing import Sender, SenderType
from privity.mls.messages.leaf_node import LeafNode
from privity.mls.messages.proposals import Add, AppDataUpdate, ExternalInit, Proposal, Remove, Update
from privity.mls.rules import CommitView, LeafUse, SentProposal
from privity.policy.logging_policy import LOGGING_POLICY, replaced_policy
from privity.policy.members import Member, member_of, members
from privity.policy.roles import OFFICES, Capability, Role, check_capability, check_role_change, has_admin
from privity.policy.room_components import (
    FRANKING_AGENT,
    PARTICIPANT_LIST,
    FrankingAgent,
    ParticipantList,
    ParticipantListUpdate,
    apply_updates,
)
from privity.policy.room_state import RoomState
from privity.policy.room_suites import ROOM_SUITES, check_size

CheckDevice = Callable[[str, str, bytes], None]
"""(user URI, client URI, signature key): raises CredentialRefused unless the user's device list names this device."""

CheckFrankingKey = Callable[[bytes], None]
"""(public key): raises PolicyRefused unless the hub's own record names it as the key for franks."""

CHANGING: Final = (FRANKING_AGENT, PARTICIPANT_LIST, LOGGING_POLICY)
"""The components that can change while a room lasts."""

HUB: Final = None
"""Stands for the hub where otherwise a user URI says who acts."""

DAY_S: Final = 86_400


def no_franking_key(key: bytes) -> None:
    """For whoever knows no record of the hub: every new key is refused."""
    raise PolicyRefused("the hub would change its key for reports, and no record of its keys is known here")


class RoomRules:
    """`mls.rules.Rules` for rooms."""

    __slots__ = ("_check_device", "_check_franking_key")

    suites: Final = ROOM_SUITES
    max_lifetime_s: Final = 90 * DAY_S
    """A KeyPackage is renewed monthly by its device; three months cover one that is away for a while."""
    past_epochs: Final = 0
    """Devices process a room's log in order, so a message is always of the epoch they are in."""
    out_of_order: Final = 64
    """One sender's messages may reach the hub in another order than they were sealed in."""
    max_forward: Final = 4096
    """Messages that a sender may have sealed and lost; each costs every receiver a hash."""

    def __init__(self, check_device: CheckDevice, check_franking_key: CheckFrankingKey = no_franking_key) -> None:
        self._check_device = check_device
        self._check_franking_key = check_franking_key

    def check_credential(self, leaf: LeafNode, use: LeafUse) -> None:
        """Raise CredentialRefused unless the leaf's device is in its user's list with this key."""
        if use is LeafUse.SELF_ADD:
            raise CredentialRefused("nobody can propose to be added to a room: members invite")
        member = member_of(leaf)
        self._check_device(member.user_uri, member.client_uri, leaf.signature_key)

    def check_successor(self, old: LeafNode, new: LeafNode) -> None:
        """A leaf is replaced by the same device only."""
        if member_of(old) != member_of(new):
            raise SuccessorRefused("a leaf would be replaced by that of another device")

    def check_external_sender(self, proposals: Sequence[Proposal], sender_index: int) -> None:
        """The hub proposes Removes, that participants leave the list, and its new key for franks."""
        if sender_index != 0:
            raise PolicyRefused(f"external sender {sender_index} proposes, the hub is number 0")
        for proposal in proposals:
            match proposal:
                case Remove():
                    pass
                case AppDataUpdate() if proposal.component_id == PARTICIPANT_LIST:
                    update = _decode_update(proposal)
                    if update.changed or update.added or not update.removed:
                        raise PolicyRefused("the hub's update of the participant list does more than remove")
                case AppDataUpdate() if proposal.component_id == FRANKING_AGENT:
                    self._check_franking_key(FrankingAgent.decode(_update_of(proposal)).signature_key)
                case AppDataUpdate():
                    raise PolicyRefused(f"the hub proposes an update of component {proposal.component_id:#06x}")
                case _:
                    raise PolicyRefused(f"the hub proposes {type(proposal).__name__}, expected Remove")

    def check_listed_sender(self, sender: ExternalSender) -> None:
        """A room lists the hub alone, from its first epoch to its last: `RoomState` and `check_commit` see to that."""

    def apply_component(self, component_id: int, old: bytes | None, updates: tuple[bytes, ...]) -> bytes:
        """The new state of a component that may change. Updates of the participant list count from the list before."""
        if component_id == PARTICIPANT_LIST and old is not None:
            return apply_updates(ParticipantList.decode(old), map(ParticipantListUpdate.decode, updates)).encode()
        if component_id == LOGGING_POLICY and old is not None:
            return replaced_policy(updates).encode()
        if component_id == FRANKING_AGENT and old is not None:
            return _replaced_agent(FrankingAgent.decode(old), updates).encode()
        raise PolicyRefused(f"component {component_id:#06x} of a room cannot be updated")

    def check_commit(self, change: CommitView) -> None:
        """Raise PolicyRefused (or CredentialRefused) unless everyone may do what they do in this commit."""
        old = RoomState.of(change.old_context)
        new = RoomState.of(change.new_context)
        _check_unchanged(change.old_context.extensions, change.new_context.extensions)
        before, after = members(change.old_tree), members(change.new_tree)
        committer = after[change.committer]
        check_capability(old.participants, committer.user_uri, Capability.ADD_OWN_CLIENT)
        for sent in change.proposals:
            if change.external and isinstance(sent.proposal, AppDataUpdate):
                raise PolicyRefused("who enters a room by commit changes nothing else about it")
            actor = _actor(sent.sender, before, committer)
            _check_proposal(sent, actor, old, new, before)
        check_size(change.new_context.cipher_suite, before=len(before), after=len(after))
        _check_leaves(after, new.participants)
        _check_people(old, new, change, before, after)
        _check_archives(old, new)
        _check_offices(old, new, change)


def _update_of(proposal: AppDataUpdate) -> bytes:
    if proposal.update is None:
        raise PolicyRefused(f"component {proposal.component_id:#06x} of a room cannot be removed")
    return proposal.update


def _decode_update(proposal: AppDataUpdate) -> ParticipantListUpdate:
    return ParticipantListUpdate.decode(_update_of(proposal))


def _replaced_agent(old: FrankingAgent, updates: tuple[bytes, ...]) -> FrankingAgent:
    """The whole new agent: the same hub with another key. Of several that it proposed in one epoch the last counts."""
    new = FrankingAgent.decode(updates[-1])
    if new.credential != old.credential or new.signature_key == old.signature_key:
        raise PolicyRefused("the franking agent of a room stays the hub, with another key")
    return new


def _check_unchanged(old: Extensions, new: Extensions) -> None:
    """The context may differ in the components that can change only."""
    if _fixed_part(old) != _fixed_part(new):
        raise PolicyRefused("the commit changes more of the room's context than the rules of rooms allow")


def _fixed_part(extensions: Extensions) -> tuple[Extensions, AppDataDictionary]:
    others = tuple(extension for extension in extensions if extension.type != APP_DATA_DICTIONARY)
    dictionary = AppDataDictionary.of(extensions)
    for component_id in CHANGING:
        dictionary = dictionary.without_component(component_id)
    return others, dictionary


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
    sent: SentProposal, actor: str | None, old: RoomState, new: RoomState, before: dict[int, Member]
) -> None:
    proposal = sent.proposal
    match proposal:
        case Add():
            _check_add(member_of(proposal.key_package.leaf_node), actor, old)
        case Remove():
            _check_remove(before[proposal.removed], actor, old, new)
        case AppDataUpdate() if proposal.component_id == PARTICIPANT_LIST:
            _check_update(_decode_update(proposal), actor, old, new)
        case AppDataUpdate() if proposal.component_id == LOGGING_POLICY:
            _check_declaring(sent, actor, old)
        case AppDataUpdate() if proposal.component_id == FRANKING_AGENT:
            if actor is not HUB:
                raise PolicyRefused("only the hub changes its key for reports")
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


def _check_declaring(sent: SentProposal, actor: str | None, old: RoomState) -> None:
    """Whose doing an archive is must be plain: an admin's, in a commit of their own."""
    if actor is HUB or sent.reference is not None:
        raise PolicyRefused("an archive is declared or withdrawn by the commit of an admin itself")
    check_capability(old.participants, actor, Capability.DECLARE_ARCHIVE)


def _check_update(update: ParticipantListUpdate, actor: str | None, old: RoomState, new: RoomState) -> None:
    if old.direct:
        raise PolicyRefused("the two participants of a direct room are fixed")
    for user_uri, (role_before, role_after) in update.changes(old.participants).items():
        if actor is HUB:  # check_external_sender let only removals through
            if role_before == Role.BANNED:
                raise PolicyRefused("the hub would lift a ban; only members do")
            continue
        if role_before == Role.ARCHIVE and user_uri in new.logging.archives:
            raise PolicyRefused("a member takes an archive out that the logging policy still declares")
        if user_uri != actor or not (role_after == Role.NONE or _steps_down(role_before, role_after)):
            check_role_change(old.participants, actor, role_before, role_after)


def _steps_down(before: int, after: int) -> bool:
    return before in OFFICES and after == Role.MEMBER


def _check_offices(old: RoomState, new: RoomState, change: CommitView) -> None:
    """A role is given or taken in a commit of its own, beside nothing but what the hub proposed and each must cover.

    So the line that tells of it is not lost among those who come and go, and no device has to judge which of two
    changes counts first.
    """
    if old.direct:
        return
    before, after = old.participants.roles(), new.participants.roles()
    given = [
        user for user, role in after.items() if role in OFFICES and before.get(user, role) not in (role, Role.NONE)
    ]
    if not given:
        return
    if change.external or any(not _may_stand_beside(sent, old) for sent in change.proposals):
        raise PolicyRefused("a role is changed in a commit that changes who is here; each takes a commit of its own")
    if has_admin(old.participants) and not has_admin(new.participants):
        raise PolicyRefused("the last admin steps down only by naming another")


def _may_stand_beside(sent: SentProposal, old: RoomState) -> bool:
    """Whether a proposal may be part of a commit that changes a role: what the hub proposed, and changes of roles."""
    proposal = sent.proposal
    if sent.sender.type == SenderType.EXTERNAL or isinstance(proposal, Update):
        return True
    if not isinstance(proposal, AppDataUpdate) or proposal.component_id != PARTICIPANT_LIST:
        return False
    changes = _decode_update(proposal).changes(old.participants)
    return all(role in OFFICES for pair in changes.values() for role in pair)


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


def _check_archives(old: RoomState, new: RoomState) -> None:
    """An archive comes with the commit that declares it: never before, and never again under an old declaration.

    That nobody is an archive who is not declared holds in every state (`RoomState.of`).
    """
    declared = set(new.logging.archives) - set(old.logging.archives)
    came = {
        entry.user_uri
        for entry in new.participants.participants
        if entry.role == Role.ARCHIVE and old.participants.role(entry.user_uri) != Role.ARCHIVE
    }
    if declared != came:
        raise PolicyRefused("an archive is declared and comes into the room in one commit")
