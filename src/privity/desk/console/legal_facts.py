# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The facts of a request in words for a page, and as fields of a form: each has the name that the rulebook gives it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from privity.desk.console.forms import Fields
from privity.desk.console.plain import Run, line, runs
from privity.desk.legal.rulebook import facts
from privity.desk.legal.rulebook.errors import RulebookError
from privity.desk.legal.rulebook.facts import NEVER, Days, Facts, Target, TargetKind, Value
from privity.desk.legal.rulebook.model import Rulebook
from privity.desk.legal.rulebook.names import FACTS, Kind

PREFIX: Final = "fact."
"""Before the name of a fact in the name of its field."""
NONE: Final = "none"
"""The box that says: somebody looked, and there is none."""
SHOWN_TARGETS: Final = 200
"""Targets that a page lists; of more it says how many."""
_YES_NO: Final = {"yes": True, "no": False}


@dataclass(frozen=True, slots=True)
class Said:
    """One fact as a page says it."""

    name: str
    label: str
    words: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Field:
    """One fact as a field of a form, with what was filled in before."""

    name: str
    label: str
    kind: str
    """As the template asks it: text, choice, yes_no, shown, words, days or targets."""
    hint: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    """Each with its words."""
    given: tuple[str, ...] = ()
    problem: str = ""


def label(name: str) -> str:
    """What a fact tells, as the beginning of a line."""
    return _capital(FACTS[name].says)


def words(word: str) -> str:
    return word.replace("_", " ")


def told(known: Facts, rulebook: Rulebook) -> tuple[Said, ...]:
    """All but whom it is about, in the order in which facts are told."""
    return tuple(
        Said(name, label(name), _words(name, known.values[name], rulebook))
        for name in FACTS
        if name in known.values and name != "targets"
    )


def form(fields: Mapping[str, str]) -> tuple[Said, ...]:
    """What came beside the facts, under the names that it came with."""
    return tuple(Said("", name, runs(text)) for name, text in fields.items())


def targets(found: Iterable[Target]) -> tuple[tuple[Run, ...], ...]:
    """Whom it is about, as far as a page lists them."""
    return tuple(
        line(f"{words(each.kind)}: {each.value}") for _, each in zip(range(SHOWN_TARGETS), found, strict=False)
    )


def fields(
    names: Iterable[str],
    rulebook: Rulebook,
    filled: Fields | None = None,
    problems: Mapping[str, str] | None = None,
) -> tuple[Field, ...]:
    """Fields for these facts, with what somebody filled in and why it cannot be taken."""
    return tuple(_field(name, rulebook, filled or {}, (problems or {}).get(name, "")) for name in names)


def read(names: Iterable[str], filled: Fields) -> tuple[dict[str, Any], dict[str, str]]:
    """The facts as a file would say them, and by its name why a field cannot be taken. What is empty is left out."""
    values: dict[str, Any] = {}
    problems: dict[str, str] = {}
    for name in names:
        try:
            given = _given(name, filled)
            if given is not None:
                facts.read({name: given})
                values[name] = given
        except RulebookError as err:
            problems[name] = str(err)
        except ValueError as err:
            problems[name] = f"{name}: {err}"
    return values, problems


def names_in(filled: Fields) -> frozenset[str]:
    """Of which facts a form brings fields, known or not."""
    names = (each.removeprefix(PREFIX) for each in filled if each.startswith(PREFIX))
    return frozenset(each.removesuffix(".from").removesuffix(".to") for each in names)


def _words(name: str, value: Value, rulebook: Rulebook) -> tuple[Run, ...]:
    match value:
        case bool():
            return (Run("yes" if value else "no"),)
        case int():
            return (Run(str(value)),)
        case date():
            return (Run("never" if value == date.max else value.isoformat()),)
        case Days():
            return (Run(f"{value.first} to {value.last}, {value.count} {'day' if value.count == 1 else 'days'}"),)
        case frozenset():
            return (Run(", ".join(words(each) for each in sorted(value)) or "none"),)
        case str() if name == "instrument" and value in rulebook.instruments:
            return (Run(f"{rulebook.instruments[value].title} ({value})"),)
        case str() if FACTS[name].kind is Kind.WORD:
            return (Run(words(value)),)
        case str():
            return runs(value)
    return ()


