# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Whether a rulebook is in force for an instrument: active, and read by two named people not too long ago."""

from __future__ import annotations

from datetime import date
from typing import Final

from privity.desk.legal.rulebook.model import Instrument, Review, Rulebook, Status

REVIEWERS: Final = 2
REVIEW_DAYS: Final = 180


def why_not_in_force(rulebook: Rulebook, instrument: Instrument | None, today: date) -> str:
    """The reason, or nothing where it is in force."""
    if rulebook.status is not Status.ACTIVE:
        return "the rulebook is a draft: nothing leaves by it, whatever it says"
    why = _why_unreviewed(rulebook.review, today)
    if why:
        return f"the rules for every instrument {why}"
    why = _why_unreviewed(instrument.review, today) if instrument is not None else ""
    return f"the rules for this instrument {why}" if why else ""


def _why_unreviewed(review: Review, today: date) -> str:
    people = {" ".join(name.casefold().split()) for name in review.reviewers} - {""}
    if len(people) < REVIEWERS:
        return f"need {REVIEWERS} reviewers with names, and have {len(people)}"
    if review.on is None or review.on > today:
        return "have no day on which they were reviewed"
    days = (today - review.on).days
    return f"were reviewed {days} days ago, and {REVIEW_DAYS} are allowed" if days > REVIEW_DAYS else ""
