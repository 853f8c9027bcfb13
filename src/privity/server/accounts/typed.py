# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""An account by what a person typed: its user URI, or its handle with or without the @."""

from __future__ import annotations

from privity.identity.errors import BadHandle, BadUri
from privity.identity.handle import typed_handle
from privity.identity.uris import parse_user_uri
from privity.server.accounts import store
from privity.server.accounts.model import Account
from privity.server.db.database import Query


def find_typed(query: Query, address: str) -> Account | None:
    """None where there is nobody of this name, or where this can be no name."""
    try:
        return store.find(query, parse_user_uri(address.strip()))
    except BadUri:
        try:
            return store.find_handle(query, typed_handle(address))
        except BadHandle:
            return None
