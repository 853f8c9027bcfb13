# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Why a letter to an agency is not written, or not handed over.

LegalError
+-- AnswersError
    +-- Unverified        whom nobody verified gets the fixed acknowledgement and nothing else
    +-- NothingToAsk      the verdict leaves no question open
    +-- GroundMissing     a refusal or challenge says why
    +-- NotThisForm       the form is for orders under the Regulation
    +-- LetterUnknown     there is no such letter for whoever asks
    +-- LanguageMissing   nobody has written the sentences in this language
"""

from __future__ import annotations

from privity.desk.legal.errors import LegalError


class AnswersError(LegalError):
    """Root of the reasons why a letter is not written, or not handed over."""


class Unverified(AnswersError):
    """The requester was not verified, so that any other answer than the acknowledgement would tell something."""


class NothingToAsk(AnswersError):
    """A letter with questions has questions."""


class GroundMissing(AnswersError):
    """Nothing is refused or challenged without a ground."""


class NotThisForm(AnswersError):
    """The form of Annex III answers a European order and nothing else."""


class LetterUnknown(AnswersError):
    """There is no such letter, or not for whoever asks, or it does not count any more."""


class LanguageMissing(AnswersError):
    """There are no sentences in this language."""