def _field(name: str, rulebook: Rulebook, filled: Fields, problem: str) -> Field:
    known, key = FACTS[name], f"{PREFIX}{name}"
    given = tuple(filled.get(key, ()))
    says = label(name)
    if name == "instrument":
        choices = tuple((each.id, f"{each.title} ({each.id})") for each in rulebook.instruments.values())
        return Field(name, says, "choice", "", choices, given, problem)
    choices = tuple((each, words(each)) for each in sorted(known.words))
    match known.kind:
        case Kind.SHOWN:
            return Field(name, says, "shown", "", (), given, problem)
        case Kind.FLAG:
            return Field(name, says, "yes_no", "", (("yes", "yes"), ("no", "no")), given, problem)
        case Kind.WORD:
            return Field(name, says, "choice", "", choices, given, problem)
        case Kind.WORDS:
            return Field(name, says, "words", "", (*choices, (NONE, "none, and I looked")), given, problem)
        case Kind.SOME_WORDS:
            return Field(name, says, "words", "", choices, given, problem)
        case Kind.DAYS:
            both = tuple(next(iter(filled.get(f"{key}.{end}", ())), "") for end in ("from", "to"))
            return Field(name, says, "days", "Two days such as 2026-01-31, both included.", (), both, problem)
        case Kind.TARGETS:
            kinds = ", ".join(TargetKind)
            return Field(name, says, "targets", f"One a line: {kinds}, a blank, and the address.", (), given, problem)
        case Kind.DAY:
            return Field(name, says, "text", "A day such as 2026-01-31.", (), given, problem)
        case Kind.DAY_OR_NEVER:
            return Field(name, says, "text", "A day such as 2026-01-31, or never.", (), given, problem)
        case Kind.COUNTRY:
            return Field(name, says, "text", "Two letters such as DE.", (), given, problem)
        case Kind.COUNT:
            return Field(name, says, "text", "A whole number.", (), given, problem)
    return Field(name, says, "text", "", (), given, problem)


def _given(name: str, filled: Fields) -> Any:
    """The value as a file would say it; None where nothing was filled in. Raises ValueError."""
    kind, key = FACTS[name].kind, f"{PREFIX}{name}"
    came = [value.strip() for value in filled.get(key, ()) if value.strip()]
    if kind is Kind.DAYS:
        ends = {end: "".join(filled.get(f"{key}.{end}", ())).strip() for end in ("from", "to")}
        return ends if any(ends.values()) else None
    if not came:
        return None
    if kind in (Kind.WORDS, Kind.SOME_WORDS):
        if NONE in came and len(came) > 1:
            raise ValueError("expected words, or none of them, got both")
        return [] if came == [NONE] else sorted(came)
    if len(came) > 1:
        raise ValueError(f"expected one value, got {len(came)}")
    (text,) = came
    match kind:
        case Kind.SHOWN | Kind.FLAG:
            if text not in _YES_NO:
                raise ValueError("expected yes or no")
            return _YES_NO[text]
        case Kind.COUNT:
            return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else text
        case Kind.TARGETS:
            return list(_targets(text))
        case Kind.DAY_OR_NEVER:
            return NEVER if text.lower() == NEVER else text
        case Kind.COUNTRY:
            return text.upper()
    return text


def _targets(text: str) -> Iterator[dict[str, str]]:
    for at, each in enumerate(filter(str.strip, text.splitlines()), 1):
        kind, _, value = each.strip().partition(" ")
        if not value.strip():
            raise ValueError(f"line {at}: expected a kind, a blank and an address")
        yield {"kind": kind.rstrip(":"), "value": value.strip()}


def targets_in(text: str) -> frozenset[Target]:
    """The targets that somebody wrote down, one a line. Raises ValueError."""
    return frozenset(Target(each["kind"], each["value"]) for each in _targets(text))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
