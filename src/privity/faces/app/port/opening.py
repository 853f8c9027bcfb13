# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Which accounts are in a home; opening and locking them, and the ways in which one comes here."""

from __future__ import annotations

from privity.faces.app.port.asked import Request, Result
from privity.faces.app.port.shown import AccountShown
from privity.wire.age import AgeBand


class Overview(Request, frozen=True, kw_only=True):
    """Which accounts are here: `Accounts`."""


class Accounts(Result, frozen=True, kw_only=True):
    accounts: tuple[AccountShown, ...]
    version: str


class Unlock(Request, frozen=True, kw_only=True):
    """Open an account: `Done`. Fails with `WrongPassphrase`, and with `TooSoon` while one has to wait."""

    account: str
    passphrase: str


class LockNow(Request, frozen=True, kw_only=True):
    """Drop the keys of one account, or of all (""): `Done`."""

    account: str = ""


class Create(Request, frozen=True, kw_only=True):
    """A new account: `Created`. The same again goes on with one whose answer was lost."""

    account: str
    hub: str
    handle: str
    passphrase: str
    invite: str = ""
    age: AgeBand = AgeBand.UNKNOWN
    listed: bool = False
    """Whether anybody who types the exact handle finds the account. A minor is never listed."""


class Created(Result, frozen=True, kw_only=True):
    """The recovery phrase. It is shown once; nothing keeps it."""

    phrase: str


class Restore(Request, frozen=True, kw_only=True):
    """Come back to an account with the recovery phrase: `Done`. Its other devices are dropped.

    `backup` names one that was brought: it is checked before anything else, and then comes in as an errand.
    """

    account: str
    hub: str
    handle: str
    passphrase: str
    phrase: str
    backup: str = ""


class BeginLink(Request, frozen=True, kw_only=True):
    """Make this a further device of an account: `LinkCode`; `LinkCheck` happens when the other device has answered."""

    account: str
    hub: str
    passphrase: str


class LinkCode(Result, frozen=True, kw_only=True):
    code: str


class AnswerLink(Request, frozen=True, kw_only=True):
    """The digits are the same, or not: `Done`."""

    account: str
    same: bool


class ForgetLink(Request, frozen=True, kw_only=True):
    """Take a link back that has not ended, and what this machine keeps of it: `Done`. The other device hears a no.

    The passphrase is needed where the program was started anew meanwhile.
    """

    account: str
    passphrase: str = ""
