# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Legal requests as the audit log tells of them, for whoever sees no request: numbers, states, codes, and who did what.

It reads the log alone. What a request says, and whom it is about, stands nowhere in it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.audit.entry import Entry
from privity.desk.db.transaction import Db
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right

LISTED: Final = 100
"""Requests on one page."""
_ABOUT: Final = "legal:"
_OPENINGS: Final = frozenset({Act.LEGAL_READ, Act.HOLD_READ, Act.HOLD_REFUSED, Act.HOLD_SHARED})


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody, and what they did."""

    who: str
    acts: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Traced:
    """One request, by number."""

    number: int
    state: str
    """Empty before it moved the first time."""
    first_ms: int
    last_ms: int
    entries: int
    parties: tuple[Party, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """All of them."""

    requests: int
    states: Mapping[str, int]
    verdicts: Mapping[str, int]
    codes: Mapping[str, int]
    outcomes: Mapping[str, int]
    grounds: Mapping[str, int]
    openings: tuple[Party, ...]
    """Who opened what was sealed, or was refused it."""
    listed: tuple[Traced, ...]
    more: bool


@dataclass(slots=True)
class _Story:
    state: str = ""
    first_ms: int = 0
    last_ms: int = 0
    entries: int = 0
    acts: dict[str, Counter[str]] = field(default_factory=dict)


def overview(db: Db, acting: Acting, after: int = 0) -> Overview:
    """Counts over the whole log, and the requests with a number above `after`."""
    acting.must(Right.SEE_AUDIT)
    stories: dict[int, _Story] = {}
    verdicts, codes, outcomes, grounds = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    openings: dict[str, Counter[str]] = {}
    for number, entry in _entries(db):
        story = stories.setdefault(number, _Story(first_ms=entry.at_ms))
        story.last_ms = entry.at_ms
        story.entries += 1
        story.acts.setdefault(entry.who, Counter())[entry.act.value] += 1
        if entry.act in _OPENINGS:
            openings.setdefault(entry.who, Counter())[entry.act.value] += 1
        match entry.act:
            case Act.LEGAL_MOVED:
                story.state = str(entry.said.get("to", ""))
            case Act.LEGAL_EVALUATED:
                verdicts[str(entry.said.get("action", ""))] += 1
                codes.update(_words(entry, "codes"))
            case Act.LEGAL_JUDGED:
                outcomes[str(entry.said.get("outcome", ""))] += 1
                grounds.update(_words(entry, "grounds"))
            case _:
                pass
    wanted = [number for number in sorted(stories) if number > after]
    return Overview(
        len(stories),
        _sorted(Counter(story.state or "draft" for story in stories.values())),
        _sorted(verdicts),
        _sorted(codes),
        _sorted(outcomes),
        _sorted(grounds),
        _parties(openings),
        tuple(_traced(number, stories[number]) for number in wanted[:LISTED]),
        len(wanted) > LISTED,
    )


def _entries(db: Db) -> Iterator[tuple[int, Entry]]:
    for data in log.entries(db):
        entry = Entry.decode(data)
        number = entry.about.removeprefix(_ABOUT)
        if entry.about.startswith(_ABOUT) and number.isdecimal():
            yield int(number), entry


def _traced(number: int, story: _Story) -> Traced:
    return Traced(number, story.state, story.first_ms, story.last_ms, story.entries, _parties(story.acts))


def _parties(acts: Mapping[str, Counter[str]]) -> tuple[Party, ...]:
    return tuple(Party(who, tuple(sorted(counts.items()))) for who, counts in sorted(acts.items()))


def _words(entry: Entry, name: str) -> list[str]:
    found = entry.said.get(name)
    return [str(each) for each in found] if isinstance(found, list) else []


def _sorted(counts: Counter[str]) -> Mapping[str, int]:
    """The most first; what is as many, by name."""
    return dict(sorted(counts.items(), key=lambda each: (-each[1], each[0])))
