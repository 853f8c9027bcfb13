# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Why somebody is not told now, or an objection is not taken. What is said here is for staff.

LegalError
+-- NoticesError
    +-- GagIsAWish          secrecy without a basis, or without an end, is asked about and bars nothing
    +-- BarRefused          what bars longer needs a new basis, a later end, and nobody who was told already
    +-- BarUnknown          there is no such bar, or it counts no more
    +-- NotYetKnown         what a request reaches was not looked up yet
    +-- CounselDecides      a person has to say whether people are told, are not yet, or are by others
    +-- NobodyTold          people were not told, and nothing bars it
    +-- WindowOpen          the time in which they can object is not over
    +-- ObjectionOpen       an objection waits for its answer, or has stopped this
    +-- NoticeUnknown       there is no such notice
    +-- StillThere          the hub has not refused this notice
    +-- ObjectionUnknown    there is no such objection
    +-- AnsweredBefore      an objection is answered once
    +-- ObjectionRefused    it is not taken; whoever sent it is told why
        +-- NoSuchNotice    no notice of this reference went to whoever objects
        +-- ObjectedBefore  each objects once to a notice
        +-- TooLateToObject the time for it is over
"""

from __future__ import annotations

from privity.desk.legal.errors import LegalError


class NoticesError(LegalError):
    """Root of what is refused about notices."""


class GagIsAWish(NoticesError):
    """Secrecy needs a law or an order that says so, and a day on which it ends."""


class BarRefused(NoticesError):
    """A bar is never changed; what bars longer is another one, with another basis, before anybody was told."""


class BarUnknown(NoticesError):
    """There is no such bar, or it counts no more."""


class NotYetKnown(NoticesError):
    """Whom a request reaches is known once it was collected."""


class CounselDecides(NoticesError):
    """The rulebook leaves it to a person, or the request asks for secrecy and nobody has looked at that."""


class NobodyTold(NoticesError):
    """People were not told, and nothing bars it."""


class WindowOpen(NoticesError):
    """People can still object; nothing leaves before that time is over."""


class ObjectionOpen(NoticesError):
    """An objection waits for its answer, or its answer was that this stops."""


class NoticeUnknown(NoticesError):
    """There is no notice of this number."""


class StillThere(NoticesError):
    """Only what the hub refused can have nobody whom to tell."""


class ObjectionUnknown(NoticesError):
    """There is no objection of this number."""


class AnsweredBefore(NoticesError):
    """The objection has its answer."""


class ObjectionRefused(NoticesError):
    """The objection is not taken."""


class NoSuchNotice(ObjectionRefused):
    """No notice of this reference went to whoever objects. Whether there is one for others is told to nobody."""


class ObjectedBefore(ObjectionRefused):
    """There is an objection of theirs to this notice."""


class TooLateToObject(ObjectionRefused):
    """The time in which an objection is taken is over."""
