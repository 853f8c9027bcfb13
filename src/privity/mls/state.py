# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The public state of one epoch, as the server and every member hold it (RFC 9420, sections 8.1 and 8.2)."""

from __future__ import annotations

from dataclasses import dataclass

from privity.mls.messages.group_context import GroupContext
from privity.mls.suites import CipherSuite
from privity.mls.transcript import interim_transcript_hash
from privity.mls.tree.ratchet_tree import RatchetTree


@dataclass(frozen=True, slots=True)
class PublicState:
    """Context, tree, and the interim transcript hash that the next commit is chained to."""

    context: GroupContext
    tree: RatchetTree
    interim_transcript_hash: bytes

    @property
    def suite(self) -> CipherSuite:
        return self.tree.suite

    @classmethod
    def confirmed(cls, context: GroupContext, tree: RatchetTree, confirmation_tag: bytes) -> PublicState:
        """The state after a commit (or at the start) whose confirmation tag is this."""
        interim = interim_transcript_hash(tree.suite, context.confirmed_transcript_hash, confirmation_tag)
        return cls(context, tree, interim)
