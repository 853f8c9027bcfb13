# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""From exact counts to the lines that are published. Nothing else here lets a count out.

Who asked is told where at least three requests stand together: rows with fewer are put together, and where that is not
enough the next smallest joins them, so that no row can be had by subtracting the others. A count of one or two says
"fewer than 3", and names no rule. Times of fewer than three requests are left out. What the law asks for as it is
(`OrdersRow`) is no line of this. That there were few, or none, is not hidden: which they were is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from privity.desk.transparency.authorities.model import AskedRow, CodeRow, EpocRow, Exact, Line
from privity.desk.transparency.period import Period

FEWEST: Final = 3
FEW: Final = "fewer than 3"
OTHERS: Final = "others"
BAND: Final = 250
"""18 USC 1874(a)(3): all process of national security together, and all the accounts it is about, in bands of 250."""
HALF_YEAR: Final = 6
"""Months that a report of bands covers at least."""

_NOT_REQUESTS: Final = frozenset({"targets", "accounts"})
_UNITS: Final = {"targets": "targets", "accounts": "accounts"}


def shown(count: int) -> int | str:
    """A count as it is published."""
    return FEW if 0 < count < FEWEST else count


def lines(exact: Exact, period: Period) -> list[Line]:
    """Everything that is published, in order; nothing where nothing was ever filed."""
    return list(_lines(exact, period)) if exact.ever else []


def _lines(exact: Exact, period: Period) -> Iterator[Line]:
    yield Line("authorities", "filed", shown(exact.filed))
    yield from _asked(exact.asked)
    for row in exact.classes:
        for what in ("asked", "released", "denied", "not_held", "preserved"):
            yield Line("authorities: classes", what, shown(getattr(row, what)), data_class=row.data_class)
    yield from _codes(exact.rejected)
    for waited in exact.waited:
        if waited.count >= FEWEST:
            of = {"instrument": waited.instrument, "unit": "hours"}
            yield Line("authorities: times", f"{waited.what}, median", waited.median_h, **of)
            yield Line("authorities: times", f"{waited.what}, longest", waited.max_h, **of)
    for hold in exact.holds:
        for what in ("ordered", "taken", "renewed", "ended_by_time", "produced", "withdrawn"):
            yield Line("authorities: kept apart", what, shown(getattr(hold, what)), "holds", code=hold.kind)
    yield from _notices(exact)
    for name in ("forged", "unverified", "checks_failed", "passkeys_copied", "marked"):
        yield Line("authorities: fraud", name, shown(getattr(exact.fraud, name)), "attempts")
    yield Line("authorities: capabilities", "asked", shown(exact.capability_asked))
    yield Line("authorities: capabilities", "refused", shown(exact.capability_refused))
    yield Line("authorities: productions", "fetched", shown(exact.fetched), "times")
    yield from _epoc(exact.epoc)
    if len(period.months()) >= HALF_YEAR:
        for what, count in (
            ("process received", exact.national_security),
            ("accounts it is about", exact.national_security_targets),
        ):
            yield Line("authorities: national security of the United States", what, band(count), "(a band)")


def band(count: int) -> str:
    """The band of 250 in which it lies."""
    first = count // BAND * BAND
    return f"{first} to {first + BAND - 1}"


def _codes(rows: Sequence[CodeRow]) -> Iterator[Line]:
    """A rule belongs to an instrument, and would tell by which one a single request came."""
    for of in ("rule", "ground"):
        mine = [row for row in rows if row.of == of]
        found = {row.code: row.count for row in mine if row.count >= FEWEST}
        if rest := sum(row.count for row in mine if row.count < FEWEST):
            found[OTHERS] = rest
        for code, count in found.items():
            yield Line(f"authorities: rejected by {of}", "rejected", shown(count), code=code)


def _notices(exact: Exact) -> Iterator[Line]:
    notices = exact.notices
    for name, unit in (
        ("people", "people"),
        ("told", "people"),
        ("nobody", "people"),
        ("authority_informs", "requests"),
        ("gagged", "requests"),
        ("objections", "objections"),
        ("turned_away", "objections"),
        ("goes_on", "objections"),
        ("narrowed", "objections"),
        ("stopped", "objections"),
    ):
        yield Line("authorities: notices", name, shown(getattr(notices, name)), unit)
    if notices.gag_days is not None and notices.gagged >= FEWEST:
        yield Line("authorities: notices", "gagged, median", notices.gag_days, "days")


def _asked(rows: Sequence[AskedRow]) -> Iterator[Line]:
    keys, counts = AskedRow.__struct_fields__[:3], AskedRow.__struct_fields__[3:]
    for key, row in together(rows, keys, counts):
        country, instrument, emergency = key
        for what in counts:
            yield Line(
                "authorities: requests",
                what,
                shown(row[what]),
                _UNITS.get(what, "requests"),
                country=country,
                instrument=instrument,
                emergency=emergency,
            )


def _epoc(rows: Sequence[EpocRow]) -> Iterator[Line]:
    keys, counts = EpocRow.__struct_fields__[:4], ("received", "fulfilled", "not_fulfilled")
    by_key = {_key(row, keys): row for row in rows}
    for key, row in together(rows, keys, counts):
        instrument, state, emergency, data_type = key
        of: dict[str, Any] = {
            "country": state,
            "instrument": instrument,
            "emergency": emergency,
            "data_class": data_type,
        }
        for what in counts:
            yield Line("authorities: Regulation (EU) 2023/1543", what, shown(row[what]), **of)
        alone = by_key.get(key)
        if alone is not None and alone.mean_h is not None and alone.timed >= FEWEST:
            yield Line("authorities: Regulation (EU) 2023/1543", "mean time", alone.mean_h, "hours", **of)


def together(
    rows: Iterable[Any], keys: Sequence[str], counts: Sequence[str]
) -> list[tuple[tuple[str, ...], dict[str, int]]]:
    """Rows with fewer than three requests put together into one row of others, which is the last."""
    waiting = sorted((_size(row, counts), _key(row, keys), row) for row in rows)
    others: dict[str, int] = dict.fromkeys(counts, 0)
    joined = 0
    while waiting and (waiting[0][0] < FEWEST or (joined and _most(others) < FEWEST)):
        _, _, row = waiting.pop(0)
        others = {what: others[what] + getattr(row, what) for what in counts}
        joined += 1
    found = [(key, {what: getattr(row, what) for what in counts}) for _, key, row in waiting]
    found.sort(key=lambda item: item[0])
    if joined:
        found.append(((OTHERS,) * len(keys), others))
    return found


def _size(row: Any, counts: Sequence[str]) -> int:
    return _most({what: getattr(row, what) for what in counts})


def _most(counts: dict[str, int]) -> int:
    return max((count for what, count in counts.items() if what not in _NOT_REQUESTS), default=0)


def _key(row: Any, keys: Sequence[str]) -> tuple[str, ...]:
    values = (getattr(row, key) for key in keys)
    return tuple(("yes" if value else "no") if isinstance(value, bool) else str(value) for value in values)
