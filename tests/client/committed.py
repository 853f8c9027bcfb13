# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a commit in a room's log takes up, as its hub can read it."""

from __future__ import annotations

from privity.mls.messages.commit import Commit, ProposalOrRef
from privity.mls.messages.envelope import MLSMessage, PublicMessage
from privity.wire.socket import Event


def taken_up(event: Event) -> tuple[ProposalOrRef, ...]:
    """The proposals of a commit, by value or reference."""
    message = MLSMessage.decode(event.message).body
    assert isinstance(message, PublicMessage)
    commit = message.authenticated.content.body
    assert isinstance(commit, Commit)
    return tuple(commit.proposals)
