# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The end of an account."""

from __future__ import annotations

from privity.faces.app.port.asked import AccountRequest, Result


class Closing(AccountRequest, frozen=True, kw_only=True):
    """Whether the account ends: `ClosingShown`. `CancelReset` says no to it."""


class ClosingShown(Result, frozen=True, kw_only=True):
    """`until_ms` is when it is closed unless somebody says no, None where nobody has asked for it."""

    until_ms: int | None
    closed: bool
    may_ask: bool
    """Whether this device can ask for it without the recovery phrase."""


class CloseAccount(AccountRequest, frozen=True, kw_only=True):
    """End the account: `ClosingShown`. At once by the recovery phrase, without one in 72 hours.

    `handle` is typed by the person, who means this account and no other.
    """

    handle: str
    phrase: str = ""
