# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""All sentences of letters in one language, as data; another language is another value of this type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from privity.desk.legal.answers.model import Sort
from privity.desk.legal.requests.model import Ground


@dataclass(frozen=True, slots=True)
class OfGround:
    """What a ground says, and what would work where the rulebook names nothing."""

    title: str
    text: str
    instead: str


@dataclass(frozen=True, slots=True)
class NotHeldWords:
    """The statement about encrypted conversations. It is the same in every letter and for every account."""

    title: str
    fixed: tuple[str, ...]
    holds: str
    holds_nothing: str
    held_line: str
    as_long_as_account: str
    days: str
    lawful: str
    lawful_ways: tuple[str, ...]
    proof: str
    version_line: str
    manifest_line: str
    no_manifest: str


@dataclass(frozen=True, slots=True)
class FormWords:
    """The form by which an addressee says why a European order is not, or not yet, executed. Our words, its order."""

    production: str
    preservation: str
    certificate: str
    authorities: str
    addressee: str
    reasons: str
    further: str
    conflict: str
    conflict_none: str
    questions: str
    questions_none: str
    kept: str
    not_kept: str
    preservation_title: str
    contact: str
    by_ground: Mapping[Ground, str]


@dataclass(frozen=True, slots=True)
class Wording:
    """`{...}` in a sentence is filled in with words of the house or of the request."""

    language: str
    titles: Mapping[Sort, str]
    case: str
    their_reference: str
    received_on: str
    instrument: str
    authority: str
    operator: str
    unknown_instrument: str
    grounds: Mapping[Ground, OfGround]
    classes: Mapping[str, str]
    refused: str
    refused_lead: str
    rules: str
    rules_lead: str
    rule_line: str
    rulebook_line: str
    denied: str
    denied_line: str
    not_held_classes: str
    not_held_line: str
    instead: str
    instead_lead: str
    instead_classes: str
    kept: str
    kept_line: str
    asked: str
    asked_lead: str
    question: str
    answer_days: str
    challenged: str
    challenged_lead: str
    remarks: str
    reply: str
    not_held: NotHeldWords
    form: FormWords
