# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The log read once, entry by entry, into what is known of each request and when what happened to it.

Everything before the end of the period is read, because a request that is answered now may have come long ago.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from privity.desk.audit.acts import Act
from privity.desk.audit.entry import Entry
from privity.desk.transparency.authorities import reading
from privity.desk.transparency.authorities.reading import Fact
from privity.desk.transparency.errors import EntryUnreadable
from privity.desk.transparency.period import Period

DESK: Final = "desk"
QUARANTINE: Final = "quarantine"
RECEIVED: Final = "received"
RELEASED: Final = "released"
TAKEN: Final = "taken"
FOLLOWED: Final = "followed"
BARRED: Final = "barred"
_ACTS: Final = {
    Act.PRODUCTION_RELEASED: "releases that those who asked can see",
    Act.PRODUCTION_FETCHED: "downloads",
    Act.LEGAL_NOTICE_SENT: "notices sent",
    Act.LEGAL_NOBODY_TOLD: "people who are not here any more",
    Act.LEGAL_AUTHORITY_INFORMS: "requests of which the authority tells",
    Act.LEGAL_OBJECTED: "objections",
    Act.LEGAL_OBJECTION_TURNED_AWAY: "objections turned away",
    Act.AGENCY_CHECK_FAILED: "checks of agencies that failed",
    Act.AGENCY_PASSKEY_COPIED: "copied passkeys",
    Act.FRAUD_MARKED: "marks of impostors",
    Act.LEGAL_NAMING_CONFIRMED: "decisions that others are named, confirmed",
}
"""What is counted by the act alone, in the words in which it is compared."""


@dataclass(slots=True)
class Matter:
    """One request, as far as the log tells."""

    filed_ms: int
    by_themselves: bool
    """Not on paper: the desk acknowledged it at once."""
    instrument: str = ""
    country: str = ""
    emergency: bool = False
    classes: frozenset[str] = frozenset()
    asks: frozenset[str] = frozenset()
    targets: int = 0
    codes: tuple[str, ...] = ()
    grounds: tuple[str, ...] = ()
    narrowed: bool = False
    produced: reading.Reviewed | None = None
    kept: frozenset[str] = frozenset()
    """Classes of which data are kept apart."""
    followed_ms: int | None = None
    """When the request came by which what was kept is to be produced."""
    barred_ms: tuple[int, int] | None = None
    """From the first bar of its notice to the end of the last."""
    people: int = 0
    told: int = 0
    ever: dict[str, int] = field(default_factory=dict)
    """When something happened first."""
    seen: dict[str, int] = field(default_factory=dict)
    """When it happened first within the period."""


@dataclass(slots=True)
class Hold:
    """Data that are kept apart."""

    request: str
    kind: str
    classes: frozenset[str]
    taken: bool = False


