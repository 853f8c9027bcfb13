# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Accounts and invites as an operator sees them: that there are some, since when and with how many devices.

Not who knows whom, who talks to whom or when somebody was last here: nobody needs that to operate a hub.
"""

from __future__ import annotations

import secrets
from typing import Final

import msgspec

from privity.server.db.database import Query, Tx
from privity.server.errors import UnknownHandle
from privity.server.invites import service as invite_service
from privity.server.invites.model import Invite
from privity.server.operating import store
from privity.server.operating.errors import UnknownInvite
from privity.server.standing import service as standing

MARK: Final = 12
"""Characters of an invite's hash by which it is named: the code itself is not kept."""
PAGE: Final = 1000


class AccountSeen(msgspec.Struct, frozen=True):
    handle: str
    created_ms: int
    devices: int


class AccountFound(msgspec.Struct, frozen=True):
    """One account that somebody asks about by its handle."""

    handle: str
    user_uri: str
    created_ms: int
    devices: int
    standing: str
    reset_due_ms: int | None


class Accounts(msgspec.Struct, frozen=True):
    """`next` is the handle after which the rest comes; None at the end."""

    total: int
    devices: int
    accounts: list[AccountSeen]
    next: str | None


class OpenInvite(msgspec.Struct, frozen=True):
    mark: str
    created_ms: int
    expires_ms: int


class Invites(msgspec.Struct, frozen=True):
    invites: list[OpenInvite]


def accounts(query: Query, after: str) -> Accounts:
    total, devices = store.count(query, "account"), store.count(query, "device")
    found = [AccountSeen(*row) for row in store.accounts(query, after, PAGE + 1)]
    return Accounts(total, devices, found[:PAGE], found[PAGE - 1].handle if len(found) > PAGE else None)


def find(query: Query, handle: str, now_ms: int) -> AccountFound:
    """Raises UnknownHandle."""
    row = store.account(query, handle)
    if row is None:
        raise UnknownHandle(f"no account has the handle {handle}; it is spelled exactly, without @")
    user_uri, created_ms, devices, due_ms = row
    stands = standing.standing(query, user_uri, now_ms)
    return AccountFound(handle, user_uri, created_ms, devices, stands.state.value, due_ms)


def invites(query: Query, now_ms: int) -> Invites:
    return Invites([OpenInvite(row[0].hex()[:MARK], row[1], row[2]) for row in store.open_invites(query, now_ms)])


def make(tx: Tx, count: int, now_ms: int) -> list[Invite]:
    return [invite_service.create(tx, secrets.token_bytes, now_ms) for _ in range(count)]


def revoke(tx: Tx, mark: str, now_ms: int) -> None:
    """Raises UnknownInvite."""
    matching = [row[0] for row in store.open_invites(tx, now_ms) if row[0].hex().startswith(mark)]
    if len(mark) < MARK or len(matching) != 1:
        raise UnknownInvite(f"expected the {MARK} characters of one open invite, got {mark!r}; `privity admin invites`")
    store.remove_invite(tx, matching[0])
