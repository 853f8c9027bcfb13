# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A verdict decided once more by whoever has the request: the same rules on the same facts give the same answer.

The statement of a package names rulebook, request and profile by their hashes. What the house found out itself, such as
that the requester was verified, is in none of these files: whoever replays says it beside, as a clerk corrects facts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

import msgspec

from privity.desk.legal.releasing.composing import NO_RECORDS, asked
from privity.desk.legal.rulebook import facts, loading, profile, strict_yaml
from privity.desk.legal.rulebook.errors import DayInvalid
from privity.desk.legal.rulebook.evaluating import evaluate
from privity.desk.legal.rulebook.facts import Facts
from privity.desk.legal.rulebook.model import Action, Rulebook, Verdict
from privity.desk.legal.rulebook.names import FACTS
from privity.desk.legal.rulebook.profile import Profile
from privity.production import canonical
from privity.production.classes import Never
from privity.production.model import Answered, Authority, Kind, Operator
from privity.production.statement import DSSE, within
from privity.production.writing import Check, Report

NOT_REPLAYED: Final = "not replayed"
_BY_RULES: Final = (Kind.PRODUCTION, Kind.REFUSAL)
"""Kinds that deny by the codes of rules; a receipt denies whatever is not kept."""


class Stated(msgspec.Struct, frozen=True, kw_only=True):
    """What a statement says of the decision behind it."""

    kind: Kind
    collected_at: str
    operator: Operator
    instrument: str | None
    authority: Authority | None
    request_sha256: str | None
    rulebook_sha256: str | None
    verdict_codes: tuple[str, ...]
    requested: list[Any]
    released: tuple[Answered, ...]
    denied: tuple[Answered, ...]
    not_held: tuple[Answered, ...]
    named_in: tuple[str, ...] = ()


class _Statement(msgspec.Struct, frozen=True):
    predicate: Stated


class _Envelope(msgspec.Struct, frozen=True):
    payload: bytes


@dataclass(frozen=True, slots=True)
class Given:
    """The files of whoever replays. Without a rulebook it is the shipped one, without a profile nothing binds."""

    request: bytes = field(repr=False)
    rulebook: bytes | None = None
    profile: bytes | None = None
    found: bytes | None = field(default=None, repr=False)
    """Facts that the house found out or corrected; null takes one out."""
    today: date | None = None
    """The day of the verdict; that of the collection where it is not told."""


def replay(folder: Path, report: Report, given: Given | None) -> tuple[Check, ...]:
    """The lines about the verdict of a package, of which a verifier has said this.

    Raises RulebookError by its name where a file that is given cannot be read.
    """
    if given is None:
        return (Check("replay", "absent", f"{NOT_REPLAYED}: that takes the request"),)
    if not any(one.check == "statement" and one.status == "pass" for one in report.checks):
        return (Check("replay", "fail", f"{NOT_REPLAYED}: the statement does not hold"),)
    try:
        envelope = msgspec.json.decode((folder / "attest" / DSSE).read_bytes(), type=_Envelope)
        said = msgspec.json.decode(envelope.payload, type=_Statement).predicate
        today = given.today or date.fromisoformat(said.collected_at[:10])
    except ValueError:  # what msgspec raises is one, too
        return (Check("replay", "fail", f"{NOT_REPLAYED}: the statement is written in another way than here"),)
    if said.kind is Kind.PARTICIPANT_DISCLOSURE:
        return (Check("replay", "absent", f"{NOT_REPLAYED}: no rulebook decided about it"),)
    return tuple(_lines(said, given, today))


