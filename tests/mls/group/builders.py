# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Members with all their secrets, and a room in which they exchange messages without a server."""

from __future__ import annotations

import random as seeded
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from privity.mls.crypto import generate_signature_key
from privity.mls.errors import CredentialRefused, SuccessorRefused
from privity.mls.group import (
    ApplicationMessage,
    Group,
    Identity,
    KeyPackageBundle,
    OwnCommit,
    PendingCommit,
    StagedCommit,
    generate_key_package,
)
from privity.mls.messages.app_data import no_aad
from privity.mls.messages.capabilities import Capabilities
from privity.mls.messages.codepoints import APP_DATA_DICTIONARY, APP_DATA_UPDATE, LAST_RESORT, SELF_REMOVE
from privity.mls.messages.credential import Credential
from privity.mls.messages.envelope import decode_welcome
from privity.mls.messages.extensions import Extensions, ExternalSender
from privity.mls.messages.leaf_node import LeafNode
from privity.mls.messages.proposals import Proposal
from privity.mls.messages.welcome import Welcome
from privity.mls.rules import CommitView, LeafUse
from privity.mls.suites import SUITES, Suites, suite

NOW = 1_900_000_000
LIFETIME = 30 * 86400
GROUP_ID = b"room of the tests"


def randomness(seed: int | str) -> Callable[[int], bytes]:
    """Bytes that look random and are the same in every run."""
    return seeded.Random(seed).randbytes


@dataclass
class OpenRules:
    """Accepts everything that MLS accepts, except what a test asks it to refuse."""

    max_lifetime_s: int = LIFETIME
    past_epochs: int = 3
    out_of_order: int = 20
    max_forward: int = 50
    suites: Suites = field(default_factory=lambda: SUITES)
    refused: frozenset[bytes] = frozenset()
    views: list[CommitView] = field(default_factory=list)

    def check_credential(self, leaf: LeafNode, use: LeafUse) -> None:
        if leaf.credential.identity in self.refused:
            raise CredentialRefused(f"refused as {use.value}")

    def check_successor(self, old: LeafNode, new: LeafNode) -> None:
        if old.credential != new.credential:
            raise SuccessorRefused("another name")

    def check_external_sender(self, proposals: Sequence[Proposal], sender_index: int) -> None:
        pass

    def check_listed_sender(self, sender: ExternalSender) -> None:
        if sender.credential.identity in self.refused:
            raise CredentialRefused("refused as an external sender")

    def apply_component(self, component_id: int, old: bytes | None, updates: tuple[bytes, ...]) -> bytes:
        return (old or b"") + b"".join(updates)

    def check_commit(self, change: CommitView) -> None:
        self.views.append(change)


def capabilities(number: int) -> Capabilities:
    return Capabilities(
        cipher_suites=(number,), extensions=(APP_DATA_DICTIONARY, LAST_RESORT), proposals=(APP_DATA_UPDATE, SELF_REMOVE)
    )


class Member:
    """One device. `store` is its database: everything that `drain` ever gave, applied in order."""

    def __init__(self, name: str, number: int = 1, rules: OpenRules | None = None) -> None:
        self.name = name
        self.random = randomness(f"{name} {number}")
        self.rules = rules or OpenRules()
        chosen = suite(number, self.rules.suites)
        private, public = generate_signature_key(chosen, self.random)
        self.identity = Identity(chosen, Credential.basic(name.encode()), private, public)
        self.store: dict[bytes, bytes] = {}
        self._group: Group | None = None
        self.bundle = self.new_bundle()

    @property
    def group(self) -> Group:
        assert self._group is not None
        return self._group

    @group.setter
    def group(self, group: Group) -> None:
        self.store.clear()
        self._group = group
        self.save()

    def new_bundle(self, **changes: Any) -> KeyPackageBundle:
        args: dict[str, Any] = {
            "now": NOW,
            "lifetime_s": LIFETIME,
            "capabilities": capabilities(self.identity.suite.id),
            "random": self.random,
        }
        return generate_key_package(self.identity, **{**args, **changes})

    def save(self) -> None:
        records = self.group.drain()
        self.store.update(records.put)
        for name in records.delete:
            self.store.pop(name, None)

    def reload(self) -> None:
        """Save, crash, start again."""
        self.save()
        self._group = Group.load(self.store, self.identity, self.rules)

    def create(self, extensions: Extensions = ()) -> Member:
        self.group = Group.create(
            self.identity,
            GROUP_ID,
            extensions=extensions,
            capabilities=capabilities(self.identity.suite.id),
            lifetime_s=LIFETIME,
            now=NOW,
            rules=self.rules,
            random=self.random,
        )
        return self

    def join(self, welcome: bytes | Welcome | None, tree: bytes | None = None) -> Member:
        assert welcome is not None
        decoded = decode_welcome(welcome) if isinstance(welcome, bytes) else welcome
        self.group = Group.join(decoded, self.bundle, self.identity, ratchet_tree=tree, rules=self.rules, now=NOW)
        return self

    def commit(self, **changes: Any) -> PendingCommit:
        return self.group.commit(random=self.random, now=NOW, **changes)

    def process(self, message: bytes) -> Any:
        return self.group.process(message, now=NOW)

    def follow(self, message: bytes) -> None:
        """Process a handshake message and merge what it stages."""
        outcome = self.process(message)
        if isinstance(outcome, StagedCommit):
            self.group.merge(outcome)
        elif isinstance(outcome, OwnCommit):
            self.group.merge_pending(outcome.pending)
        self.save()

    def say(self, text: bytes, **changes: Any) -> bytes:
        message = self.group.encrypt(text, random=self.random, **changes)
        self.save()
        return message

    def read(self, message: bytes) -> ApplicationMessage:
        outcome = self.process(message)
        assert isinstance(outcome, ApplicationMessage)
        self.save()
        return outcome


def accept(pending: PendingCommit, everybody: Iterable[Member], newcomers: Iterable[Member] = ()) -> None:
    """Hand a commit to all who are in the group already, its maker included, and the Welcome to the newcomers."""
    for member in everybody:
        member.follow(pending.message)
    for newcomer in newcomers:
        newcomer.join(pending.welcome, pending.ratchet_tree)


def room(*names: str, number: int = 1, extensions: Extensions = (), update: bool = False) -> list[Member]:
    """Members of one group; the first made it and added the others."""
    first, *others = (Member(name, number) for name in names)
    first.create(extensions)
    if others:
        packages = [other.bundle.key_package for other in others]
        accept(first.commit(adds=packages, aad=no_aad(extensions)), [first], others)
    members = [first, *others]
    if update:
        for member in members:
            accept(member.commit(force_path=True), members)
    return members


def snapshot(member: Member) -> dict[bytes, bytes]:
    """All that a member would have stored by now."""
    member.save()
    return dict(member.store)


def agree(members: Iterable[Member]) -> bool:
    return len({(member.group.epoch, member.group.epoch_authenticator) for member in members}) == 1
