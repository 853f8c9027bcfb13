# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""How much waits for a device that is away. What is in its inbox stays there until the device has it; what is new is
refused to whoever does it, or left out where the device will look for itself.

A full inbox never keeps anybody from removing a device, from deciding about an account, or from answering a report.
"""

from __future__ import annotations

from typing import Final

from privity.server.db.database import Query
from privity.server.delivery import store
from privity.server.limits import MAX_INBOX, MAX_INBOX_BYTES
from privity.wire.errors import Code, Refusal
from privity.wire.socket import MAX_FRAME, InboxKind

OF_OTHERS: Final = frozenset({InboxKind.WELCOME, InboxKind.LETTER, InboxKind.ROOM_REPORT})
"""What somebody's act puts there, who is told that there is no room."""
LOOK_AGAIN: Final = frozenset(
    {InboxKind.CONTACTS, InboxKind.DEVICE_LIST_CHANGED, InboxKind.KNOCK, InboxKind.KNOCK_ENDED}
)
"""What only says that something is new: a device looks at contacts and knocks whenever it connects and at the lists of
others weekly, and those in charge who are here hear a knock. Left out where there is no room."""
_FEW: Final = MAX_INBOX_BYTES // MAX_FRAME
"""So many frames fit, whatever their size."""


def is_full(query: Query, client_uri: str, more: int = 0) -> bool:
    """Whether so many bytes more have no room."""
    waiting = store.inbox_waiting(query, client_uri, MAX_INBOX)
    if waiting >= MAX_INBOX:
        return True
    return waiting >= _FEW and store.inbox_bytes(query, client_uri) + more > MAX_INBOX_BYTES


def check_room(query: Query, client_uri: str, kind: InboxKind, size: int) -> None:
    """Raise a TOO_MANY Refusal for what others do to a device whose inbox is full."""
    if kind in OF_OTHERS and is_full(query, client_uri, size):
        raise Refusal(
            Code.TOO_MANY,
            f"a device has been away for too long: at most {MAX_INBOX} things of {MAX_INBOX_BYTES} bytes wait for it",
            limit="inbox",
        )