def day(text: str) -> date:
    """Raises DayInvalid."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise DayInvalid(f"expected a day such as 2026-11-26, got {text!r}") from None


def _lines(said: Stated, given: Given, today: date) -> Iterator[Check]:
    rulebook = loading.shipped() if given.rulebook is None else loading.load(given.rulebook)
    operator = Profile() if given.profile is None else profile.read(strict_yaml.load(given.profile))
    known = _known(given)
    verdict = evaluate(rulebook, operator, known, today)
    yield _line("rules", _other_rules(said, rulebook), f"by {rulebook.id} {rulebook.version}, as of {today}")
    yield _line("request", _other_request(said, given, known, verdict), "it asks what the statement answers")
    if given.profile is None:
        yield Check("profile", "absent", "none was given: nothing binds, and nothing is held")
    else:
        yield _line("profile", _other_profile(said, given.profile), "as the statement names it")
    yield _line("codes", _other_codes(said, verdict), f"{verdict.action}: {' '.join(verdict.codes) or 'by no rule'}")
    may = sorted(each.data_class for each in verdict.release)
    yield _line("released", _more(said, known, verdict), f"nothing but what may be: {' '.join(may) or 'nothing'}")


def _line(name: str, wrong: Iterable[str], right: str) -> Check:
    """Whatever a package says is told in plain characters."""
    found = "; ".join(wrong)
    return Check(name, "fail" if found else "pass", ascii(found or right)[1:-1])


def _known(given: Given) -> Facts:
    """The facts as the request states them, but for text that no rule asks for, and then as they are said beside."""
    read = strict_yaml.load(given.request)
    if not isinstance(read, dict):
        return facts.read(read)
    more: Any = {} if given.found is None else strict_yaml.load(given.found)
    if not isinstance(more, dict):
        return facts.read(more)
    stated = {name: value for name, value in read.items() if name in FACTS and name not in more}
    return facts.read({**stated, **{name: value for name, value in more.items() if value is not None}})


def _other_rules(said: Stated, rulebook: Rulebook) -> Iterator[str]:
    if said.rulebook_sha256 != rulebook.sha256:
        yield f"it was decided by the rulebook {said.rulebook_sha256}, this is {rulebook.sha256}"


def _other_request(said: Stated, given: Given, known: Facts, verdict: Verdict) -> Iterator[str]:
    if said.request_sha256 != (digest := hashlib.sha256(given.request).hexdigest()):
        yield f"the statement answers the request {said.request_sha256}, this is {digest}"
    if said.requested != list(canonical.builtins(asked(known))):
        yield "the statement answers other classes or days than these facts ask for"
    issued = known.text("issuing_country"), known.text("authority_kind")
    stated = (None, None) if said.authority is None else (said.authority.country, said.authority.kind)
    if stated != (issued if None not in issued else (None, None)):
        yield "the statement answers another authority"
    if said.instrument != (verdict.instrument or None):
        yield f"the statement calls it {said.instrument}, the facts {verdict.instrument or None}"


def _other_profile(said: Stated, given: bytes) -> Iterator[str]:
    if said.operator.profile_sha256 != (digest := hashlib.sha256(given).hexdigest()):
        yield f"the operator was {said.operator.profile_sha256}, this is {digest}"


def _other_codes(said: Stated, verdict: Verdict) -> Iterator[str]:
    if said.verdict_codes != verdict.codes:
        yield f"the statement says {' '.join(said.verdict_codes) or 'none'}, these facts give {verdict.action}: " + (
            " ".join(verdict.codes) or "none"
        )
        if verdict.action is Action.HOLD:
            yield "nothing is decided for a requester who was not verified, and these facts do not say so"
        if verdict.wanted:
            yield f"not known: {', '.join(verdict.wanted)}"
    codes = {each.data_class.value: each.code for each in verdict.denied}
    for one in said.denied if said.kind in _BY_RULES else ():
        if codes.get(one.named, one.why) != one.why:
            yield f"{one.named} is denied by {one.why}, these facts deny it by {codes[one.named]}"


def _more(said: Stated, known: Facts, verdict: Verdict) -> Iterator[str]:
    may = {each.data_class.value for each in verdict.release}
    for one in said.released:
        if one.named not in may:
            yield f"{one.named} is released, and these facts do not release it"
        if not any(within(one, each) for each in asked(known)):
            yield f"{one.named} is released from {one.since} to {one.until}, which was not asked for"
    if beyond := [one for one in said.named_in if one not in verdict.named]:
        yield f"others are named in {', '.join(beyond)}, and these facts do not let anybody name them"
    absent = {*Never, *(each.data_class for each in verdict.not_held)}
    for one in said.not_held:
        if one.why != NO_RECORDS and one.named not in absent:
            yield f"{one.named} is said not to be held, and by the profile it is"
