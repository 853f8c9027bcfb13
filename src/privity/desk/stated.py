# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`[desk.transparency]`: what a transparency report says and no log knows, in the operator's words and numbers.

Nothing here is ever made up: what the operator has not stated is missing, and a report names it as missing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

import msgspec

from privity.desk.errors import ConfigInvalid

MAX_TEXT: Final = 5000
"""Characters of one text: the template takes no more."""
MAX_PROVIDER: Final = 200
MAX_NUMBER: Final = 10_000_000_000
"""More people than there are."""
FIRST: Final = "none"
"""In place of a date: there was no report before this one."""
TOTAL: Final = "total"
STATES: Final = "AT BE BG CY CZ DE DK EE EL ES FI FR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
"""Member states as Eurostat abbreviates them, which is EL for Greece."""
LANGUAGES: Final = "bg cs da de el en es et fi fr ga hr hu it lt lv mt nl pl pt ro sk sl sv"
"""Official languages of the Union."""


class WordsSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[desk.transparency.words]`, by what the template asks for."""

    own_initiative: str = ""
    detection: str = ""
    automated_means: str = ""
    accuracy: str = ""
    purposes: str = ""
    safeguards: str = ""
    governance: str = ""
    qualifications: str = ""
    training: str = ""
    support: str = ""
    counting: str = ""


class StatedSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[desk.transparency]`."""

    provider: str = ""
    """The legal name of whoever offers the service."""
    previous_report: str = ""
    """When the report before was published, as 2026-02-27; "none" where there was none."""
    external_moderators: float | None = None
    """Full-time equivalents that other companies lend."""
    recipients: dict[str, int] = {}
    """Average monthly active recipients: total, and by member state."""
    languages: dict[str, int] = {}
    """People who understand a language well enough to moderate: total, and by language."""
    words: WordsSection = WordsSection()


@dataclass(frozen=True, slots=True)
class Stated:
    """The same, checked. What is not stated is not in `values`; those are as the report writes them."""

    values: Mapping[str, str] = field(default_factory=dict)
    """By its name in the file, such as `provider` or `words.training`."""
    recipients: Mapping[str, int] = field(default_factory=dict)
    languages: Mapping[str, int] = field(default_factory=dict)
    """Without the totals, which are among the values."""


def check_stated(section: StatedSection) -> Stated:
    """Raises ConfigInvalid."""
    values = {"provider": _text("provider", section.provider, MAX_PROVIDER)}
    values["previous_report"] = _previous(section.previous_report)
    if section.external_moderators is not None:
        values["external_moderators"] = _equivalents(section.external_moderators)
    for name in WordsSection.__struct_fields__:
        values[f"words.{name}"] = _text(f"words.{name}", getattr(section.words, name), MAX_TEXT)
    for name, counts, known in (
        ("recipients", section.recipients, STATES),
        ("languages", section.languages, LANGUAGES),
    ):
        _check_counts(name, counts, known)
        if TOTAL in counts:
            values[f"{name}.{TOTAL}"] = str(counts[TOTAL])
    return Stated(
        {name: value for name, value in values.items() if value}, _parts(section.recipients), _parts(section.languages)
    )


def _text(name: str, text: str, most: int) -> str:
    """Without the white space around it, which a file of many lines brings."""
    text = text.strip()
    if len(text) > most:
        raise ConfigInvalid(f"transparency.{name} has {len(text)} characters, at most {most} are taken")
    if not all(letter.isprintable() or letter == "\n" for letter in text):
        raise ConfigInvalid(f"transparency.{name} has a character that nobody sees")
    return text


def _previous(text: str) -> str:
    if text in ("", FIRST):
        return text
    try:
        return str(date.fromisoformat(text))
    except ValueError:
        raise ConfigInvalid(
            f'transparency.previous_report must be a date such as 2026-02-27, or "{FIRST}", got {text!r}'
        ) from None


def _equivalents(number: float) -> str:
    if not (math.isfinite(number) and 0 <= number <= MAX_NUMBER):
        raise ConfigInvalid(f"transparency.external_moderators must be 0 or more, got {number:g}")
    return f"{number:g}"


def _check_counts(name: str, counts: Mapping[str, int], known: str) -> None:
    for key, count in counts.items():
        if key != TOTAL and key not in known.split():
            raise ConfigInvalid(f"transparency.{name}: {key!r} is neither {TOTAL} nor one of {known}")
        if not 0 <= count <= MAX_NUMBER:
            raise ConfigInvalid(f"transparency.{name}.{key} must be 0 to {MAX_NUMBER}, got {count}")
        if count > counts.get(TOTAL, MAX_NUMBER):
            raise ConfigInvalid(f"transparency.{name}.{key} is {count}, more than the total of {counts[TOTAL]}")


def _parts(counts: Mapping[str, int]) -> dict[str, int]:
    return {key: counts[key] for key in sorted(counts) if key != TOTAL}
