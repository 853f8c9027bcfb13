# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What was seen of an account, and from where on it is too much, in sentences for whom it concerns.

They read what they did themselves, with numbers. That somebody blocked or reported them, how many, and who of those
asked is a minor, they do not: whoever said no would have to fear it, and a number would be an answer to who is a child.
Nor do they read what happened where somebody else did it (`protection.DONE_TO_IT`), or a condition that names such a
thing. The staff read all of it, in the case.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from privity.desk.signals.features.events import EventKind
from privity.desk.signals.ladder.protection import DONE_TO_IT
from privity.desk.signals.language.catalogue import Feature
from privity.desk.signals.language.measuring import features_in
from privity.desk.signals.language.rule import Rule
from privity.desk.signals.language.rule_set import Reason, RuleSet
from privity.desk.signals.language.types import Type
from privity.desk.signals.language.written_out import expression

MOST_FACTS: Final = 20
"""Of one rule, so that a statement stays one that people read."""
MOST_CHARS: Final = 1_000
"""Of the conditions, written out."""

_PERIODS: Final = ("15s", "1h", "24h", "7d")
_OWN_COUNTS: Final = (
    "messages", "reached", "rooms_written", "groups_made", "people_added", "knocks", "asked", "strangers_asked",
    "accepted", "blocks", "reports_made", "shown",
)  # fmt: skip
TOLD: Final = frozenset(
    {
        "kind", "age", "count", "people", "rooms", "largest", "account_seconds", "account_hours", "account_days",
        "came_invited", "answerable_7d", "acceptance_lower", "acceptance_upper", "long_answerable_7d",
        "long_acceptance_upper", "reports_closed", "reports_upheld", "upheld_lower", "upheld_upper", "election",
        "labelled_coordinated",
    }
    | {f"{name}_{period}" for name in _OWN_COUNTS for period in _PERIODS}
)  # fmt: skip
"""Features of what an account did itself, or knows itself: the only ones whose values are told to it. And that people
confirmed that it acts together with others: what they saw is told with it (`confirmed`)."""

_HAPPENED: Final[Mapping[EventKind, str]] = {
    EventKind.REGISTERED: "What happened: the account was made",
    EventKind.SENT: "What happened: it sent messages",
    EventKind.ASKED: "What happened: it asked somebody for contact",
    EventKind.ACCEPTED: "What happened: it said yes to somebody",
    EventKind.BLOCKED: "What happened: it blocked somebody",
    EventKind.REPORTED: "What happened: it reported somebody",
    EventKind.CREATED: "What happened: it made a conversation",
    EventKind.ADDED: "What happened: it brought people into a conversation",
    EventKind.KNOCKED: "What happened: it asked by a link to be let in",
    EventKind.SHOWED: "What happened: it changed what it shows to everybody",
    EventKind.INVITED: "What happened: somebody came by its invite",
    EventKind.WAS_ACCEPTED: "What happened: somebody said yes to it",
    EventKind.WAS_BLOCKED: "What happened: somebody blocked it",
    EventKind.WAS_REPORTED: "What happened: somebody reported it",
}
"""In words: the feature's own are for whoever writes rules."""

UNTOLD: Final = (
    "It was looked at, too, whom this concerned and how they took it. Of that nothing is told, so that nobody has to"
    " fear having said no; who answers an appeal sees it."
)
GENERAL: Final = "The account behaves as accounts do whose contact people do not want."


def facts(rules: RuleSet, rule: Rule, reason: Reason) -> tuple[str, ...]:
    """What the rule looked at, each with its value, and then its conditions as they are written."""
    features = rules.catalogue.feature
    conditions = [node for node in rule.when if not untold(features_in(node, rules.names))]
    own = [node for node in conditions if not _names_others(expression(node, rules.names))]
    by_others = _by_others(rules, rule, reason)
    seen = [
        said(features[name], value)
        for name, value in sorted(reason.values.items())
        if name in TOLD and not (by_others and name == "kind")
    ]
    written = " and ".join(expression(node, rules.names) for node in own)
    holds = f"The rule holds where {_short(written)}." if len(own) == len(rule.when) else ""
    partly = f"A part of the rule is: {_short(written)}." if own and not holds else ""
    last = (UNTOLD,) if by_others or untold(rule.features) else ()
    return (*seen[:MOST_FACTS], *(one for one in (holds, partly) if one), *last)


def told(rules: RuleSet, rule: Rule, reason: Reason) -> str:
    """Why, in the rule's own words where those say nothing of others."""
    return GENERAL if _by_others(rules, rule, reason) or untold(rule.features) else reason.because


def _by_others(rules: RuleSet, rule: Rule, reason: Reason) -> bool:
    """Whether it held for something that others did, or asks for such a thing."""
    named = any(_names_others(expression(node, rules.names)) for node in rule.when)
    return named or reason.values.get("kind") in DONE_TO_IT


def _names_others(written: str) -> bool:
    """Whether a condition, written out, asks for something that others did."""
    return any(repr(kind.value) in written for kind in DONE_TO_IT)


def untold(features: Collection[str]) -> bool:
    """Whether there is one among them whose value is not told."""
    return not TOLD.issuperset(features)


def said(feature: Feature, value: object) -> str:
    """One value in a sentence."""
    if feature.name == "kind" and value in _HAPPENED:
        return f"{_HAPPENED[EventKind(str(value))]} (kind: {value})."
    return f"{feature.says[0].upper()}{feature.says[1:]} ({feature.name}): {_value(feature, value)}."


def seen(values: Mapping[str, Any], features: Mapping[str, Feature]) -> tuple[str, ...]:
    """The same of values that no rule looked at but a method of another sort; names that are no features stay so.

    Of features, only those that are told.
    """
    return tuple(
        said(features[name], value) if name in features else f"{name}: {value}."
        for name, value in sorted(values.items())[:MOST_FACTS]
        if name in TOLD or name not in features
    )


def _value(feature: Feature, value: object) -> str:
    if feature.type is Type.TRUTH:
        return "yes" if value else "no"
    if isinstance(value, float):
        shown = f"{value:,.3g}" if abs(value) < 1000 else f"{value:,.0f}"
    else:
        shown = f"{value:,}" if isinstance(value, int) else str(value)
    return f"{shown} {feature.unit}" if feature.unit else shown


def _short(text: str) -> str:
    return text if len(text) <= MOST_CHARS else f"{text[:MOST_CHARS]} ..."
