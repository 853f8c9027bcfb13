# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What the pages refuse before any service is asked.

DeskError
+-- ConsoleError
    +-- CannotListen      the address is taken or not of this machine
    +-- WrongHost         the desk was asked for under another name than its own
    +-- ForeignRequest    another site, or no page of this desk, made the request
    +-- FormInvalid       a form that no page of this desk has, or a field with what it cannot hold
    +-- FormTooLarge      more than any form of this desk holds
    +-- ProofWanted       the act takes a passkey now; the page that asks for it keeps what was filled in
    +-- PageUnknown       there is no such page
    +-- ExposureSpent     this person has seen and heard as much today as anybody should
    +-- PauseNeeded       much was seen or heard without a pause; the next view after it
    +-- CannotBeShown     there is no such picture, film or sound, or none that can be decoded safely
    +-- NotHeardWhole     nobody can say of this file, or this person cannot yet, that they heard all of it
    +-- NotPublic         what nobody but those concerned could see is stated to nobody else
    +-- WithoutHub        the hub does not say what a referral needs
    +-- NobodyThere       the hub knows no account by this name, or the case is about none
    +-- StillLooking      one look back at a time; another one runs
    +-- PictureGone       the address of a picture or a sound was used, is too old, or belongs to somebody else
"""

from __future__ import annotations

from privity.desk.errors import DeskError


class ConsoleError(DeskError):
    """Root of what the pages refuse."""


class CannotListen(ConsoleError):
    """The address is taken, or is not one of this machine."""


class WrongHost(ConsoleError):
    """The name in the request is not the desk's."""


class ForeignRequest(ConsoleError):
    """The request was not made by a page of this desk, or by the person."""


class FormInvalid(ConsoleError):
    """Not a form of this desk, or a field with what it cannot hold."""


class FormTooLarge(ConsoleError):
    """More than any form of this desk holds."""


class ProofWanted(ConsoleError):
    """The act takes a passkey now. The page that asks for it keeps what was filled in."""

    def __init__(self, purpose: str, why: str) -> None:
        super().__init__(why)
        self.purpose = purpose


class PageUnknown(ConsoleError):
    """There is no such page."""


class ExposureSpent(ConsoleError):
    """Today's views are used up; a colleague goes on, or this person tomorrow."""


class PauseNeeded(ConsoleError):
    """Much was seen or heard without a pause."""


class CannotBeShown(ConsoleError):
    """Nothing at this place can be shown or heard."""


class NotHeardWhole(ConsoleError):
    """Not a sound alone, or not all of it was given to whoever says to have heard it."""


class NotPublic(ConsoleError):
    """The decision is not in force, or not about what everybody could see."""


class WithoutHub(ConsoleError):
    """The hub, or a clearinghouse, is not there for these pages."""


class NobodyThere(ConsoleError):
    """There is no account at the hub of which a profile could be shown."""


class PictureGone(ConsoleError):
    """A picture is shown once, a sound given while its page stands, to who asked for it, for a short time."""


class StillLooking(ConsoleError):
    """One look back at a time: another one runs."""
