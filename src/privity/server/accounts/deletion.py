# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Deleting an account: all of it in the transaction that publishes the list which closes it, or nothing (ADR 11).

What is left is a mark of the address (`closed`), the lists in the key log for as long as contacts need them, and marks
in the place of the address where reports of others are judged: who was in which room when. Files go within the hour
(`blobs.service.sweep`), and so does what SQLite keeps of deleted rows (`Database.scrub`).
"""

from __future__ import annotations

from typing import Final

from privity.identity.uris import between_devices
from privity.keylog.labels import user_label
from privity.server.accounts import closed, store
from privity.server.contacts import forgetting
from privity.server.context import HubContext
from privity.server.db.database import Tx
from privity.server.devices import store as lists
from privity.server.observing import service as observing
from privity.server.standing import service as decisions

_OF_USER: Final = (
    "DELETE FROM account_reset WHERE user_uri = ?1",
    "DELETE FROM account_state WHERE user_uri = ?1",
    "DELETE FROM reset_code WHERE user_uri = ?1",
    "DELETE FROM invite WHERE used_by = ?1",
    "DELETE FROM link WHERE user_uri = ?1",
    "DELETE FROM block WHERE user_uri = ?1 OR blocked_uri = ?1",
    "DELETE FROM age WHERE user_uri = ?1",
    "DELETE FROM profile WHERE user_uri = ?1",
    "DELETE FROM blob_owner WHERE user_uri = ?1",
    "DELETE FROM device WHERE user_uri = ?1",
    "DELETE FROM broken_notice WHERE user_uri = ?1",
    "DELETE FROM knock WHERE user_uri = ?1",
)
"""In an order that the foreign keys allow; the account itself is the last. KeyPackages go with their device."""
_OF_DEVICES: Final = (
    "DELETE FROM inbox WHERE client_uri > ?1 AND client_uri < ?2",
    "DELETE FROM inbox_head WHERE client_uri > ?1 AND client_uri < ?2",
    "DELETE FROM room_member WHERE client_uri > ?1 AND client_uri < ?2",
    "DELETE FROM room_commit WHERE client_uri > ?1 AND client_uri < ?2",
    "UPDATE event SET sender = NULL, ref = NULL WHERE sender > ?1 AND sender < ?2 AND ref IS NOT NULL",
)
"""Devices of the account, also those that it had once: their URIs lie between two others."""


def delete(tx: Tx, context: HubContext, user_uri: str) -> None:
    """Everything of an account whose closing list is in force. Its rooms have been told (`DeviceHooks`)."""
    account = store.find(tx, user_uri)
    closed.put(tx, context, user_uri, None if account is None else account.handle, user_label(user_uri).decode())
    forgetting.forget(tx, context.hooks, user_uri)
    state = lists.state(tx, user_uri)
    decisions.account_ended(
        tx,
        context,
        user_uri,
        None if account is None else account.handle,
        None if state is None else state.in_force.recovery_key,
    )
    for sql in _OF_USER:
        tx.execute(sql, (user_uri,))
    observing.closed(tx, context, user_uri, context.now_ms())
    tx.execute("DELETE FROM account WHERE user_uri = ?", (user_uri,))
    for sql in _OF_DEVICES:
        tx.execute(sql, between_devices(user_uri))
    tx.execute("UPDATE staff_effect SET subject = ? WHERE subject = ?", (closed.written(context, user_uri), user_uri))
    tx.execute(
        "UPDATE participation SET user_uri = ?, until_ms = coalesce(until_ms, ?) WHERE user_uri = ?",
        (closed.written(context, user_uri), context.now_ms(), user_uri),
    )
