# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The sections of the EU's template in which the operator has the word: who they are, whom they employ, how many people
they reach, and their own description.

What is theirs is marked as theirs, in a table of its own and on the page; what they have not stated is named there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from privity.desk.stated import FIRST, TOTAL, Stated
from privity.desk.transparency import template
from privity.desk.transparency.period import Period
from privity.desk.transparency.tables import Head, csv_of, indicated

IDENTIFICATION: Final = "1_report_identification.csv"
HUMAN_RESOURCES: Final = "9_human_resources.csv"
RECIPIENTS: Final = "10_AMAR.csv"
QUALITATIVE: Final = "11_qualitative.csv"
WHOSE: Final = "whose_word.csv"
"""Not of the template: what in the other files is the operator's, and what is missing."""

OPERATOR: Final = "stated by the operator"
MISSING: Final = "missing: not stated by the operator"
PEOPLE_COUNTED: Final = "counted: people of the staff who may work on cases, not full-time equivalents"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the template asks of the operator, and by which name in `[desk.transparency]` they answer."""

    file: str
    applies: str
    indicator: str
    scope: str
    name: str


ASKED: Final = (
    Asked(IDENTIFICATION, template.ALL, template.PROVIDER, "", "provider"),
    Asked(IDENTIFICATION, template.ALL, template.PREVIOUS, "", "previous_report"),
    Asked(HUMAN_RESOURCES, template.LARGEST, template.EXTERNAL, template.TOTAL, "external_moderators"),
    Asked(HUMAN_RESOURCES, template.LARGEST, template.LINGUISTS, template.TOTAL, f"languages.{TOTAL}"),
    Asked(RECIPIENTS, template.LARGEST_OF_ALL, template.RECIPIENTS, "TOTAL", f"recipients.{TOTAL}"),
    *(
        Asked(QUALITATIVE, applies, indicator, "", f"words.{name}")
        for name, (applies, indicator) in template.WORDS.items()
    ),
)


def missing(stated: Stated) -> list[Asked]:
    """What the operator has not stated, in the order of the template."""
    return [asked for asked in ASKED if asked.name not in stated.values]


def identification(stated: Stated, service: str, published: date, period: Period) -> bytes:
    """Section 1."""
    previous = stated.values.get("previous_report", "")
    values = (
        (template.PROVIDER, stated.values.get("provider", "")),
        ("Date of the publication of the report", str(published)),
        (template.PREVIOUS, "" if previous == FIRST else previous),
        ("Starting date of reporting period", str(period.first_day)),
        ("Ending date of reporting period", str(period.last_day)),
    )
    rows = [(template.ALL, service, what, value) for what, value in values]
    return csv_of([("Applicability", "Service", "Indicator", "Value"), *rows])


def people(stated: Stated, moderators: int, head: Head) -> bytes:
    """Section 9: the staff of this desk is counted, everybody else is stated."""
    values: dict[tuple[str, str], object] = {(template.MODERATORS, template.TOTAL): moderators}
    contexts = {(template.MODERATORS, template.TOTAL): PEOPLE_COUNTED}
    for asked in ASKED:
        if asked.file == HUMAN_RESOURCES:
            values[asked.indicator, asked.scope] = stated.values.get(asked.name, "")
            contexts[asked.indicator, asked.scope] = OPERATOR if asked.name in stated.values else MISSING
    for language, count in stated.languages.items():
        values[template.LINGUISTS, language] = count
        contexts[template.LINGUISTS, language] = OPERATOR
    return indicated(template.rows_of_people(stated.languages), values, head, contexts)


def recipients(stated: Stated, head: Head) -> bytes:
    """Section 10. It has no column in which anything could be said beside a number."""
    counts = {"TOTAL": stated.values.get(f"recipients.{TOTAL}", ""), **stated.recipients}
    rows = [
        (template.LARGEST_OF_ALL, *head, template.AMAR, template.RECIPIENTS, scope, str(count))
        for scope, count in counts.items()
    ]
    return csv_of([(*template.PERIOD, "Section", "Indicator", "Scope", "Value"), *rows])


def words(stated: Stated, head: Head) -> bytes:
    """Section 11."""
    rows = [
        (applies, *head, indicator, stated.values.get(f"words.{name}", MISSING))
        for name, (applies, indicator) in template.WORDS.items()
    ]
    return csv_of([(*template.PERIOD, "Indicator", "Value"), *rows])


def whose(stated: Stated) -> bytes:
    """What in the other files is the operator's word, and what of it is missing."""
    rows = [
        (asked.file, asked.indicator, asked.scope, _standing(stated, asked.name), f"[desk.transparency] {asked.name}")
        for asked in ASKED
    ]
    parts = [
        *((HUMAN_RESOURCES, template.LINGUISTS, language, f"languages.{language}") for language in stated.languages),
        *((RECIPIENTS, template.RECIPIENTS, state, f"recipients.{state}") for state in stated.recipients),
    ]
    rows += [
        (file, indicator, scope, OPERATOR, f"[desk.transparency] {name}") for file, indicator, scope, name in parts
    ]
    return csv_of([("file", "indicator", "scope", "whose word", "stated as"), *rows])


def _standing(stated: Stated, name: str) -> str:
    return OPERATOR if name in stated.values else MISSING
