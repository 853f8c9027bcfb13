# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a person is told when the key log shows more of an account than before, whatever it was looked up for."""

from __future__ import annotations

from collections.abc import Iterator

from privity.client.engine.shown import (
    AccountClosed,
    AccountReset,
    ClosingPending,
    DevicesChanged,
    Notice,
    ResetPending,
    Shown,
)
from privity.identity.account import Account


def told(user_uri: str, before: Account, after: Account) -> Iterator[Shown]:
    """What took effect first: of an account that was reset or closed nothing else matters."""
    if after.closed:
        if not before.closed:
            yield AccountClosed(user_uri)
        return
    if after.resets > before.resets:
        yield AccountReset(user_uri)
        return
    if after.in_force_at_ms is not None and after.in_force_at_ms != before.in_force_at_ms:
        pending = ClosingPending if after.newest.closes else ResetPending
        yield pending(user_uri, after.in_force_at_ms)
    elif before.in_force_at_ms is not None and after.in_force_at_ms is None:
        what = "closing" if before.newest.closes else "reset"
        yield Notice(f"the {what} of the account of {user_uri} was cancelled by its old keys")
    old = {listed.client_uri for listed in before.in_force.devices}
    new = {listed.client_uri for listed in after.in_force.devices}
    if old != new:
        yield DevicesChanged(user_uri, tuple(sorted(new - old)), tuple(sorted(old - new)))
