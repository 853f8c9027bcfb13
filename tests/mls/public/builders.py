# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Builds valid MLS objects without any secret of a group, so that a test can break exactly one thing in them.

Ciphertexts and tags that only members could check are filled with invented bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from privity.mls.crypto import generate_signature_key
from privity.mls.errors import CredentialRefused, SuccessorRefused
from privity.mls.messages.capabilities import Capabilities
from privity.mls.messages.codepoints import APP_DATA_DICTIONARY, APP_DATA_UPDATE, MLS10
from privity.mls.messages.commit import (
    Ciphertexts,
    Commit,
    HPKECiphertext,
    ProposalOrRef,
    ProposalRef,
    UpdatePath,
    UpdatePathNode,
)
from privity.mls.messages.credential import Credential
from privity.mls.messages.envelope import PublicMessage
from privity.mls.messages.extensions import (
    Extensions,
    ExternalSender,
    RequiredCapabilities,
    external_pub_extension,
    external_senders_extension,
)
from privity.mls.messages.framing import AuthenticatedContent, Body, FramedContent, Sender
from privity.mls.messages.group_context import GroupContext
from privity.mls.messages.group_info import GroupInfo
from privity.mls.messages.key_package import KeyPackage
from privity.mls.messages.leaf_node import LeafNode, LeafSource, Lifetime
from privity.mls.messages.proposals import Add, Proposal, Remove, Update
from privity.mls.public_group import PublicGroup, StagedPublicCommit
from privity.mls.rules import CommitView, LeafUse
from privity.mls.suites import SUITES, CipherSuite, Suites, suite
from privity.mls.tree.editor import TreeEditor
from privity.mls.tree.path import path_parents, path_receivers
from privity.mls.tree.ratchet_tree import RatchetTree
from privity.mls.validation.proposals import QueuedProposal

NOW = 1_900_000_000
YEAR = 31_536_000
TAG = b"\x0c" * 32
GROUP_ID = b"room of the tests"
SUITE = suite(1)


def noise() -> Callable[[int], bytes]:
    """Bytes that look random and are the same in every run."""
    count = 0

    def draw(size: int) -> bytes:
        nonlocal count
        count += 1
        return hashlib.shake_256(b"privity tests %d" % count).digest(size)

    return draw


RANDOM = noise()


def hpke_key() -> bytes:
    """An X25519 public key whose private half nobody knows; any 32 bytes that are no small point will do."""
    return RANDOM(31) + b"\x12"


def capabilities(**changes: Any) -> Capabilities:
    base = Capabilities(
        cipher_suites=(1,), extensions=(APP_DATA_DICTIONARY,), proposals=(APP_DATA_UPDATE,), credentials=(1, 2)
    )
    return replace(base, **changes)


@dataclass(frozen=True)
class Party:
    """Somebody with a signature key."""

    name: str
    private: bytes = field(repr=False)
    public: bytes

    @property
    def credential(self) -> Credential:
        return Credential.basic(self.name.encode())


def party(name: str) -> Party:
    return Party(name, *generate_signature_key(SUITE, RANDOM))


def leaf(who: Party, source: LeafSource = LeafSource.KEY_PACKAGE, **changes: Any) -> LeafNode:
    """A validly signed leaf; `changes` replace what `LeafNode.signed` takes."""
    args: dict[str, Any] = {
        "encryption_key": hpke_key(),
        "signature_key": who.public,
        "credential": who.credential,
        "capabilities": capabilities(),
        "source": source,
    }
    if source == LeafSource.KEY_PACKAGE:
        args["lifetime"] = Lifetime(NOW - 3600, NOW + 90 * 86400)
    else:
        args["group_id"] = GROUP_ID
    return LeafNode.signed(SUITE, who.private, **{**args, **changes})


def key_package(who: Party, **changes: Any) -> KeyPackage:
    args: dict[str, Any] = {"init_key": hpke_key(), "leaf_node": None, "extensions": ()}
    args.update(changes)
    args["leaf_node"] = args["leaf_node"] or leaf(who)
    return KeyPackage.signed(SUITE, who.private, **args)


