# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The report in the sections of the EU's template, one CSV each: what a desk knows, what the operator states (`said`),
and empty what nobody has said or this desk could never do.

What counts as what is our reading of the template, and for the operator's counsel to confirm:
- A *notice* is one that came by the public form. Reports that people make inside their conversations are no notices,
  because a private conversation is not hosted for the public; what follows from them is the house's own initiative.
- Every decision rests on the rules of the house, so nothing stands under "on the basis of the law" or in section 5.
- A warning restricts nothing and is no measure; an escalation decides nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from string import ascii_lowercase
from typing import Final

from privity.desk.decisions.actions import Action
from privity.desk.decisions.policies import POLICIES, PolicyName, pointed_to
from privity.desk.stated import Stated
from privity.desk.transparency import said, template
from privity.desk.transparency.authorities.model import OrdersRow
from privity.desk.transparency.category_names import CATEGORY_NAMES, KEYWORD_NAMES
from privity.desk.transparency.model import AppealsRow, DecisionsRow, TransparencyReport
from privity.desk.transparency.period import Period
from privity.desk.transparency.tables import Head, csv_of, indicated
from privity.desk.transparency.template import OTHER
from privity.message.report import Reason

NOTICE: Final = "public"
"""The source of what came by the public form."""

Place = tuple[str, str]
"""A category and a keyword below it."""

PLACES: Final[Mapping[PolicyName, Place]] = {
    PolicyName.SPAM: (template.BREACHES, OTHER),
    PolicyName.HARASSMENT: ("CYBER_VIOLENCE", "CYBER_HARASSMENT"),
    PolicyName.THREAT: ("VIOLENCE", OTHER),
    PolicyName.FRAUD: ("SCAMS_AND_FRAUD", OTHER),
    PolicyName.CHILD_SAFETY: ("PROTECTION_OF_MINORS", OTHER),
    PolicyName.SELF_HARM: ("SELF_HARM", OTHER),
    PolicyName.ILLEGAL_GOODS: ("UNSAFE_AND_PROHIBITED_PRODUCTS", "PROHIBITED_PRODUCTS"),
    PolicyName.HATE: ("ILLEGAL_OR_HARMFUL_SPEECH", "HATE_SPEECH"),
    PolicyName.INTIMATE_IMAGERY: ("CYBER_VIOLENCE", "NON_CONSENSUAL_IMAGE_SHARING"),
    PolicyName.IMPERSONATION: ("SCAMS_AND_FRAUD", "IMPERSONATION_ACCOUNT_HIJACKING"),
    PolicyName.BAN_EVASION: (template.BREACHES, OTHER),
    PolicyName.ABUSE_OF_REPORTING: (template.BREACHES, OTHER),
}
"""Where each rule of the house belongs in the template."""

MEASURES: Final[Mapping[Action, str]] = {
    Action.CHALLENGE: "Visibility restriction Interaction restricted",
    Action.LIMIT: "Visibility restriction Interaction restricted",
    Action.REMOVE_PUBLIC: "Visibility restriction Disable",
    Action.REMOVE_LINKS: "Visibility restriction Disable",
    Action.CLOSE_ROOM: "Provision of the service Termination",
    Action.SUSPEND: "Account restriction Suspension",
    Action.BAN: "Account restriction Termination",
}
"""What restricts somebody, and under which heading."""

NO_ORDERS: Final = (
    "Not counted: nothing was ever filed with the legal part of this desk. The provider reports orders elsewhere."
)
NO_ORDERS_TO_ACT: Final = (
    "Not counted: this desk takes no orders to act against content. The provider reports them elsewhere."
)
ON_PAPER: Final = "Not known: some came on paper, and were acknowledged outside of this desk."
AT_ONCE: Final = "hours; each is acknowledged in the moment in which it comes"
NO_TYPES: Final = "Not told apart: no type of illegal content is written down of orders to provide information."
_OF_ORDERS: Final = "Number of orders"
_OF_NOTICES: Final[Mapping[str, str]] = {
    "Number of notices received from Trusted flaggers": "Not told apart: the form has no place for trusted flaggers.",
    "Number of specific items of information included in the total number of notices": "Each notice names one item.",
}

