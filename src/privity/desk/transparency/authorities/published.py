# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What the page of the report shows of requests of authorities: of the published lines alone, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from privity.desk.transparency.authorities.grouping import OTHERS
from privity.desk.transparency.authorities.model import Line

REQUESTS: Final = "authorities: requests"
CLASSES: Final = "authorities: classes"
WORDS: Final[Mapping[str, str]] = {
    "received": "received",
    "targets": "targets",
    "rejected": "rejected",
    "clarified": "asked back",
    "challenged": "challenged",
    "referred": "to counsel",
    "narrowed": "narrowed by us",
    "produced_in_full": "produced in full",
    "produced_in_part": "produced in part",
    "nothing_held": "nothing there",
    "preserved": "kept apart",
    "accounts": "accounts",
    "asked": "asked for",
    "released": "released",
    "denied": "denied",
    "not_held": "not held",
    "filed": "Everything that came, also from whom nobody could verify",
    "people": "People whom requests were about",
    "told": "People who were told",
    "nobody": "People who were not here any more",
    "authority_informs": "Requests of which the authority tells the people",
    "gagged": "Requests of which people may not be told yet",
    "gagged, median": "How long, median",
    "objections": "Objections",
    "turned_away": "Objections turned away",
    "goes_on": "Objections after which the request went on",
    "forged": "Forged requests",
    "unverified": "Requests from whom nobody could verify",
    "checks_failed": "Checks of agencies that failed",
    "passkeys_copied": "Copied passkeys",
    "marked": "Addresses and numbers of impostors written down",
    "fetched": "Packages fetched",
    "refused": "refused",
}
"""A name that is not here is shown as it stands."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the page: headings, and rows of which the first cell names the row."""

    says: str
    heads: Sequence[str]
    rows: Sequence[Sequence[int | float | str]]


def tables(lines: Sequence[Line]) -> list[Table]:
    """Every line once, in tables that people read."""
    found = []
    if asked := _of(lines, REQUESTS):
        found.append(_table("Requests, by who asks and by what", asked, lambda line: asker(line)))
    if classes := _of(lines, CLASSES):
        found.append(_table("What was asked for, and what became of it", classes, lambda line: line.data_class))
    if kept := _of(lines, "authorities: kept apart"):
        found.append(_table("Kept apart without being handed over", kept, lambda line: line.code.replace("_", " ")))
    if epoc := _of(lines, "authorities: Regulation (EU) 2023/1543"):
        says = "European orders, as Article 28(4) of Regulation (EU) 2023/1543 asks"
        found.append(_table(says, epoc, lambda line: f"{asker(line)}, {line.data_class}"))
    rest = [line for line in lines if line.section not in _TABLES]
    if rest:
        rows = [(_said(line), f"{line.value} {line.unit}") for line in rest]
        found.append(Table("Beside that", ("", ""), rows))
    return found


_TABLES: Final = frozenset({REQUESTS, CLASSES, "authorities: kept apart", "authorities: Regulation (EU) 2023/1543"})


def asker(line: Line) -> str:
    """Who asked by what; `others` where they stand together."""
    if line.instrument == OTHERS:
        return OTHERS
    named = f"{line.country or 'no country'}, {line.instrument or 'no instrument that we know'}"
    return f"{named}, emergency" if line.emergency == "yes" else named


def numbers(lines: Iterable[Line], section: str, name: str) -> dict[str, int]:
    """The counts of one heading that are numbers, by who asked or by class: what a picture can be drawn of."""
    return {
        asker(line) if section == REQUESTS else line.data_class: line.value
        for line in lines
        if line.section == section and line.what == name and isinstance(line.value, int)
    }


def _of(lines: Iterable[Line], section: str) -> list[Line]:
    return [line for line in lines if line.section == section]


def _table(says: str, lines: Sequence[Line], named: object) -> Table:
    assert callable(named)
    headings = list(dict.fromkeys(line.what for line in lines))
    rows: dict[str, dict[str, int | float | str]] = {}
    for line in lines:
        rows.setdefault(str(named(line)), {})[line.what] = line.value
    return Table(
        says,
        ("", *(WORDS.get(heading, heading) for heading in headings)),
        [(name, *(cells.get(heading, "") for heading in headings)) for name, cells in rows.items()],
    )


def _said(line: Line) -> str:
    section = line.section.partition(": ")[2]
    of = line.code.replace("_", " ") or line.instrument
    said = _BESIDE.get((section, line.what)) or _BESIDE.get((section, ""), "{what}")
    return said.format(what=WORDS.get(line.what, line.what), of=of or "all")


_BESIDE: Final[Mapping[tuple[str, str], str]] = {
    ("rejected by ground", ""): "Rejected on the ground: {of}",
    ("rejected by rule", ""): "Rejected by rule {of}",
    ("times", ""): "From when it came until it was {what} ({of})",
    ("notices", "narrowed"): "Objections after which less was handed over",
    ("notices", "stopped"): "Objections that stopped it",
    ("capabilities", "asked"): "Asked for an ability that does not exist here",
    ("capabilities", "refused"): "Of those refused so far",
    (
        "national security of the United States",
        "process received",
    ): "National security of the United States: all process",
    (
        "national security of the United States",
        "accounts it is about",
    ): "National security of the United States: accounts",
}
"""How a line reads that stands in no table of its own, by its section and what it counts."""
