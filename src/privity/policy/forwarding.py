# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""How far a message may be passed on, and what is said about one that was.

The count of hops travels inside the encrypted message: the hub cannot see it, so devices alone obey this rule, and
whoever builds a device of their own can leave it out. It slows down what people pass on without thinking.
"""

from __future__ import annotations

from typing import Final

from privity.message.forwarding import MAX_HOPS
from privity.mls.errors import PolicyRefused

MAX_AT_ONCE: Final = 5
"""Conversations that a message is passed on to in one go: enough for family and friends, not for a campaign."""
MANY_HOPS: Final = 5
"""From here on a message came from nobody whom its reader knows; it goes to one conversation at a time."""


def next_hops(hops: int) -> int:
    """The count that a message carries when it is passed on once more."""
    return min(hops + 1, MAX_HOPS)


def check_forward(hops: int, conversations: int) -> None:
    """Raise PolicyRefused where a message with this count may not go to so many conversations at once."""
    limit = 1 if hops >= MANY_HOPS else MAX_AT_ONCE
    if not 1 <= conversations <= limit:
        many = "one conversation at a time, it was forwarded many times" if limit == 1 else f"1 to {limit} at once"
        raise PolicyRefused(f"a message is forwarded to {many}; {conversations} were named")


def label(hops: int) -> str:
    """What is said above a message; nothing where its sender wrote it."""
    if hops == 0:
        return ""
    return "forwarded many times" if hops >= MANY_HOPS else "forwarded"
