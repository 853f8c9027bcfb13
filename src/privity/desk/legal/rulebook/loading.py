# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""From bytes to a rulebook: strict YAML, then the schema, then everything that a schema cannot say."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from privity.desk.legal.rulebook import predicates as p
from privity.desk.legal.rulebook import strict_yaml
from privity.desk.legal.rulebook.checking import check
from privity.desk.legal.rulebook.errors import RulesRefused, SchemaRefused
from privity.desk.legal.rulebook.model import (
    Action,
    DataClass,
    Instrument,
    Keeping,
    NamesOthers,
    Notice,
    Review,
    Rule,
    Rulebook,
    Status,
)
from privity.production.classes import Permit, Releasable

ANY, NONE = "ANY", "NONE"
"""In place of a country: an instrument of every country, and one of none."""

_HERE = "privity.desk.legal.rulebook"


def shipped() -> Rulebook:
    """The rulebook that this version ships. It is a draft."""
    return load(shipped_bytes())


def shipped_bytes() -> bytes:
    """The file itself, from which others make theirs."""
    return files(_HERE).joinpath("rulebook.yaml").read_bytes()


def load(data: bytes) -> Rulebook:
    """Raises YamlRefused, SchemaRefused, RulesRefused."""
    return checked(strict_yaml.load(data), hashlib.sha256(data).hexdigest())


def checked(read: Any, sha256: str) -> Rulebook:
    """A rulebook of what was read from bytes with this hash. Raises SchemaRefused, RulesRefused."""
    error = best_match(_schema().iter_errors(read))
    if error is not None:
        where = "/".join(str(step) for step in error.absolute_path) or "the whole"
        raise SchemaRefused(f"{where}: {error.message[:300]}")
    rulebook = _rulebook(read, sha256)
    check(rulebook)
    return rulebook


@cache
def _schema() -> Draft202012Validator:
    schema = json.loads(files(_HERE).joinpath("rulebook.schema.json").read_text())
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def _rulebook(read: Mapping[str, Any], sha256: str) -> Rulebook:
    countries = {name: frozenset(codes) for name, codes in read["countries"].items()}
    instruments: dict[str, Instrument] = {}
    for each in read["instruments"]:
        if each["id"] in instruments:
            raise RulesRefused(f"expected each instrument once, got {each['id']} twice")
        instruments[each["id"]] = _instrument(each, countries)
    classes = {name: _class(name, each) for name, each in read["data_classes"].items()}
    return Rulebook(
        id=read["id"],
        version=read["version"],
        status=Status(read["status"]),
        compiled=_day(read["compiled"]),
        review=_review(read["review"]),
        sha256=sha256,
        classes=MappingProxyType(classes),
        global_rules=tuple(
            _rule(each, _confidence(each["confidence"]), tuple(each["sources"])) for each in read["global_rules"]
        ),
        instruments=MappingProxyType(instruments),
    )


def _class(name: str, read: Mapping[str, Any]) -> DataClass:
    return DataClass(
        name=name,
        holds=read.get("holds", ""),
        statement=read["statement"],
        eu=read.get("eu", ""),
        us=read.get("us", ""),
        basis=tuple(read["basis"]),
        confidence=_confidence(read["confidence"]),
        sources=tuple(read["sources"]),
    )


def _instrument(read: Mapping[str, Any], countries: Mapping[str, frozenset[str]]) -> Instrument:
    confidence, sources = _confidence(read["confidence"]), tuple(read["sources"])
    applies, keeping = read.get("applies", {}), read.get("keeping", {})
    return Instrument(
        id=read["id"],
        title=read["title"],
        issued_by=_issued_by(read["id"], read["issued_by"], countries),
        no_country=read["issued_by"] == NONE,
        basis=tuple(read["basis"]),
        binding_if=tuple(read["binding_if"]),
        authorities=frozenset(read["authority"]["kinds"]),
        judge=read["authority"]["judge"],
        permits=MappingProxyType({each: Permit(read["permits"][each]) for each in Releasable}),
        permit_notes=MappingProxyType({Releasable(k): note for k, note in read.get("permit_notes", {}).items()}),
        conditions=MappingProxyType({Permit(k): condition(when) for k, when in read.get("conditions", {}).items()}),
        required=tuple(read["required"]),
        ip_target=read["ip_target"],
        applies_from=_day(applies["from"]) if "from" in applies else None,
        applies_until=_day(applies["until"]) if "until" in applies else None,
        keeping=Keeping(**keeping),
        deadlines=MappingProxyType(read["deadlines"]),
        notice=_notice(read["notice"]),
        notes=tuple(read.get("notes", ())),
        open=tuple(read.get("open", ())),
        rules=tuple(_rule(each, confidence, sources) for each in read["rules"]),
        confidence=confidence,
        sources=sources,
        review=_review(read["review"]),
        names_others=_names_others(read["names_third_parties"]) if "names_third_parties" in read else None,
    )


def _names_others(read: Mapping[str, Any]) -> NamesOthers:
    return NamesOthers(
        classes=frozenset(Releasable(each) for each in read["classes"]),
        when=condition(read["when"]) if "when" in read else None,
        basis=tuple(read["basis"]),
        confidence=_confidence(read["confidence"]),
        sources=tuple(read["sources"]),
    )


def _issued_by(instrument: str, name: str, countries: Mapping[str, frozenset[str]]) -> frozenset[str] | None:
    if name == ANY:
        return None
    if name == NONE:
        return frozenset()
    if len(name) == 2:
        return frozenset({name})
    if name not in countries:
        raise RulesRefused(f"{instrument}: expected a country or a group of countries, got {name}")
    return countries[name]


def _notice(read: Mapping[str, Any]) -> Notice:
    return Notice(
        default=read["default"],
        user_window_days=read.get("user_window_days"),
        user_notice_after_days=read.get("user_notice_after_days"),
        barred_by=tuple(read.get("barred_by", ())),
        basis=read.get("basis", ""),
    )


def _rule(read: Mapping[str, Any], confidence: Mapping[str, str], sources: tuple[str, ...]) -> Rule:
    return Rule(
        code=read["code"],
        action=Action(read["action"]),
        when=condition(read["when"]),
        reason=read["reason"],
        basis=tuple(read["basis"]),
        confidence=confidence,
        sources=sources,
        instead=read.get("instead", ""),
        removes=frozenset(Releasable(each) for each in read.get("removes", ())),
        uniform=read.get("uniform", False),
    )


def condition(read: Mapping[str, Any]) -> p.Condition:
    """A condition out of what was read and passed the schema."""
    match read:
        case {"all": parts}:
            return p.All(tuple(condition(part) for part in parts))
        case {"any": parts}:
            return p.Any(tuple(condition(part) for part in parts))
        case {"neg": part}:
            return p.Neg(condition(part))
    value = read.get("value")
    return p.Predicate(read["fact"], p.Op(read["op"]), frozenset(value) if isinstance(value, list) else value)


def _confidence(read: str | Mapping[str, str]) -> Mapping[str, str]:
    return MappingProxyType({"all": read} if isinstance(read, str) else dict(read))


def _review(read: Mapping[str, Any]) -> Review:
    on = read["reviewed_on"]
    return Review(tuple(read["reviewers"]), None if on is None else _day(on))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise RulesRefused(f"expected a day such as 2026-01-31, got {text}") from None