_KEYWORDS: Final[Mapping[str, tuple[str, ...]]] = {
    **template.CATEGORIES,
    template.BREACHES: template.BREACH_KEYWORDS,
}

_DESCRIBED: Final = 'Description of the sub-category "Other"'

_TO_ACT: Final = 4
"""How many of the headings of orders are about orders to act against content."""
_GREECE: Final = {"GR": "EL"}
"""As Eurostat abbreviates it, and so the template."""

_AGAINST: Final[Mapping[Action, str]] = {
    Action.CHALLENGE: "visibility",
    Action.LIMIT: "visibility",
    Action.REMOVE_PUBLIC: "visibility",
    Action.REMOVE_LINKS: "visibility",
    Action.CLOSE_ROOM: "service",
    Action.SUSPEND: "account",
    Action.BAN: "account",
}


def sections(report: TransparencyReport, stated: Stated, service: str, published: date) -> dict[str, bytes]:
    """File names and what is in them: UTF-8, as RFC 4180 has it."""
    period = Period(report.first, report.last)
    head = Head(service, f"{period.first_day}/{period.last_day}")
    illegal = list(template.CATEGORIES.items())
    breaches = [*illegal, (template.BREACHES, template.BREACH_KEYWORDS)]
    own = [row for row in report.decisions if row.source != NOTICE]
    return {
        said.IDENTIFICATION: said.identification(stated, service, published, period),
        "2_categories_names.csv": _names(),
        "3_member_states_orders.csv": _orders(report, head),
        "4_notices.csv": _notices(report, head),
        "5_own_initiative_illegal.csv": _measures("Category of illegal content", illegal, [], head),
        "6_own_initiative_TC.csv": _measures(
            "Category of incompatibility with the provider's terms and conditions", breaches, own, head
        ),
        "7_appeals_and_recidivism.csv": indicated(template.rows_of_complaints(), _complaints(report), head),
        "8_automated_means.csv": indicated(template.rows_of_automated_means(), _automated(report), head),
        said.HUMAN_RESOURCES: said.people(stated, report.moderators, head),
        said.RECIPIENTS: said.recipients(stated, head),
        said.QUALITATIVE: said.words(stated, head),
        said.WHOSE: said.whose(stated),
    }


def _names() -> bytes:
    """Section 2: how the house's own rules are sorted into the categories."""
    rows = [("TOTAL", "All the entries", "TOTAL", "")]
    for number, (category, name) in enumerate(CATEGORY_NAMES.items(), 1):
        rows.append((f"Category {number}", name, f"STATEMENT_CATEGORY_{category}", ""))
        for letter, keyword in zip(ascii_lowercase, _KEYWORDS.get(category, ()), strict=False):
            mapped = _rules_of((category, keyword))
            rows.append((f"Category {number}{letter}", KEYWORD_NAMES[keyword], f"KEYWORD_{keyword}", mapped))
    return csv_of([template.NAMES, *rows])


def _orders(report: TransparencyReport, head: Head) -> bytes:
    """Section 3. Where nobody counted orders nothing stands in place of a count, not even a zero."""
    rows = [(*template.PERIOD, "Category of illegal content", _DESCRIBED, "Scope", *template.ORDERS, *_of_orders())]
    blank = ("",) * len(template.ORDERS)
    by_state = {row.state: row for row in report.orders}
    for _, name, _ in _lines([*template.CATEGORIES.items(), (template.NO_ORDER_SPECIFIED, ())]):
        if not report.orders_counted:
            values, why = blank, _not_counted(name, NO_ORDERS, template.ORDERS)
            rows.append((template.ALL, *head, name, "", "TOTAL", *values, *why))
            continue
        everything = name in ("TOTAL", f"STATEMENT_CATEGORY_{template.NO_ORDER_SPECIFIED}")
        for state in ("", *sorted(by_state.keys() - {""})) if everything else ("",):
            found = by_state.get(state, OrdersRow(state, 0, None, None)) if everything else OrdersRow("", 0, None, None)
            values, why = _order_values(found, name)
            rows.append((template.ALL, *head, name, "", _GREECE.get(state, state) or "TOTAL", *values, *why))
    return csv_of(rows)


