# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Whom an identifier names: one account that is here or was here, or nobody. No name, no word, no part of one."""

from __future__ import annotations

from privity.identity.errors import BadHandle, BadUri
from privity.identity.handle import typed_handle
from privity.identity.uris import between_devices, parse_client_uri, parse_user_uri, user_of
from privity.keylog.labels import user_label
from privity.server.collecting.model import Written
from privity.server.db.database import Reader
from privity.wire.collect import IdentifierKind
from privity.wire.rows_about import Whom


def find(reader: Reader, kind: IdentifierKind, identifier: str, written: Written) -> Whom | None:
    """None where nothing here is or was of this name."""
    match kind:
        case IdentifierKind.ACCOUNT:
            return _account(reader, identifier, written)
        case IdentifierKind.HANDLE:
            user = user_of_handle(reader, identifier)
            return None if user is None else _whom(user, written)
        case IdentifierKind.DEVICE:
            return _device(reader, identifier, written)
        case IdentifierKind.IP_PORT_TIME:
            return None


def user_of_handle(reader: Reader, text: str) -> str | None:
    """Whoever has the handle now; who had it before is not kept."""
    try:
        row = reader.one("SELECT user_uri FROM account WHERE handle = ?", (typed_handle(text),))
    except BadHandle:
        return None
    return None if row is None else str(row[0])


def _account(reader: Reader, text: str, written: Written) -> Whom | None:
    try:
        user = parse_user_uri(text)
    except BadUri:
        return None
    mark, _ = written(user)
    here = reader.one(
        "SELECT 1 FROM account WHERE user_uri = ? UNION ALL SELECT 1 FROM closed_account WHERE address = ?",
        (user, mark),
    )
    return None if here is None else _whom(user, written)


def _device(reader: Reader, text: str, written: Written) -> Whom | None:
    """A device that its account names, or named in a list that is still kept."""
    try:
        device = parse_client_uri(text)
    except BadUri:
        return None
    user = user_of(device)
    here = reader.one(
        "SELECT 1 FROM device WHERE client_uri = ?"
        " UNION ALL SELECT 1 FROM kl_value WHERE label = ? AND instr(value, ?) > 0",
        (device, user_label(user).decode(), device.encode()),
    )
    return None if here is None else _whom(user, written, device)


def _whom(user: str, written: Written, device: str = "") -> Whom:
    mark, closed = written(user)
    return Whom((user, closed), user_label(user).decode(), between_devices(user), mark, device)
