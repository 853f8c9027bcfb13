# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Legal requests as the audit log tells of them, for whoever sees no request: numbers, states, codes, and who did what.

The database counts each entry as it is written, so that a look reads a page and not the log. Whoever doubts the counts
has the whole log counted anew. What a request says, and whom it is about, stands nowhere in it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.audit.entry import Entry
from privity.desk.db.transaction import Db
from privity.desk.legal import auditing_store as store
from privity.desk.legal.auditing_store import ALL, Story, Tally
from privity.desk.legal.errors import TallyDisagrees
from privity.desk.limits import MAX_NUMBER
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


def overview(db: Db, acting: Acting, after: int = 0) -> Overview:
    """Counts of the whole log, and the requests with a number above `after`. No entry is read."""
    acting.must(Right.SEE_AUDIT)
    states = store.states(db)
    found = store.stories(db, after, LISTED + 1)
    listed, more = found[:LISTED], len(found) > LISTED
    whole = store.tallies(db, ALL, ALL)
    verdicts, codes, outcomes, grounds = (_named(whole, what) for what in ("verdict", "code", "outcome", "ground"))
    single = store.tallies(db, listed[0].request, listed[-1].request) if listed else []
    return Overview(
        sum(states.values()),
        _sorted({state or "draft": count for state, count in states.items()}),
        verdicts,
        codes,
        outcomes,
        grounds,
        _parties(one for one in whole if one.what == "opened"),
        tuple(_traced(each, single) for each in listed),
        more,
    )


def must_agree(db: Db) -> int:
    """Count the whole log anew; how many entries are about requests. Raises TallyDisagrees.

    For whoever doubts what a look shows: it reads every entry.
    """
    stories: dict[int, Story] = {}
    tallies = Counter[tuple[int, str, str, str]]()
    for number, entry in _entries(db):
        stories[number] = _after(stories.get(number), number, entry)
        tallies.update(_counted(number, entry))
    kept = store.stories(db, ALL, MAX_NUMBER)
    if kept != sorted(stories.values(), key=lambda each: each.request):
        raise TallyDisagrees("what is counted of the requests is not what the log says of them")
    counts = {(one.request, one.what, one.who, one.name): one.count for one in store.tallies(db, ALL, MAX_NUMBER)}
    if counts != dict(tallies):
        raise TallyDisagrees("how often something is counted is not how often the log has it")
    return sum(each.entries for each in kept)


def _entries(db: Db) -> Iterator[tuple[int, Entry]]:
    for data in log.entries(db):
        entry = Entry.decode(data)
        number = entry.about.removeprefix(_ABOUT)
        if entry.about.startswith(_ABOUT) and number.isdecimal():
            yield int(number), entry


def _after(before: Story | None, number: int, entry: Entry) -> Story:
    state = str(entry.said.get("to", "")) if entry.act is Act.LEGAL_MOVED else "" if before is None else before.state
    first_ms, count = (entry.at_ms, 0) if before is None else (before.first_ms, before.entries)
    return Story(number, state, first_ms, entry.at_ms, count + 1)


def _counted(number: int, entry: Entry) -> Iterator[tuple[int, str, str, str]]:
    """What one entry adds to."""
    yield number, "did", entry.who, entry.act.value
    if entry.act in _OPENINGS:
        yield ALL, "opened", entry.who, entry.act.value
    if entry.act is Act.LEGAL_EVALUATED:
        yield ALL, "verdict", "", str(entry.said.get("action", ""))
        yield from ((ALL, "code", "", word) for word in _words(entry, "codes"))
    if entry.act is Act.LEGAL_JUDGED:
        yield ALL, "outcome", "", str(entry.said.get("outcome", ""))
        yield from ((ALL, "ground", "", word) for word in _words(entry, "grounds"))


def _traced(story: Story, single: Iterable[Tally]) -> Traced:
    did = (one for one in single if one.request == story.request)
    return Traced(story.request, story.state, story.first_ms, story.last_ms, story.entries, _parties(did))


def _parties(did: Iterable[Tally]) -> tuple[Party, ...]:
    acts: dict[str, list[tuple[str, int]]] = {}
    for one in did:
        acts.setdefault(one.who, []).append((one.name, one.count))
    return tuple(Party(who, tuple(sorted(counts))) for who, counts in sorted(acts.items()))


def _words(entry: Entry, name: str) -> list[str]:
    found = entry.said.get(name)
    return [str(each) for each in found] if isinstance(found, list) else []


def _named(whole: Iterable[Tally], what: str) -> Mapping[str, int]:
    return _sorted({one.name: one.count for one in whole if one.what == what})


def _sorted(counts: Mapping[str, int]) -> Mapping[str, int]:
    """The most first; what is as many, by name."""
    return dict(sorted(counts.items(), key=lambda each: (-each[1], each[0])))
