# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The report as one page for everybody: without scripts, with pictures of its own, and the numbers beneath each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from privity.desk.stated import Stated
from privity.desk.transparency import said, words
from privity.desk.transparency.authorities import published
from privity.desk.transparency.model import ReportsRow, TransparencyReport, by, total
from privity.desk.transparency.period import Period
from privity.desk.transparency.plots import Bar, Span, bars, spans

_LEVELS: Final = (2, 1, 0)
"""What is proven first stands first."""

_TEMPLATES: Final = Environment(
    loader=PackageLoader("privity.desk.transparency"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture, the sentence that it is about, and its numbers as a table."""

    says: str
    picture: Markup
    heads: Sequence[str]
    rows: Sequence[Sequence[object]]


def html(report: TransparencyReport, stated: Stated, service: str, command: str) -> bytes:
    """The page; `command` stands beneath it, for whoever wants to make it again."""
    asked = [(each, stated.values[each.name]) for each in said.ASKED if each.name in stated.values]
    shown = _TEMPLATES.get_template("report.html").render(
        report=report,
        service=service,
        command=command,
        period=Period(report.first, report.last),
        received=total(report.reports),
        proven=sum(row.count for row in report.reports if row.level > 0),
        decisions=total(report.decisions),
        automated=sum(row.count for row in report.decisions if row.automated),
        waited=next((row for row in report.times if not row.source and not row.policy), None),
        figures=_figures(report),
        words=words,
        asked=[(each.indicator, value) for each, value in asked],
        missing=said.missing(stated),
        recipients=stated.recipients,
        languages=stated.languages,
        authorities=published.tables(report.authorities),
    )
    return shown.encode()


def _figures(report: TransparencyReport) -> list[Figure]:
    found = []
    if report.reports:
        months = Period(report.first, report.last).months()
        found.append(
            _by_level(
                report.reports,
                "months",
                "Reports received each month, by what was proven",
                lambda row: row.month,
                months,
            )
        )
        chosen = by(report.reports, lambda row: words.reason(row.reason))
        names = sorted(chosen, key=lambda name: (-chosen[name], name))
        found.append(
            _by_level(
                report.reports, "reasons", "Reports by the reason given", lambda row: words.reason(row.reason), names
            )
        )
    if report.decisions:
        found += [_decisions(report), _policies(report)]
    timed = [row for row in report.times if not row.source and row.policy]
    if timed:
        found.append(_times(report))
    if report.appeals_answered:
        found.append(_appeals(report))
    return [*found, *_authorities(report)]


def _authorities(report: TransparencyReport) -> Iterator[Figure]:
    """Two pictures at most: who got how much, and what was asked for. A number that is grouped is in no picture."""
    outcomes = ("produced_in_full", "produced_in_part", "rejected")
    says = "Requests of authorities that were answered, by who asked"
    if figure := _by_outcome(report, "askers", says, published.REQUESTS, outcomes):
        yield figure
    outcomes = ("released", "denied", "not_held")
    says = "What authorities asked for, and what became of it"
    if figure := _by_outcome(report, "classes", says, published.CLASSES, outcomes):
        yield figure


def _by_outcome(
    report: TransparencyReport, key: str, says: str, section: str, outcomes: Sequence[str]
) -> Figure | None:
    """Rows of which every part is a number; None without any."""
    counts = [published.numbers(report.authorities, section, outcome) for outcome in outcomes]
    names = [name for name in counts[0] if all(name in each for each in counts) and any(each[name] for each in counts)]
    if not names:
        return None
    parts = [published.WORDS[outcome] for outcome in outcomes]
    rows = [(name, tuple(each[name] for each in counts)) for name in names]
    picture = bars(key, says, "requests", [Bar(name, values) for name, values in rows], parts)
    return Figure(says, picture, ("", *parts), [(name, *values) for name, values in rows])


def _by_level(
    rows: Iterable[ReportsRow], key: str, says: str, of: Callable[[ReportsRow], str], names: Sequence[str]
) -> Figure:
    counted = by(rows, lambda row: (of(row), row.level))
    parts = [words.LEVELS[level] for level in _LEVELS]
    values = [tuple(counted.get((name, level), 0) for level in _LEVELS) for name in names]
    picture = bars(key, says, "reports", [Bar(name, value) for name, value in zip(names, values, strict=True)], parts)
    table = [(name, *value, sum(value)) for name, value in zip(names, values, strict=True)]
    return Figure(says, picture, ("", *parts, "all"), table)


def _decisions(report: TransparencyReport) -> Figure:
    counted = by(report.decisions, lambda row: words.ACTIONS.get(row.action, row.action))
    return _plain("actions", "What was decided", "decisions", counted)


def _policies(report: TransparencyReport) -> Figure:
    counted = by(report.decisions, lambda row: words.policy(row.policy))
    return _plain("policies", "Decisions by the rule that they rest on", "decisions", counted)


def _plain(key: str, says: str, unit: str, counted: dict[str, int]) -> Figure:
    ordered = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    return Figure(says, bars(key, says, unit, [Bar(name, (value,)) for name, value in ordered]), ("", unit), ordered)


def _times(report: TransparencyReport) -> Figure:
    says = "From the first report to the decision: median, and what 95 of 100 did not exceed"
    rows = sorted(
        (row for row in report.times if not row.source and row.policy), key=lambda row: (-row.p95_h, row.policy)
    )
    drawn = [Span(words.policy(row.policy), row.median_h, row.p95_h, row.count) for row in rows]
    table = [(span.name, span.of, span.middle, span.end) for span in drawn]
    return Figure(says, spans("times", says, "hours", drawn), ("", "decisions", "median, h", "95th of 100, h"), table)


def _appeals(report: TransparencyReport) -> Figure:
    says = "What became of appeals, by the kind of decision"
    parts = ("upheld", "overturned")
    names = {row.action: words.ACTIONS.get(row.action, row.action) for row in report.appeals}
    values = {
        action: tuple(sum(getattr(row, part) for row in report.appeals if row.action == action) for part in parts)
        for action in names
    }
    ordered = sorted(names, key=lambda action: (-sum(values[action]), action))
    picture = bars(
        "appeals", says, "appeals answered", [Bar(names[action], values[action]) for action in ordered], parts
    )
    return Figure(says, picture, ("", *parts), [(names[action], *values[action]) for action in ordered])
