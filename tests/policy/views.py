# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Rooms and commits as room policy sees them, built by hand: leaves are not signed, since policy reads names only."""

from __future__ import annotations

from privity.mls.messages.app_data import AppDataDictionary
from privity.mls.messages.capabilities import Capabilities
from privity.mls.messages.codepoints import APP_DATA_DICTIONARY
from privity.mls.messages.credential import Credential
from privity.mls.messages.extensions import replaced
from privity.mls.messages.framing import Sender
from privity.mls.messages.group_context import GroupContext
from privity.mls.messages.key_package import KeyPackage
from privity.mls.messages.leaf_node import LeafNode, LeafSource, Lifetime
from privity.mls.messages.proposals import Add, AppDataUpdate, ExternalInit, Proposal, Remove
from privity.mls.rules import AddedMember, CommitView, RemovedMember, SentProposal
from privity.mls.suites import suite
from privity.mls.tree.editor import TreeEditor
from privity.mls.tree.ratchet_tree import RatchetTree
from privity.policy.room_components import PARTICIPANT_LIST, ParticipantList, ParticipantListUpdate
from privity.policy.room_rules import RoomRules
from privity.policy.room_state import room_extensions

HOST = "hub.example"
ROOM = f"mimi://{HOST}/r/{'r' * 25}a"


def user(name: str) -> str:
    return f"mimi://{HOST}/u/{name * 25}a"


def device(name: str, number: str = "a") -> str:
    return f"mimi://{HOST}/d/{name * 25}a/{number * 25}a"


def leaf(client_uri: str, keys: bytes = b"") -> LeafNode:
    key = client_uri.encode()
    return LeafNode(
        encryption_key=b"e" + key + keys,
        signature_key=b"s" + key + keys,
        credential=Credential.basic(key),
        capabilities=Capabilities(),
        source=LeafSource.KEY_PACKAGE,
        lifetime=Lifetime(0, 1),
        parent_hash=None,
        extensions=(),
        signature=b"",
    )


def tree(*clients: str | None) -> RatchetTree:
    """Leaves in this order; None is a blank one."""
    first = clients[0] or "placeholder"
    editor = TreeEditor(RatchetTree.of_leaf(suite(1), leaf(first)))
    for index, client in enumerate(clients[1:], 1):
        editor.add(leaf(client or f"blank {index}"))
    for index, client in enumerate(clients):
        if client is None:
            editor.remove(index)
    return editor.done()


def context(
    creator: str, *, direct_with: str | None = None, participants: ParticipantList | None = None
) -> GroupContext:
    extensions = room_extensions(
        hub_uri=f"mimi://{HOST}", hub_key=b"h" * 32, franking_key=b"f" * 32, creator=creator, direct_with=direct_with
    )
    made = GroupContext(1, 1, ROOM.encode(), 5, b"", b"", extensions)
    return made if participants is None else with_participants(made, participants)


def with_participants(old: GroupContext, participants: ParticipantList) -> GroupContext:
    return with_component(old, PARTICIPANT_LIST, participants.encode())


def with_component(old: GroupContext, component: int, value: bytes) -> GroupContext:
    dictionary = AppDataDictionary.of(old.extensions).with_component(component, value)
    extensions = replaced(old.extensions, APP_DATA_DICTIONARY, dictionary.encode())
    return GroupContext(1, 1, old.group_id, old.epoch, b"", b"", extensions)


def update(participants: ParticipantList, changes: dict[str, int]) -> AppDataUpdate:
    return AppDataUpdate(PARTICIPANT_LIST, ParticipantListUpdate.between(participants, changes).encode())


def add(client_uri: str) -> Add:
    return Add(KeyPackage(1, 1, b"", leaf(client_uri), (), b""))


def commit(
    rules: RoomRules,
    old: GroupContext,
    old_tree: RatchetTree,
    committer: int,
    *own: Proposal,
    hub: tuple[Proposal, ...] = (),
    joiner: str | None = None,
    keys: bytes = b"",
) -> CommitView:
    """The view of a commit with these proposals, applied as MLS would."""
    sender = Sender.member(committer) if joiner is None else Sender.new_member_commit()
    sent = [SentProposal(proposal, sender) for proposal in own]
    sent += [SentProposal(proposal, Sender.external(0), bytes([n])) for n, proposal in enumerate(hub)]
    if joiner is not None:
        sent.append(SentProposal(ExternalInit(b""), sender))
    editor = TreeEditor(old_tree)
    removed = tuple(
        RemovedMember(item.proposal.removed, old_tree.leaf(item.proposal.removed))
        for item in sent
        if isinstance(item.proposal, Remove)
    )
    for gone in removed:
        editor.remove(gone.leaf_index)
    added = tuple(
        AddedMember(editor.add(item.proposal.key_package.leaf_node), item.proposal.key_package)
        for item in sent
        if isinstance(item.proposal, Add)
    )
    if joiner is not None:
        committer = editor.add(leaf(joiner, keys))
    new = old
    for component in {item.proposal.component_id for item in sent if isinstance(item.proposal, AppDataUpdate)}:
        updates = tuple(
            item.proposal.update
            for item in sent
            if isinstance(item.proposal, AppDataUpdate)
            and item.proposal.component_id == component
            and item.proposal.update is not None
        )
        before = AppDataDictionary.of(old.extensions).get(component)
        new = with_component(new, component, rules.apply_component(component, before, updates))
    return CommitView(
        old, old_tree, new, editor.done(), committer, joiner is not None, tuple(sent), added, removed, (), b""
    )
