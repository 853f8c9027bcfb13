# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""An appeal: who disagrees with which decision, until when somebody answers, and the answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

ANSWER_DAYS: Final = 14
"""Within so many days an appeal should be answered: whoever waits is restricted meanwhile. Against what a rule took,
before that ends."""


class Party(StrEnum):
    AFFECTED = "affected"
    """Whom the decision is about."""
    NOTIFIER = "notifier"
    """Who reported: what they reported was dismissed, or they find that too little was done."""


class Answer(StrEnum):
    UPHOLD = "uphold"
    """The decision stays."""
    OVERTURN = "overturn"
    """The decision is undone; where it was too mild it stays, and the case is open for another one."""


@dataclass(frozen=True, slots=True)
class Answered:
    answer: Answer
    at_ms: int
    who: str
    words: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Appeal:
    """What was said in it is evidence, and opened with a reason."""

    number: int
    decision: int
    party: Party
    appellant: str
    """A user URI, or for a notice from outside its name with the hub."""
    receipt: str
    """Of the appeal itself."""
    report_receipt: str | None
    """Of the report or notice, where whoever made it appeals."""
    evidence: int
    lodged_ms: int
    deadline_ms: int
    answered: Answered | None
