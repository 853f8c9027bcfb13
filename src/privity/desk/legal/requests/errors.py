# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Why a legal request is not taken, not moved or not acted on. What is said here is for staff, never for a requester.

LegalError
+-- RequestsError
    +-- RequestUnknown        there is no request of this number
    +-- FilingRefused         what a clerk hands in is too much, or nothing
    +-- MoveRefused           no request goes from there to here
    +-- GuardUnmet            what has to be there before this move is not
    +-- OnHold                who asks is not active any more
    +-- AuthorityExpired      the verdict held until a moment that has passed
    +-- NotInThisState        this is done at another point of a request's life
    +-- SamePerson            whoever releases has no other part
    +-- FactsUnread           what came could not be read, and nobody has set facts
    +-- FactIsOurs            the house finds this out itself and takes nobody's word for it
    +-- NotTheRegistersNumber the number that was called is not the one that the register gives
    +-- NotReadBack           the fingerprint that was read back is not that of the key that was written down
    +-- QuestionClosed        nobody waits for an answer now
    +-- NotJudged             there is no verdict, or no decision, yet
    +-- Wider                 a person narrows, and never widens
    +-- WordsMissing          a reason, or what was checked, is empty or too long
    +-- DocumentGone          a document was shredded, or never was
    +-- RenewalRefused        this is not kept any longer than that
    +-- ClockUndetermined     a clock that ends by a date has none
    +-- OfficeMissing         no legal requests are answered here
"""

from __future__ import annotations

from privity.desk.legal.errors import LegalError


class RequestsError(LegalError):
    """Root of what is refused about a legal request."""


class RequestUnknown(RequestsError):
    """There is no request of this number."""


class FilingRefused(RequestsError):
    """What a clerk hands in is too much, or nothing."""


class MoveRefused(RequestsError):
    """No request goes from there to here."""


class GuardUnmet(RequestsError):
    """What has to be there before this move is not; the database says what."""


class OnHold(RequestsError):
    """Who asks is not active any more: the request is verified anew, or closed."""


class AuthorityExpired(RequestsError):
    """The verdict held until a moment that has passed; the request has to be judged anew."""


class NotInThisState(RequestsError):
    """This is done at another point of a request's life."""


class SamePerson(RequestsError):
    """Whoever releases a request has no other part in it."""


class FactsUnread(RequestsError):
    """What came could not be read as facts, and nobody has set any."""


class FactIsOurs(RequestsError):
    """The house finds this out itself and takes nobody's word for it."""


class NotTheRegistersNumber(RequestsError):
    """The number that was called is not the one that the register gives for the agency."""


class NotReadBack(RequestsError):
    """What was read back over the telephone is not the fingerprint of the key that was written down."""


class QuestionClosed(RequestsError):
    """Nobody waits for an answer about this request, or not for one of this officer."""


class NotJudged(RequestsError):
    """There is no verdict, or no decision, yet."""


class Wider(RequestsError):
    """A person narrows what the rulebook releases, and never widens it."""


class WordsMissing(RequestsError):
    """A reason, or what was checked, is empty or too long."""


class DocumentGone(RequestsError):
    """A document was shredded when its request was purged, or never was."""


class RenewalRefused(RequestsError):
    """Data are not kept apart any longer than that."""


class ClockUndetermined(RequestsError):
    """A clock that ends by a date was given none."""


class OfficeMissing(RequestsError):
    """The configuration says nothing of legal requests, so none are answered here."""