@dataclass
class TestRules:
    """Accepts everything unless told what to refuse; remembers what it was asked."""

    __test__ = False

    max_lifetime_s: int = YEAR
    past_epochs: int = 3
    out_of_order: int = 100
    max_forward: int = 1000
    suites: Suites = field(default_factory=lambda: SUITES)
    refused: frozenset[bytes] = frozenset()
    same_identity: bool = True
    refuse_external_sender: Exception | None = None
    refuse_commit: Exception | None = None
    seen: list[CommitView] = field(default_factory=list)
    uses: list[LeafUse] = field(default_factory=list)

    def check_credential(self, leaf: LeafNode, use: LeafUse) -> None:
        self.uses.append(use)
        if leaf.credential.identity in self.refused:
            raise CredentialRefused(f"refused as {use.value}")

    def check_successor(self, old: LeafNode, new: LeafNode) -> None:
        if self.same_identity and old.credential != new.credential:
            raise SuccessorRefused("another identity")

    def check_external_sender(self, proposals: Sequence[Proposal], sender_index: int) -> None:
        if self.refuse_external_sender is not None:
            raise self.refuse_external_sender

    def check_listed_sender(self, sender: ExternalSender) -> None:
        if sender.credential.identity in self.refused:
            raise CredentialRefused("refused as an external sender")

    def apply_component(self, component_id: int, old: bytes | None, updates: tuple[bytes, ...]) -> bytes:
        return (old or b"") + b"".join(updates)

    def check_commit(self, change: CommitView) -> None:
        self.seen.append(change)
        if self.refuse_commit is not None:
            raise self.refuse_commit


