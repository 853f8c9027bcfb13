# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a person is told when the key log shows more of an account than before, whatever it was looked up for."""

from __future__ import annotations

from collections.abc import Iterator

from privity.client.engine.shown import AccountReset, DevicesChanged, Notice, ResetPending, Shown
from privity.identity.account import Account


def told(user_uri: str, before: Account, after: Account) -> Iterator[Shown]:
    """Resets first: of one that took effect nothing else matters."""
    if after.resets > before.resets:
        yield AccountReset(user_uri)
        return
    if after.in_force_at_ms is not None and after.in_force_at_ms != before.in_force_at_ms:
        yield ResetPending(user_uri, after.in_force_at_ms)
    elif before.in_force_at_ms is not None and after.in_force_at_ms is None:
        yield Notice(f"the reset of the account of {user_uri} was cancelled by its old keys")
    old = {listed.client_uri for listed in before.in_force.devices}
    new = {listed.client_uri for listed in after.in_force.devices}
    if old != new:
        yield DevicesChanged(user_uri, tuple(sorted(new - old)), tuple(sorted(old - new)))
