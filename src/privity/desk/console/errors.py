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
    +-- ExposureSpent     this person has seen as many pictures today as anybody should
    +-- PauseNeeded       many pictures without a pause; the next one after it
    +-- CannotBeShown     there is no such picture, or none that can be decoded safely
    +-- NotPublic         what nobody but those concerned could see is stated to nobody else
    +-- WithoutHub        the hub does not say what a referral needs
    +-- PictureGone       the address of a picture was used, is too old, or belongs to somebody else
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
    """Many pictures were seen without a pause."""


class CannotBeShown(ConsoleError):
    """Nothing at this place can be shown as a picture."""


class NotPublic(ConsoleError):
    """The decision is not in force, or not about what everybody could see."""


class WithoutHub(ConsoleError):
    """The hub, or a clearinghouse, is not there for these pages."""


class PictureGone(ConsoleError):
    """A picture is shown once, to who asked for it, for a short time."""
