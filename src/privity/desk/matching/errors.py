# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""How matching refuses. No message holds a hash of a list, or anything else out of one.

DeskError
+-- MatchingError
    +-- ListError
    |   +-- ListUnknown        there is no such list
    |   +-- ListExists         another list has this name
    |   +-- ListNameRefused    a name is short and visible
    |   +-- ListBusy           somebody else changes this list now
    |   +-- ListNotPaused      only a paused list is resumed
    |   +-- WrongSource        a list of an exchange takes no file, and a list of files pulls nothing
    |   +-- ListOnlyWatches    by a list of this category nothing is hidden: nobody needs to agree
    |   +-- AlreadyAsked       somebody asked for it, and nobody has agreed yet
    |   +-- NothingToAgree     there is no such agreement, or it is settled
    |   +-- SecondPerson       nobody agrees to what they asked for
    +-- EntryRefused           what is to be an entry is none
    |   +-- KindUnknown        no kind of hash that is known here
    |   +-- HashMalformed      not as many hexadecimal digits as the kind has
    |   +-- EntryMalformed     another field of an entry is not what it must be
    +-- ImportRefused          a file is not imported; the message names the line
    |   +-- LineRefused        one line of it
    |   +-- FileChanged        it became another one while it was read
    |   +-- FileEmpty          there is no entry in it
    +-- ExchangeError
    |   +-- ExchangeUnknown    no such exchange
    |   +-- ExchangesMissing   the library that speaks with them is not installed
    |   +-- SettingsRefused    what the exchange must be told is missing or wrong
    |   +-- ExchangeFailed     it did not answer as it should
    |   +-- ExchangeBusy       it wants to be asked again, and later than anybody waits for
    +-- MatchUnknown           there is no such match
"""

from __future__ import annotations

from privity.desk.errors import DeskError


class MatchingError(DeskError):
    """Root of what is refused here."""


class ListError(MatchingError):
    """Something cannot be done to a list."""


class ListUnknown(ListError):
    """There is no list of this name, or it was removed."""


class ListExists(ListError):
    """Another list has this name, or had it."""


class ListNameRefused(ListError):
    """A name is 1 to 60 letters, digits, dots, dashes or underscores."""


class ListBusy(ListError):
    """Somebody else changes this list now: one at a time does."""


class ListNotPaused(ListError):
    """Only a paused list is resumed."""


class WrongSource(ListError):
    """Files go into lists of files, and only lists of an exchange are pulled."""


class ListOnlyWatches(ListError):
    """By a list of this category nothing is hidden, so nobody has to agree to it."""


class AlreadyAsked(ListError):
    """Somebody asked that this list acts, and nobody has agreed yet."""


class NothingToAgree(ListError):
    """There is no such agreement, or it is settled or over."""


class SecondPerson(ListError):
    """Nobody agrees to what they asked for themselves."""


class EntryRefused(MatchingError):
    """What is to be an entry is none."""


class KindUnknown(EntryRefused):
    """No kind of hash that is known here."""


class HashMalformed(EntryRefused):
    """Not as many hexadecimal digits as this kind of hash has."""


class EntryMalformed(EntryRefused):
    """Another field of an entry is not what it must be."""


class ImportRefused(MatchingError):
    """A file is not imported, and nothing of it is in the list."""


class LineRefused(ImportRefused):
    """One line of the file; the message says which, and what was expected."""


class FileChanged(ImportRefused):
    """The file became another one while it was read."""


class FileEmpty(ImportRefused):
    """There is no entry in the file."""


class ExchangeError(MatchingError):
    """An exchange cannot be asked."""


class ExchangeUnknown(ExchangeError):
    """No such exchange; the message names those that are known."""


class ExchangesMissing(ExchangeError):
    """The library that speaks with exchanges is not installed; the message names the pins."""


class SettingsRefused(ExchangeError):
    """What the exchange must be told is missing, or not of its type."""


class ExchangeFailed(ExchangeError):
    """The exchange did not answer as it should. What came before is kept."""


class ExchangeBusy(ExchangeError):
    """The exchange wants to be asked again, later than a pull waits; the message says when. What came before stays."""


class MatchUnknown(MatchingError):
    """There is no match of this number."""
