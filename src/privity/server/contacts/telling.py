# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Telling devices that there is something new to ask for, in the transaction that brings it."""

from __future__ import annotations

from collections.abc import Sequence

from privity.server.db.database import Tx
from privity.server.delivery import log
from privity.server.delivery.log import Outlet
from privity.server.delivery.model import Effect
from privity.server.devices import service as devices
from privity.wire.socket import InboxKind


def tell(tx: Tx, outlet: Outlet, user_uris: Sequence[str]) -> None:
    """All devices of each of these people, once."""
    effects: list[Effect] = []
    for user_uri in dict.fromkeys(user_uris):
        for device in devices.of_user(tx, user_uri):
            log.tell_device(tx, device.client_uri, InboxKind.CONTACTS, "", 0, b"", effects)
    log.after_commit(tx, outlet, effects)
