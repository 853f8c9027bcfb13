# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a package says of a request: each class that was asked for is released, kept, denied or not held, once. Pure.

Released is what a person scoped and what was found. A class that was scoped and of which there is nothing is not held;
one that the verdict gives and a person left out is denied as narrowed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

from privity.desk.legal.answers.languages import wording_of
from privity.desk.legal.releasing.rules import time_of
from privity.desk.legal.requests.model import LegalRequest, ScopeLine
from privity.desk.legal.rulebook.facts import Days
from privity.desk.legal.rulebook.facts import Facts as Known
from privity.desk.legal.rulebook.model import Rulebook, Verdict
from privity.desk.legal.rulebook.names import FACTS
from privity.production.classes import Never, Releasable
from privity.production.model import Answered, Authority, Kind, Released

NARROWED: Final = "NARROWED"
NO_RECORDS: Final = "NO_RECORDS"
KEPT: Final = "KEPT_APART"
_STATEMENTS: Final = {Never.CONTENT_E2EE: "NOT_HELD_E2EE", Never.KEY_MATERIAL: "NOT_HELD_KEYS"}
_NOT_HELD_HERE: Final = "NOT_HELD"
_OWN_WORDS: Final = {
    NARROWED: "A person narrowed the request to what it needs.",
    KEPT: "It is kept apart until the law lets it go or its time is over.",
    _NOT_HELD_HERE: "The operator does not hold this class of data.",
    "third_party_pseudonym": "Names of other people that stand here as pseudonyms",
    "third_party_named": "Names of other people that stand here because the order says so",
    "third_party_withheld": "Values that name other people and are left out",
    "third_party_in_proof": "Proofs that would name everybody in a room and are left out",
    "child_safety_channel": "Reports that go to the clearinghouse for child safety and nowhere else",
    "row_cap": "Tables of which there are more rows than are here; narrow the period and ask again",
}


def asked(known: Known) -> tuple[Answered, ...]:
    """What the request names, in the order of the classes. A class that no house knows is named as it came."""
    since, until = _range(known)
    words = known.words("classes")
    ordered = [one.value for one in (*Releasable, *Never) if one in words]
    return tuple(Answered(named=one, since=since, until=until) for one in ordered)


def production(
    known: Known, verdict: Verdict, scope: Sequence[ScopeLine], held: frozenset[Releasable]
) -> dict[str, Any]:
    """The lists of answers of a production."""
    scoped = {line.data_class for line in scope}
    released: list[Released] = []
    not_held: list[Answered] = []
    denied: list[Answered] = []
    preserved: list[Answered] = []
    for one in asked(known):
        there = Releasable(one.named) if one.named in set(Releasable) else None
        if there in scoped and there in held:
            released += _released(there, scope)
        elif there in scoped:
            not_held.append(_why(one, NO_RECORDS))
        else:
            _left(one, verdict, not_held, denied, preserved)
    return {
        "requested": asked(known),
        "released": tuple(released),
        "denied": tuple(denied),
        "not_held": tuple(not_held),
        "preserved": tuple(preserved),
    }


def refusal(known: Known, verdict: Verdict, grounds: Sequence[str]) -> dict[str, Any]:
    """Those of a refusal: what is held is denied, what is not is said to be not held."""
    codes = {one.data_class.value: one.code for one in verdict.denied}
    absent = _absent(verdict)
    fallback = next(iter((*verdict.codes, *grounds)), NARROWED)
    denied, not_held = [], []
    for one in asked(known):
        if one.named in absent:
            not_held.append(_why(one, absent[one.named]))
        else:
            denied.append(_why(one, codes.get(one.named, fallback)))
    return {"requested": asked(known), "denied": tuple(denied), "not_held": tuple(not_held)}


def receipt(known: Known, kept: Iterable[str]) -> dict[str, Any]:
    """Those of a receipt: the same whether there is anything or not, and whether the account exists or not."""
    classes = frozenset(kept)
    preserved, denied = [], []
    for one in asked(known):
        if one.named in classes:
            preserved.append(_why(one, KEPT))
        else:
            denied.append(_why(one, _STATEMENTS[Never(one.named)] if one.named in set(Never) else NARROWED))
    return {"requested": asked(known), "preserved": tuple(preserved), "denied": tuple(denied)}


def common(request: LegalRequest, known: Known, verdict: Verdict, kind: Kind) -> dict[str, Any]:
    """What every kind states of the request."""
    country, authority = known.text("issuing_country"), known.text("authority_kind")
    return {
        "case": request.pseudonym,
        "kind": kind,
        "authority": None if country is None or authority is None else Authority(country, authority),
        "instrument": verdict.instrument or None,
        "request_sha256": request.request_sha256.hex(),
        "rulebook_sha256": verdict.rulebook,
        "verdict_codes": verdict.codes,
    }


def words(rulebook: Rulebook, verdict: Verdict) -> Mapping[str, str]:
    """What the codes of a package mean, for whoever reads its pages."""
    found = {one.code: one.reason for one in verdict.trace}
    found |= {one.code: one.reason for one in verdict.denied}
    instrument = rulebook.instruments.get(verdict.instrument)
    if instrument is not None:
        found[verdict.instrument] = instrument.title
    kinds = {word: word.replace("_", " ").capitalize() for word in FACTS["authority_kind"].words}
    grounds = {ground.value: said.text for ground, said in wording_of("en").grounds.items()}
    return {**kinds, **grounds, **_OWN_WORDS, **found}


def _left(
    one: Answered, verdict: Verdict, not_held: list[Answered], denied: list[Answered], preserved: list[Answered]
) -> None:
    absent = _absent(verdict)
    if one.named in absent:
        not_held.append(_why(one, absent[one.named]))
    elif one.named in {each.value for each in verdict.preserve}:
        preserved.append(_why(one, KEPT))
    else:
        codes = {each.data_class.value: each.code for each in verdict.denied}
        denied.append(_why(one, codes.get(one.named, NARROWED)))


def _absent(verdict: Verdict) -> dict[str, str]:
    """Each class that the verdict says is not held, and the id of the statement about it."""
    stated = {one.value: text for one, text in _STATEMENTS.items()}
    return {**stated, **{one.data_class: stated.get(one.data_class, _NOT_HELD_HERE) for one in verdict.not_held}}


def _released(there: Releasable, scope: Sequence[ScopeLine]) -> list[Released]:
    """One entry for each range: several targets may have one each."""
    ranges = {(line.since_ms, line.until_ms) for line in scope if line.data_class is there}
    texts = sorted((_at(since), _at(until)) for since, until in ranges)
    return [Released(named=there, since=since or None, until=until or None) for since, until in texts]


def _why(one: Answered, why: str) -> Answered:
    return Answered(named=one.named, since=one.since, until=one.until, why=why)


def _range(known: Known) -> tuple[str | None, str | None]:
    """From the first moment of the first day to the last of the last, as the scope counts it: before the day after."""
    days = known.get("time_range")
    if not isinstance(days, Days):
        return None, None
    until = None if days.last == date.max else f"{days.last + timedelta(days=1)}T00:00:00Z"
    return f"{days.first}T00:00:00Z", until


def _at(at_ms: int | None) -> str:
    return "" if at_ms is None else time_of(at_ms)