class Replay:
    """What has been seen so far."""

    def __init__(self, period: Period) -> None:
        self.period = period
        self.matters: dict[str, Matter] = {}
        self.holds: dict[int, Hold] = {}
        self.of_holds: Counter[tuple[str, str, str]] = Counter()
        """By request, kind and what happened."""
        self.acts: Counter[tuple[str, Act]] = Counter()
        """By request, within the period; by nothing where an act is about none."""
        self.counted: Counter[str] = Counter()
        """Everything of the period, in the words in which it is compared."""
        self._reviewed: dict[int, reading.Reviewed] = {}
        self._answers: Counter[tuple[str, str]] = Counter()

    def add(self, entry: Entry, fact: Fact) -> None:
        if self.period.holds(entry.at_ms):
            self.acts[entry.about, entry.act] += 1
            if entry.act in _ACTS:
                self.counted[_ACTS[entry.act]] += 1
        if entry.act not in reading.OF_REQUESTS:
            return
        if isinstance(fact, reading.Filed):
            self.matters[entry.about] = Matter(entry.at_ms, entry.who == DESK)
            self._count(entry, "requests filed")
            return
        matter = self.matters.get(entry.about)
        if matter is None:
            raise EntryUnreadable(f"entry {entry.n} ({entry.act.value}) is about {entry.about}, which was never filed")
        match fact:
            case reading.Moved():
                self._moved(entry, matter, fact)
            case reading.Evaluated():
                _know(matter, fact)
                matter.codes = tuple(fact.codes)
                self._count(entry, f"verdicts: {fact.action}")
                self._count(entry, *(f"verdicts that release {each}" for each in fact.release))
            case reading.Judged():
                matter.grounds, matter.narrowed = tuple(fact.grounds), fact.outcome == "narrow"
                self._mark(entry, matter, fact.outcome)
                self._count(entry, f"decisions: {fact.outcome}")
            case reading.Reviewed():
                self._reviewed[fact.production] = fact
                self._count(entry, f"productions looked at: {fact.kind}")
            case reading.Made():
                done = "released" if entry.act is Act.PRODUCTION_RELEASED_BY else "ready"
                self._count(entry, f"productions {done}: {fact.kind}")
            case reading.HoldOrdered() | reading.HoldDone() | reading.HoldReleased() | reading.HoldExpired():
                self._hold(entry, matter, fact)
            case reading.Barred():
                began = entry.at_ms if matter.barred_ms is None else matter.barred_ms[0]
                matter.barred_ms = (began, fact.until_ms)
                self._mark(entry, matter, BARRED)
                self._count(entry, f"bars: {fact.kind}")
            case reading.BarLifted():
                if matter.barred_ms is not None:
                    matter.barred_ms = (matter.barred_ms[0], fact.until_ms)
                self._count(entry, "bars lifted")
            case reading.Planned():
                self._count(entry, "decisions whose people were counted")
                if self.period.holds(entry.at_ms):
                    matter.people = fact.people
                    self.counted["people to be told"] += fact.people
            case reading.Told():
                if self.period.holds(fact.told_ms):
                    matter.told += 1
                    self.counted["people told"] += 1
            case reading.ObjectionAnswered():
                self._count(entry, f"objections answered: {fact.answer}")
                if self.period.holds(entry.at_ms):
                    self._answers[entry.about, fact.answer] += 1
            case reading.Nothing():
                pass

    def answers(self, request: str, answer: str) -> int:
        """How many objections to a request were answered so."""
        return self._answers[request, answer]

    def _moved(self, entry: Entry, matter: Matter, fact: reading.Moved) -> None:
        if fact.to == reading.VERIFIED:
            _know(matter, fact)
            if RECEIVED not in matter.ever:
                self._mark(entry, matter, RECEIVED)
        if fact.to == RELEASED:
            found = None if fact.production is None else self._reviewed.get(fact.production)
            if found is None:
                raise EntryUnreadable(f"entry {entry.n} ({entry.act.value}) releases what nobody looked at")
            matter.produced = found
        self._mark(entry, matter, fact.to)
        if fact.why:
            self._mark(entry, matter, f"{fact.to}, {fact.why}")
        self._count(entry, f"moves: {fact.to}")

    def _hold(
        self,
        entry: Entry,
        matter: Matter,
        fact: reading.HoldOrdered | reading.HoldDone | reading.HoldReleased | reading.HoldExpired,
    ) -> None:
        if isinstance(fact, reading.HoldOrdered):
            before = self.holds.get(fact.hold)
            hold = Hold(entry.about, fact.kind, frozenset(fact.classes), before is not None and before.taken)
            self.holds[fact.hold] = hold
            self._of_hold(entry, hold, "ordered")
            if hold.taken:
                self._kept(entry, matter, hold)
            return
        found = self.holds.get(fact.hold)
        if found is None:
            raise EntryUnreadable(
                f"entry {entry.n} ({entry.act.value}) is about hold {fact.hold}, which nobody ordered"
            )
        match fact:
            case reading.HoldDone() if entry.act is Act.HOLD_TAKEN:
                found.taken = True
                self._of_hold(entry, found, TAKEN)
                self._kept(entry, matter, found)
                self._count(entry, "holds taken")
            case reading.HoldDone():
                self._of_hold(entry, found, "renewed")
            case reading.HoldReleased():
                later = self.matters.get(fact.to)
                if later is not None and matter.followed_ms is None:
                    matter.followed_ms = later.filed_ms
                self._mark(entry, matter, FOLLOWED)
            case reading.HoldExpired():
                self._of_hold(entry, found, fact.because)
                self._count(entry, f"holds ended: {fact.because}")

    def _kept(self, entry: Entry, matter: Matter, hold: Hold) -> None:
        if hold.kind != QUARANTINE:
            matter.kept = hold.classes
            self._mark(entry, matter, TAKEN)

    def _of_hold(self, entry: Entry, hold: Hold, what: str) -> None:
        if self.period.holds(entry.at_ms):
            self.of_holds[hold.request, hold.kind, what] += 1

    def _mark(self, entry: Entry, matter: Matter, what: str) -> None:
        matter.ever.setdefault(what, entry.at_ms)
        if self.period.holds(entry.at_ms):
            matter.seen.setdefault(what, entry.at_ms)

    def _count(self, entry: Entry, *what: str) -> None:
        if self.period.holds(entry.at_ms):
            self.counted.update(what)


def _know(matter: Matter, fact: reading.Moved | reading.Evaluated) -> None:
    """What a request is about, as it was understood last."""
    matter.instrument, matter.country = fact.instrument, fact.country
    matter.emergency = bool(fact.emergency)
    matter.classes, matter.asks = frozenset(fact.classes), frozenset(fact.asks)
    matter.targets = fact.targets