def _not_counted(name: str, words: str, headings: Sequence[str]) -> tuple[str, ...]:
    """Said once, beside the counts of the total."""
    return tuple(words if name == "TOTAL" and each.startswith(_OF_ORDERS) else "" for each in headings)


def _order_values(found: OrdersRow, name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The values of one row, and what is to be said beside them."""
    informed = "" if found.informed_h is None else str(found.informed_h)
    effect = "" if found.effect_h is None else str(found.effect_h)
    to_act = template.ORDERS[:_TO_ACT]
    told = (AT_ONCE if informed else ON_PAPER) if found.received else ""
    types = NO_TYPES if name == f"STATEMENT_CATEGORY_{template.NO_ORDER_SPECIFIED}" and found.received else ""
    values = ("",) * len(to_act) + (str(found.received), informed, effect)
    return values, (*_not_counted(name, NO_ORDERS_TO_ACT, to_act), types, told, "hours" if effect else "")


def _notices(report: TransparencyReport, head: Head) -> bytes:
    received: Counter[Place] = Counter()
    for row in report.reports:
        if row.source == NOTICE:
            received[_notified(row.reason)] += row.count
    acted: Counter[Place] = Counter()
    for decided in report.decisions:
        if decided.source == NOTICE and Action(decided.action) in MEASURES:
            acted[_specified(PLACES[PolicyName(decided.policy)])] += decided.count
    waited = {row.policy: row.median_h for row in report.times if row.source == NOTICE}
    rows = [(*template.PERIOD, "Category of illegal content", _DESCRIBED, *template.NOTICES, *_contexts("information"))]
    for place, name, described in _lines([*template.CATEGORIES.items(), (template.NOT_SPECIFIED, ())]):
        hours = _only(waited, place)
        came, actions = _under(received, place), _under(acted, place)
        values = (came, "", came, "", hours, "", 0, "", actions, "")
        said_of = {"Median time to take action": "hours" if hours else ""}
        if name == "TOTAL":
            said_of |= _OF_NOTICES
        contexts = [said_of.get(heading, "") for heading in template.NOTICES]
        rows.append((template.HOSTING, *head, name, described, *map(str, values), *contexts))
    return csv_of(rows)


def _measures(
    heading: str, categories: Sequence[tuple[str, tuple[str, ...]]], rows: Iterable[DecisionsRow], head: Head
) -> bytes:
    """What this desk can never do is left blank, as the template asks; what it could have done and did not is 0."""
    taken: Counter[tuple[Place, str]] = Counter()
    alone: Counter[Place] = Counter()
    for row in rows:
        measure = MEASURES.get(Action(row.action))
        if measure is not None:
            place = PLACES[PolicyName(row.policy)]
            taken[place, measure] += row.count
            alone[place] += row.count if row.automated else 0
    made = [(*template.PERIOD, heading, _DESCRIBED, *template.MEASURES, *_contexts("Information", template.MEASURES))]
    for place, name, described in _lines(categories):
        of_measure = [
            _taken(taken, measure, place) if measure in MEASURES.values() else "" for measure in template.MEASURES[2:]
        ]
        every = sum(_taken(taken, measure, place) for measure in MEASURES.values())
        values = (every, _under(alone, place), *of_measure)
        made.append((template.ALL, *head, name, described, *map(str, values), *("" for _ in template.MEASURES)))
    return csv_of(made)


def _taken(taken: Counter[tuple[Place, str]], measure: str, place: Place) -> int:
    return sum(count for (where, what), count in taken.items() if what == measure and _within(where, place))


def _complaints(report: TransparencyReport) -> dict[tuple[str, str], object]:
    found: dict[tuple[str, str], object] = _answers(template.ALL_COMPLAINTS, report.appeals)
    if report.appeals_median_h is not None:
        found[template.ALL_COMPLAINTS, "Median time"] = report.appeals_median_h
    for kind in ("visibility", "service", "account", "notice"):  # nobody is paid here, and no flagger is trusted
        indicator = template.AGAINST[kind]
        rows = [row for row in report.appeals if _kind(row) == kind]
        found |= _answers(indicator, rows)
        if len(rows) == 1 and rows[0].median_h is not None:
            found[indicator, "Median time"] = rows[0].median_h
    found[template.UNFOUNDED, template.TOTAL] = sum(
        row.count
        for row in report.decisions
        if row.policy == PolicyName.ABUSE_OF_REPORTING and row.action in (Action.LIMIT, Action.SUSPEND)
    )
    return found


def _answers(indicator: str, rows: Sequence[AppealsRow]) -> dict[tuple[str, str], object]:
    return {
        (indicator, template.TOTAL): sum(row.lodged for row in rows),
        (indicator, "Decisions upheld"): sum(row.upheld for row in rows),
        (indicator, "Decisions reversed"): sum(row.overturned for row in rows),
    }


def _kind(row: AppealsRow) -> str | None:
    """By the measure that was taken, which may be too much or too little; else that none was taken on a notice."""
    return _AGAINST.get(Action(row.action), "notice" if row.party == "notifier" else None)


def _automated(report: TransparencyReport) -> dict[tuple[str, str], object]:
    measures = [row for row in report.decisions if Action(row.action) in MEASURES]
    found: dict[tuple[str, str], object] = {}
    for scope, rows in (
        (template.TOTAL, measures),
        (template.OWN_INITIATIVE, [row for row in measures if row.source != NOTICE]),
    ):
        found[template.BY_MACHINES, scope] = sum(row.count for row in rows if row.automated)
        found[template.BY_PEOPLE, scope] = sum(row.count for row in rows if not row.automated)
    notices = [row for row in report.decisions if row.source == NOTICE and row.action != Action.ESCALATE]
    found[template.NOTICES_BY_MACHINES, template.ALL_NOTICES] = sum(row.count for row in notices if row.automated)
    found[template.NOTICES_BY_PEOPLE, template.ALL_NOTICES] = sum(row.count for row in notices if not row.automated)
    return found


def _notified(reason: int) -> Place:
    """Where a notice belongs by what its sender says is wrong."""
    names = pointed_to(Reason(reason)) if reason in {int(known) for known in Reason} else ()
    return _specified(PLACES[names[0]]) if names else (template.NOT_SPECIFIED, "")


def _specified(place: Place) -> Place:
    """Section 4 knows illegal content alone: what breaks only the house's own terms is not specified there."""
    return (template.NOT_SPECIFIED, "") if place[0] == template.BREACHES else place


def _lines(categories: Iterable[tuple[str, tuple[str, ...]]]) -> Iterator[tuple[Place, str, str]]:
    """The place, its name in the template, and what stands for its "other" keyword."""
    yield ("", ""), "TOTAL", ""
    for category, keywords in categories:
        yield (category, ""), f"STATEMENT_CATEGORY_{category}", ""
        for keyword in keywords:
            described = _rules_of((category, keyword)) if keyword == OTHER else ""
            yield (category, keyword), f"KEYWORD_{keyword}", described


def _rules_of(place: Place) -> str:
    """The house's own rules that belong there, by their titles."""
    return "; ".join(POLICIES[policy].title for policy, where in PLACES.items() if where == place)


def _within(where: Place, place: Place) -> bool:
    """Whether a count belongs to a line: to that of its keyword, of its category, and to the total."""
    return place[0] in ("", where[0]) and place[1] in ("", where[1])


def _under(counts: Counter[Place], place: Place) -> int:
    return sum(count for where, count in counts.items() if _within(where, place))


def _only(by_policy: Mapping[str, float], place: Place) -> str:
    """A median, where one rule alone belongs to the line: those of several cannot be put together."""
    if place == ("", ""):
        return str(by_policy.get("", ""))
    places = {policy: _specified(PLACES[PolicyName(policy)]) for policy in by_policy if policy}
    found = [by_policy[policy] for policy, where in places.items() if _within(where, place)]
    return str(found[0]) if len(found) == 1 else ""


def _contexts(word: str, headings: Sequence[str] = template.NOTICES) -> list[str]:
    return [f"Contextual {word} on {heading}" for heading in headings]


def _of_orders() -> list[str]:
    """The template writes the first two of these headings small."""
    small = [heading[0].lower() + heading[1:] for heading in template.ORDERS[:2]]
    return _contexts("information", [*small, *template.ORDERS[2:]])
