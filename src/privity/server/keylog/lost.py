# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Leaves whose value the database has lost: they are in the map, so nothing else can ever stand in their place.

Their labels cannot be told from them. Whether a version is among them is found by its VRF output, and a value that
somebody brings back is taken only when it opens the commitment that was published.
"""

from __future__ import annotations

import hmac

from privity.keylog.commitment import commit
from privity.keylog.labels import vrf_input
from privity.keylog.opening import opening_of
from privity.keylog.publish import Held
from privity.keylog.vrf import vrf_output
from privity.server.context import HubContext
from privity.server.db.database import Query, Tx
from privity.server.errors import LogDamaged
from privity.server.keylog import store
from privity.server.keylog.model import Lost
from privity.wire.errors import Code, Refusal

any_lost = store.any_lost
count = store.count_lost


def find(query: Query, context: HubContext, label: str, version: int) -> Lost | None:
    """The lost leaf of this version. Costs nothing while nothing is lost."""
    if not any_lost(query):
        return None
    return store.lost(query, vrf_output(context.keys.vrf, vrf_input(label.encode(), version)))


def check_not_lost(query: Query, context: HubContext, label: str, version: int) -> None:
    """Raise KEYS_LOST when the log holds this version and the database does not."""
    if find(query, context, label, version) is not None:
        raise Refusal(
            Code.KEYS_LOST,
            f"the log holds version {version} of this label, whose value this hub has lost; whoever has it may bring"
            " it back",
        )


def check_complete(query: Query, context: HubContext, label: str) -> None:
    """Raise KEYS_LOST when the log holds a newer version of this label than the database."""
    newest = store.newest_version(query, label)
    check_not_lost(query, context, label, 0 if newest is None else newest + 1)


def take_back(tx: Tx, context: HubContext, label: str, version: int, value: bytes) -> int | None:
    """Put a lost value back where it was published; returns the time of its epoch, None when it was not lost.

    Raises a CONFLICT Refusal for any other value than the one that was published.
    """
    held = store.held(tx, label, version)
    if held is not None:
        if not hmac.compare_digest(held.value, value):
            raise Refusal(Code.CONFLICT, f"version {version} of this label is published with another value")
        return None
    lost = find(tx, context, label, version)
    if lost is None:
        return None
    opening = opening_of(context.keys.vrf, label.encode(), version)
    commitment = commit(opening, label.encode(), version, value)
    if not hmac.compare_digest(commitment, lost.commitment):
        raise Refusal(Code.CONFLICT, f"this is not the value that was published as version {version} of this label")
    entry = store.entry(tx, lost.epoch)
    if entry is None:
        raise LogDamaged(f"the key log lacks entry {lost.epoch}, to which a lost leaf belongs")
    store.add_value(tx, label, version, Held(opening, value, lost.epoch, commitment))
    store.remove_lost(tx, lost.out)
    return entry.timestamp_ms
