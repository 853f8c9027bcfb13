# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""First contacts as the desk's rules see them: that one asked, that the other said yes, and how near they were before.

How near is a capped number and a bit: neither says through whom, nor in which group.
"""

from __future__ import annotations

from privity.server.contacts import standing, store
from privity.server.context import HubContext
from privity.server.db.database import Tx
from privity.server.observing import service as observing
from privity.server.observing.model import Seen
from privity.wire.observed import MOST_MUTUAL, ObservedKind


def asked(tx: Tx, context: HubContext, user_uri: str, other_uri: str, now_ms: int) -> None:
    """`user_uri` came to somebody who is no contact of theirs."""
    if context.config.observes:
        mutual = store.count_mutual_to(tx, user_uri, other_uri, MOST_MUTUAL)
        together = standing.share_room(tx, user_uri, other_uri)
        seen = Seen(now_ms, ObservedKind.ASKED, user_uri, other_uri, mutual=mutual, together=together)
        observing.note(tx, context, seen)


def accepted(tx: Tx, context: HubContext, user_uri: str, other_uri: str, now_ms: int) -> None:
    """`user_uri` said yes to what the other had asked for."""
    observing.note(tx, context, Seen(now_ms, ObservedKind.ACCEPTED, user_uri, other_uri))
