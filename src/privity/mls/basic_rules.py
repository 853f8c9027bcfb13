# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Ready rules for an application whose only own question is whose key this is (RFC 9420 section 5.3.1)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from privity.mls.errors import PolicyRefused, SuccessorRefused
from privity.mls.messages.credential import Credential
from privity.mls.messages.extensions import ExternalSender
from privity.mls.messages.leaf_node import LeafNode
from privity.mls.messages.proposals import Proposal
from privity.mls.rules import CommitView, LeafUse
from privity.mls.suites import RFC_9420, Suites

Authenticate = Callable[[Credential, bytes], None]
"""(credential, signature public key): raises CredentialRefused unless the key is that of whom the credential names."""

DAY_S: Final = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class BasicRules:
    """`Rules` of a group in which everyone may do what MLS lets them do. Derive from it, or write your own, for more.

    `authenticate` is asked about every leaf before it counts, in a KeyPackage, an update, a commit or a tree; it is the
    only thing that ties a member to a person, so there is no default that believes everybody. A leaf is replaced only
    by one with an equal credential. External senders may propose nothing, and no application component may change,
    until a derived class says otherwise.
    """

    authenticate: Authenticate
    suites: Suites = field(default_factory=lambda: RFC_9420)
    """The suites that groups may have: those of RFC 9420, unless the application admits others."""
    max_lifetime_s: int = 90 * DAY_S
    """The longest lifetime that a KeyPackage may claim, in seconds (section 7.2)."""
    past_epochs: int = 2
    """Epochs before the current one whose application messages can still be opened; their keys are kept as long."""
    out_of_order: int = 64
    """Message keys of one sender that are kept for messages which others overtook."""
    max_forward: int = 4_096
    """Messages that one sender may have sealed and lost; each costs a receiver a hash."""

    def check_credential(self, leaf: LeafNode, use: LeafUse) -> None:
        """Ask `authenticate`, whatever the leaf is for."""
        self.authenticate(leaf.credential, leaf.signature_key)

    def check_successor(self, old: LeafNode, new: LeafNode) -> None:
        """Raise SuccessorRefused unless the credential stays as it is; the signature key may change."""
        if new.credential != old.credential:
            raise SuccessorRefused("a leaf would be replaced by one with another credential")

    def check_external_sender(self, proposals: Sequence[Proposal], sender_index: int) -> None:
        """Raise PolicyRefused: nobody outside of the group may propose."""
        raise PolicyRefused(f"external sender {sender_index} proposes, and no external proposal is allowed")

    def check_listed_sender(self, sender: ExternalSender) -> None:
        """Ask `authenticate`, as about a leaf."""
        self.authenticate(sender.credential, sender.signature_key)

    def apply_component(self, component_id: int, old: bytes | None, updates: tuple[bytes, ...]) -> bytes:
        """Raise PolicyRefused: no component is known."""
        raise PolicyRefused(f"component {component_id:#06x} is updated, and no component is known")

    def check_commit(self, change: CommitView) -> None:
        """Whatever MLS allows is allowed."""
