# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What is left of a closed account: marks of its address and its handle, by which neither is given away again.

A mark is a MAC under a key that follows from the hub's VRF key, since handles are short enough to be guessed from a
plain hash. Whoever has that key can ask for a name they have in mind, and cannot read a name out of the database.
"""

from __future__ import annotations

import hmac
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from privity.server.context import HubContext
from privity.server.db.database import Query, Tx
from privity.server.limits import CLOSED_HANDLE_KEPT_MS, CLOSED_LISTS_KEPT_MS
from privity.wire.errors import Code, Refusal

_INFO: Final = b"privity closed account v1"


def mark(context: HubContext, name: str) -> bytes:
    """The same for the same address or handle, for ever."""
    key = HKDF(hashes.SHA256(), 32, salt=None, info=_INFO).derive(context.keys.vrf)
    return hmac.digest(key, name.encode(), "sha256")


def written(context: HubContext, user_uri: str) -> str:
    """The mark of an address in a column that holds addresses of others: whoever asks for the address finds it."""
    return f"closed:{mark(context, user_uri).hex()}"


def is_closed(query: Query, context: HubContext, user_uri: str) -> bool:
    return query.one("SELECT 1 FROM closed_account WHERE address = ?", (mark(context, user_uri),)) is not None


def check_open(query: Query, context: HubContext, user_uri: str) -> None:
    """Raise ACCOUNT_CLOSED for an address whose account was closed."""
    if is_closed(query, context, user_uri):
        raise Refusal(Code.ACCOUNT_CLOSED, "this account was closed by its person; its address is never given again")


def check_handle_free(query: Query, context: HubContext, handle: str) -> None:
    """Raise HANDLE_TAKEN for a handle that a closed account had a short while ago."""
    if handle_waits(query, context, handle):
        raise Refusal(Code.HANDLE_TAKEN, "an account with this handle was closed; nobody gets it for a while")


def handle_waits(query: Query, context: HubContext, handle: str) -> bool:
    """Whether a closed account had this handle and still keeps it from others."""
    row = query.one(
        "SELECT 1 FROM closed_account WHERE handle = ? AND closed_ms > ?",
        (mark(context, handle), context.now_ms() - CLOSED_HANDLE_KEPT_MS),
    )
    return row is not None


def put(tx: Tx, context: HubContext, user_uri: str, handle: str | None, label: str) -> None:
    tx.execute(
        "INSERT INTO closed_account (address, handle, label, closed_ms) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (mark(context, user_uri), None if handle is None else mark(context, handle), label, context.now_ms()),
    )


def forget(tx: Tx, now_ms: int) -> None:
    """Handles become free, and lists that everybody had time to see leave the database; the map keeps its leaves."""
    before_ms = now_ms - CLOSED_LISTS_KEPT_MS
    tx.execute(
        "DELETE FROM kl_value WHERE label IN"
        " (SELECT label FROM closed_account WHERE label IS NOT NULL AND closed_ms <= ?)",
        (before_ms,),
    )
    tx.execute("UPDATE closed_account SET label = NULL WHERE label IS NOT NULL AND closed_ms <= ?", (before_ms,))
    tx.execute(
        "UPDATE closed_account SET handle = NULL WHERE handle IS NOT NULL AND closed_ms <= ?",
        (now_ms - CLOSED_HANDLE_KEPT_MS,),
    )
