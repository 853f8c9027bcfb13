# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The facts of a legal request, typed: what was read and checked, each under one name. What is absent is absent.

A word that the house does not know stays in the facts, so that the evaluator can refer the request to a person; a name
that no rule may ask for, or a value of another kind, is refused at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from privity.desk.legal.rulebook.errors import FactIllTyped, FactUnknown
from privity.desk.legal.rulebook.names import FACTS, Kind

MAX_TEXT: Final = 2000
MAX_WORDS: Final = 64
MAX_TARGETS: Final = 10_000
MAX_COUNT: Final = 1_000_000
NEVER: Final = "never"
"""In place of a day: it does not end by itself."""

_COUNTRY: Final = re.compile(r"[A-Z]{2}")
_WORD: Final = re.compile(r"[a-z0-9][a-z0-9_]{0,63}")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class TargetKind(StrEnum):
    """How an account may be named so that it is this one and no other."""

    HANDLE = "handle"
    ACCOUNT = "account"
    CONTACT = "contact"
    DEVICE = "device"
    MESSAGE = "message"
    IP_PORT_TIME = "ip_port_time"


@dataclass(frozen=True, slots=True, order=True)
class Target:
    """Whom it is about, as the request names them; `kind` may be a word that the house does not take."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Days:
    """From one day to another, both included."""

    first: date
    last: date

    @property
    def count(self) -> int:
        return (self.last - self.first).days + 1


Value = str | bool | int | date | frozenset[str] | Days | tuple[Target, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known. Made by `read`, or by `with_` from facts that were."""

    values: Mapping[str, Value] = field(default_factory=lambda: MappingProxyType({}))

    def get(self, name: str) -> Value | None:
        return self.values.get(name)

    def text(self, name: str) -> str | None:
        found = self.values.get(name)
        return found if isinstance(found, str) else None

    def day(self, name: str) -> date | None:
        found = self.values.get(name)
        return found if isinstance(found, date) else None

    def words(self, name: str) -> frozenset[str]:
        """The words of one fact, of one word or several; none where it is absent."""
        found = self.values.get(name)
        if isinstance(found, str):
            return frozenset({found})
        return found if isinstance(found, frozenset) else frozenset()

    def targets(self) -> tuple[Target, ...]:
        found = self.values.get("targets")
        return found if isinstance(found, tuple) else ()

    def shown(self, name: str) -> bool:
        return self.values.get(name) is True

    def with_(self, more: Mapping[str, Value]) -> Facts:
        return Facts(MappingProxyType({**self.values, **more}))


def read(data: Any) -> Facts:
    """Facts out of a decoded file. Raises FactUnknown and FactIllTyped."""
    if not isinstance(data, dict):
        raise FactIllTyped(f"expected a map of facts, got {_kind_of(data)}")
    values: dict[str, Value] = {}
    for name, given in data.items():
        known = FACTS.get(name)
        if known is None:
            raise FactUnknown(f"no rule asks for {name!r}")
        if known.worked_out:
            raise FactUnknown(f"{name!r} is worked out from other facts and cannot be stated")
        value = _typed(name, known.kind, given)
        if value is not None:
            values[name] = value
    return Facts(MappingProxyType(values))


def strange(facts: Facts) -> Iterator[tuple[str, str]]:
    """(fact, word) of every word that the house does not know, in a fixed order."""
    for name, known in FACTS.items():
        if known.words:
            for word in sorted(facts.words(name) - known.words):
                yield name, word


def _typed(name: str, kind: Kind, given: Any) -> Value | None:
    """The value, or nothing where what is given says as much as its absence."""
    match kind:
        case Kind.TEXT:
            return _text(name, given)
        case Kind.SHOWN:
            return _flag(name, given) or None
        case Kind.FLAG:
            return _flag(name, given)
        case Kind.COUNT:
            if not isinstance(given, int) or isinstance(given, bool) or not 0 <= given <= MAX_COUNT:
                raise _wrong(name, f"a whole number of 0 to {MAX_COUNT:,}", given)
            return given
        case Kind.DAY:
            return _day(name, given)
        case Kind.DAY_OR_NEVER:
            return date.max if given == NEVER else _day(name, given)
        case Kind.WORD:
            return _word(name, given, _WORD)
        case Kind.COUNTRY:
            return _word(name, given, _COUNTRY)
        case Kind.WORDS:
            return _words(name, given)
        case Kind.SOME_WORDS:
            return _words(name, given) or None
        case Kind.DAYS:
            return _days(name, given)
        case Kind.TARGETS:
            return _targets(name, given) or None


def _text(name: str, given: Any) -> str:
    if not isinstance(given, str) or not 0 < len(given.strip()) <= len(given) <= MAX_TEXT:
        raise _wrong(name, f"1 to {MAX_TEXT:,} characters", given)
    return given


def _flag(name: str, given: Any) -> bool:
    if not isinstance(given, bool):
        raise _wrong(name, "true or false", given)
    return given


def _day(name: str, given: Any) -> date:
    if isinstance(given, str) and _DAY.fullmatch(given):
        try:
            return date.fromisoformat(given)
        except ValueError:
            pass
    raise _wrong(name, "a day such as 2026-01-31", given)


def _word(name: str, given: Any, form: re.Pattern[str]) -> str:
    if not isinstance(given, str) or not form.fullmatch(given):
        raise _wrong(name, "one word such as " + ("DE" if form is _COUNTRY else "public_prosecutor"), given)
    return given


def _words(name: str, given: Any) -> frozenset[str]:
    if not isinstance(given, list) or len(given) > MAX_WORDS:
        raise _wrong(name, f"a list of at most {MAX_WORDS} words", given)
    return frozenset(_word(name, each, _WORD) for each in given)


def _days(name: str, given: Any) -> Days:
    if not isinstance(given, dict) or given.keys() != {"from", "to"}:
        raise _wrong(name, "two days, `from` and `to`", given)
    days = Days(_day(name, given["from"]), _day(name, given["to"]))
    if days.last < days.first:
        raise FactIllTyped(f"{name}: expected the first day before the last, got {days.first} and {days.last}")
    return days


def _targets(name: str, given: Any) -> tuple[Target, ...]:
    if not isinstance(given, list) or len(given) > MAX_TARGETS:
        raise _wrong(name, f"a list of at most {MAX_TARGETS:,} targets", given)
    found = set()
    for each in given:
        if not isinstance(each, dict) or each.keys() != {"kind", "value"}:
            raise _wrong(name, "targets with `kind` and `value`", each)
        found.add(Target(_word(name, each["kind"], _WORD), _text(name, each["value"])))
    return tuple(sorted(found))


def _wrong(name: str, expected: str, given: Any) -> FactIllTyped:
    return FactIllTyped(f"{name}: expected {expected}, got {_kind_of(given)}")


def _kind_of(given: Any) -> str:
    """What came, without its content: a request's words belong in no message of ours."""
    match given:
        case None:
            return "nothing"
        case bool():
            return "true" if given else "false"
        case int():
            return "a number"
        case str():
            return f"text of {len(given)} characters"
        case list():
            return f"a list of {len(given)}"
    return "a map"