class Room:
    """A group that a server follows, together with the signature keys of its members."""

    def __init__(self, names: Iterable[str] = ("ana", "ben"), extensions: Extensions = (), filled: bool = True) -> None:
        self.suite: CipherSuite = SUITE
        self.rules = TestRules()
        self.hub = party("hub")
        self.extensions = (
            *extensions,
            external_senders_extension([ExternalSender(self.hub.public, self.hub.credential)]),
        )
        self.parties: dict[int, Party] = {}
        first, *others = [party(name) for name in names]
        tree = RatchetTree.of_leaf(SUITE, leaf(first))
        self.parties[0] = first
        self.group = PublicGroup.from_group_info(self.group_info_of(tree, 0, b""), tree.encode(), self.rules, NOW)
        if others:
            packages = [key_package(other) for other in others]
            staged = self.accept(self.commit(0, [Add(package) for package in packages]))
            self.parties.update({member.leaf_index: other for member, other in zip(staged.added, others, strict=True)})
        if filled:
            for index in range(len(self.parties)):
                self.accept(self.commit(index))

    # GroupInfo

    def group_info_of(self, tree: RatchetTree, signer: int, confirmed: bytes, epoch: int = 0) -> GroupInfo:
        context = GroupContext(MLS10, SUITE.id, GROUP_ID, epoch, tree.tree_hash, confirmed, self.extensions)
        return self.sign_group_info(context, signer)

    def sign_group_info(self, context: GroupContext, signer: int, **changes: Any) -> GroupInfo:
        args: dict[str, Any] = {
            "group_context": context,
            "extensions": (external_pub_extension(hpke_key()),),
            "confirmation_tag": TAG,
            "signer": signer,
        }
        args.update(changes)
        return GroupInfo.signed(SUITE, self.parties[signer].private, **args)

    def group_info(self, signer: int = 0, **changes: Any) -> GroupInfo:
        return self.sign_group_info(self.group.context, signer, **changes)

    # Messages

    def sign(self, who: Party, sender: Sender, body: Body, **changes: Any) -> PublicMessage:
        """A PublicMessage with a good signature; `changes` are fields of FramedContent."""
        args: dict[str, Any] = {"group_id": GROUP_ID, "epoch": self.group.epoch, "authenticated_data": b""}
        args.update(changes)
        content = FramedContent(sender=sender, body=body, **args)
        auth = AuthenticatedContent.signed(SUITE, who.private, content, self.group.context)
        if isinstance(body, Commit):
            auth = auth.with_confirmation_tag(TAG)
        return PublicMessage.of(auth, TAG if sender.type == 1 else None)

    def propose(self, index: int, proposal: Proposal, **changes: Any) -> PublicMessage:
        return self.sign(self.parties[index], Sender.member(index), proposal, **changes)

    def propose_from_hub(self, proposal: Proposal, index: int = 0) -> PublicMessage:
        return self.sign(self.hub, Sender.external(index), proposal)

    def queue(self, message: PublicMessage) -> QueuedProposal:
        queued = self.group.process(message, NOW)
        assert isinstance(queued, QueuedProposal)
        self.group.queue(queued)
        return queued

    def path(
        self, who: Party, tree: RatchetTree, index: int, new_leaves: Iterable[int] = (), **leaf_changes: Any
    ) -> UpdatePath:
        """A path for `index` over a tree that has the proposals applied."""
        receivers = path_receivers(tree, index, frozenset(new_leaves))
        keys = [hpke_key() for _ in receivers]
        _, parent_hash = path_parents(tree, index, keys)
        args: dict[str, Any] = {"parent_hash": parent_hash, "leaf_index": index, **leaf_changes}
        own = leaf(who, args.pop("source", LeafSource.COMMIT), **args)
        nodes = [
            UpdatePathNode(key, Ciphertexts.of(HPKECiphertext(RANDOM(32), RANDOM(48)) for _ in targets))
            for key, (_, targets) in zip(keys, receivers, strict=True)
        ]
        return UpdatePath(own, tuple(nodes))

    def commit(
        self,
        index: int,
        proposals: Sequence[ProposalOrRef] = (),
        *,
        path: UpdatePath | bool = True,
        change: Callable[[UpdatePath], UpdatePath] = lambda path: path,
        leaf_changes: dict[str, Any] | None = None,
        **changes: Any,
    ) -> PublicMessage:
        """A commit by a member; its path is built over the tree that the proposals lead to."""
        who = self.parties[index]
        if path is True:
            tree, new_leaves = self._applied(index, proposals)
            path = change(self.path(who, tree, index, new_leaves, **(leaf_changes or {})))
        body = Commit(tuple(proposals), path or None)
        return self.sign(who, Sender.member(index), body, **changes)

    def external_commit(
        self,
        who: Party,
        proposals: Sequence[ProposalOrRef],
        *,
        change: Callable[[UpdatePath], UpdatePath] = lambda path: path,
        leaf_changes: dict[str, Any] | None = None,
        with_path: bool = True,
    ) -> PublicMessage:
        from privity.mls.tree.editor import TreeEditor

        editor = TreeEditor(self.group.tree)
        gone: set[int] = set()
        for item in proposals:
            if isinstance(item, Remove) and self._removable(item.removed, gone):
                editor.remove(item.removed)
                gone.add(item.removed)
        index = editor.add(leaf(who))
        path = change(self.path(who, editor.done(unique=False), index, **(leaf_changes or {})))
        body = Commit(tuple(proposals), path if with_path else None)
        return self.sign(who, Sender.new_member_commit(), body)

    def _removable(self, index: int, gone: set[int]) -> bool:
        return index not in gone and self.group.tree.get_leaf(index) is not None

    def accept(self, message: PublicMessage) -> StagedPublicCommit:
        staged = self.group.process(message, NOW)
        assert isinstance(staged, StagedPublicCommit)
        self.group.merge(staged)
        return staged

    def _applied(self, index: int, proposals: Sequence[ProposalOrRef]) -> tuple[RatchetTree, frozenset[int]]:
        """The tree after proposals, computed loosely so that lists that must be refused can be built too."""
        from privity.mls.messages.proposals import Add, Remove

        editor = TreeEditor(self.group.tree)
        new: set[int] = set()
        resolved: list[tuple[Proposal, int | None]] = []
        for item in proposals:
            if isinstance(item, ProposalRef):
                queued = self.group.proposals.get(item.value)
                if queued is not None:
                    resolved.append((queued.sent.proposal, queued.sent.sender.index))
            else:
                resolved.append((item, index))
        for proposal, sender in resolved:
            if isinstance(proposal, Update) and sender is not None:
                editor.update(sender, proposal.leaf_node)
        gone: set[int] = set()
        for proposal, _ in resolved:
            if isinstance(proposal, Remove) and proposal.removed != index and self._removable(proposal.removed, gone):
                editor.remove(proposal.removed)
                gone.add(proposal.removed)
        for proposal, _ in resolved:
            if isinstance(proposal, Add):
                new.add(editor.add(proposal.key_package.leaf_node))
        return editor.done(unique=False), frozenset(new)


def required(**changes: Any) -> RequiredCapabilities:
    return replace(RequiredCapabilities(), **changes)


def flip(data: bytes, at: int = 0) -> bytes:
    """The same bytes with one bit changed."""
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
