# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Class by class: what of the data that was asked for an instrument gives, keeps, denies or leaves to counsel."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from privity.desk.legal.rulebook.facts import Facts, TargetKind
from privity.desk.legal.rulebook.model import Action, Denied, Given, Instrument, Narrower, NotHeld, Rule, Rulebook
from privity.desk.legal.rulebook.names import OF_NAMING
from privity.desk.legal.rulebook.predicates import Truth, outcome
from privity.desk.legal.rulebook.profile import Profile, holds_of
from privity.production.classes import GIVES, Never, Permit, Releasable

DENIED: Final = "D-CLASS"
_ACCOUNTS: Final = frozenset(kind.value for kind in TargetKind)

_WHY_DENIED: Final[Mapping[Permit, str]] = {
    Permit.DENY: "this instrument does not reach this class",
    Permit.COMPEL_WITH_COURT: "this instrument reaches this class only by order of a court",
    Permit.COMPEL_IF_THRESHOLD: "this instrument reaches this class only in the graver cases that the law lists",
    Permit.PARTICIPANT_DEVICE_ONLY: "only the participant's own device can hand this over",
}


@dataclass(frozen=True, slots=True)
class Scope:
    """What becomes of each class that was asked for, before the verdict is known."""

    given: tuple[Given, ...] = ()
    kept: tuple[Releasable, ...] = ()
    """By an instrument that preserves and does not disclose."""
    for_counsel: tuple[Releasable, ...] = ()
    denied: tuple[Denied, ...] = ()
    not_held: tuple[NotHeld, ...] = ()


def scope(
    rulebook: Rulebook, instrument: Instrument, profile: Profile, facts: Facts, narrowing: Iterable[Rule], day: date
) -> Scope:
    """Sort the classes. A class that is not held is that first of all, whatever the instrument says of it."""
    asked = facts.words("classes")
    taken_out: dict[Releasable, Rule] = {}
    for rule in narrowing:
        for each in rule.removes:
            taken_out.setdefault(each, rule)
    given, kept, counsel, denied = [], [], [], []
    not_held = [NotHeld(never, rulebook.classes[never].statement) for never in Never if never in asked]
    for each in Releasable:
        if each not in asked:
            continue
        permit = instrument.permits[each]
        if each not in profile.holds:
            not_held.append(NotHeld(each, rulebook.classes[each].statement))
        elif each in taken_out:
            denied.append(Denied(each, taken_out[each].code, taken_out[each].reason))
        elif permit is Permit.REFER:
            counsel.append(each)
        elif permit is Permit.PRESERVE:
            kept.append(each)
        elif reaches(instrument, each, facts, day):
            given.append(Given(each, permit, instrument.permit_notes.get(each, "")))
        else:
            denied.append(Denied(each, DENIED, _WHY_DENIED[permit]))
    return Scope(tuple(given), tuple(kept), tuple(counsel), tuple(denied), tuple(not_held))


def reaches(instrument: Instrument, data_class: Releasable, facts: Facts, day: date) -> bool:
    """Whether the permit gives the class, with its condition shown to hold where it has one."""
    permit = instrument.permits[data_class]
    condition = instrument.conditions.get(permit)
    if permit in (Permit.COMPEL_WITH_COURT, Permit.COMPEL_IF_THRESHOLD):
        return condition is not None and outcome(condition, facts, day) is Truth.TRUE
    return permit in GIVES


def names_others(instrument: Instrument, facts: Facts, given: Iterable[Given], day: date) -> tuple[Releasable, ...]:
    """The classes, of those given, in which the instrument allows what the order asks: that others be named."""
    allowed = instrument.names_others
    if allowed is None or any(facts.get(name) is None for name in OF_NAMING):
        return ()
    if allowed.when is not None and outcome(allowed.when, facts, day) is not Truth.TRUE:
        return ()
    return tuple(each.data_class for each in given if each.data_class in allowed.classes)


def binds(instrument: Instrument, profile: Profile) -> bool:
    return all(holds_of(profile, fact) for fact in instrument.binding_if)


def applies(instrument: Instrument, today: date) -> bool:
    begun = instrument.applies_from is None or instrument.applies_from <= today
    return begun and (instrument.applies_until is None or today <= instrument.applies_until)


def comes_from(instrument: Instrument, facts: Facts) -> bool:
    """Whether the authorities of the country that issued it may; what comes from no authority needs no country."""
    if instrument.no_country:
        return True
    country = facts.text("issuing_country")
    return country is not None and (instrument.issued_by is None or country in instrument.issued_by)


def names_accounts(facts: Facts) -> bool:
    """Whether every target names one account and no other."""
    targets = facts.targets()
    return bool(targets) and all(target.kind in _ACCOUNTS for target in targets)


def preserved(instrument: Instrument, sorted_: Scope, action: Action) -> tuple[Releasable, ...]:
    """What is kept apart, if the instrument is one that may ask for it at all."""
    if sorted_.kept and action in (Action.NARROW, Action.PROCEED):
        return sorted_.kept
    keeps = instrument.keeping.on_reject if action is Action.REJECT else instrument.keeping.on_receipt
    if not keeps:
        return ()
    reached = {given.data_class for given in sorted_.given} | set(sorted_.for_counsel)
    return tuple(each for each in Releasable if each in reached)


def elsewhere(
    rulebook: Rulebook, instrument: Instrument, profile: Profile, facts: Facts, sorted_: Scope, today: date
) -> tuple[Narrower, ...]:
    """What of it this instrument reaches, and which others of the same country reach the rest."""
    found = []
    within = tuple(given.data_class for given in sorted_.given)
    denied = {each.data_class for each in sorted_.denied}
    if denied and within:
        found.append(Narrower("the same instrument, for these classes alone", instrument.id, within))
    for other in rulebook.instruments.values():
        same = other.issued_by is not None and not other.no_country and comes_from(other, facts)
        if other.id == instrument.id or not same or not binds(other, profile) or not applies(other, today):
            continue
        more = tuple(
            each for each in Releasable if each in denied and other.permits[each] in GIVES - {Permit.VOLUNTARY}
        )
        if more:
            found.append(Narrower(other.title, other.id, more))
    return tuple(found)
