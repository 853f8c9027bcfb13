# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""People who are contacts already, for tests of what contacts do: what the hub would hold after they had agreed."""

from __future__ import annotations

from itertools import permutations

from privity.server.contacts import store
from privity.server.contacts.model import How, Side
from privity.server.db.database import Database, Tx


async def befriend(db: Database, *user_uris: str) -> None:
    """Each of these is a contact of each other."""

    def write(tx: Tx) -> None:
        for one, other in permutations(user_uris, 2):
            store.put_side(tx, Side(one, other, How.BEFORE, None, 0, 1))

    await db.write(write)
