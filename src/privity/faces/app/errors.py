# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What can go wrong between the page and the devices behind it, by name.

AppError
  CannotStart: PageMissing, HomeRefused, PortTaken
  Unwelcome: WrongHost, ForeignOrigin, NoSession, TokenRefused, TooManyPages
  Malformed: what came is nothing that can be asked
  AccountRefused: BadName, NoAccount, AccountLocked, AccountOpen, TooManyAccounts, TooSoon, NothingToAnswer,
    ErrandUnderWay
  NotThere: what was named is not there
"""

from __future__ import annotations


class AppError(Exception):
    """Base of what this package raises."""


class CannotStart(AppError):
    """The daemon does not run."""


class PageMissing(CannotStart):
    """The page was not built into this installation."""


class HomeRefused(CannotStart):
    """The home folder cannot be used as it is."""


class PortTaken(CannotStart):
    """Another program listens on the port."""


class Unwelcome(AppError):
    """Whoever asks is not our own page."""


class WrongHost(Unwelcome):
    """The request was made to another name than this machine's own: a name that was pointed here, say."""


class ForeignOrigin(Unwelcome):
    """A page of another origin made the request."""


class NoSession(Unwelcome):
    """The secret is missing or unknown."""


class TokenRefused(Unwelcome):
    """The token was used before, or is too old, or never was one."""


class TooManyPages(Unwelcome):
    """More pages are open than a person looks at."""


class Malformed(AppError):
    """What came is nothing that can be asked."""


class AccountRefused(AppError):
    """It cannot be done with this account now."""


class BadName(AccountRefused):
    """Not a name for an account."""


class NoAccount(AccountRefused):
    """This home has no such account."""


class AccountLocked(AccountRefused):
    """The keys of the account are not in memory."""


class AccountOpen(AccountRefused):
    """The account is open, or on its way to be."""


class TooManyAccounts(AccountRefused):
    """The home holds as many accounts as it may."""


class TooSoon(AccountRefused):
    """After wrong passphrases one has to wait."""


class NothingToAnswer(AccountRefused):
    """No link is under way whose digits could be answered."""


class ErrandUnderWay(AccountRefused):
    """Something that takes long is under way, and a second one at a time is not begun."""


class TooLongToDraw(AppError):
    """More than a QR code holds that a camera still reads."""


class NotThere(AppError):
    """What was named is not there."""
