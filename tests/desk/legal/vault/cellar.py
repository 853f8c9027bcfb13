# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A desk with agencies, judged requests and holds, over days: of the hourly passes of retention a test plays a few."""

from __future__ import annotations

import json
import random as seeded
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pyrage import x25519

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.audit.entry import Entry
from privity.desk.db.database import open_database
from privity.desk.db.transaction import Db
from privity.desk.keys import DeskKeys
from privity.desk.legal.agencies.model import Agency
from privity.desk.legal.requests import checking, filing, judging
from privity.desk.legal.requests import service as requests
from privity.desk.legal.requests.clocks import DAY_MS, HOUR_MS, day_of, midnight
from privity.desk.legal.requests.judging import Ruling
from privity.desk.legal.requests.model import Filing, LegalRequest, Outcome
from privity.desk.legal.requests.office import Rules
from privity.desk.legal.requests.taking import FOUND_OUT, NOTICED
from privity.desk.legal.rulebook.facts import Target
from privity.desk.legal.rulebook.model import Review, Rulebook
from privity.desk.legal.vault import opening, taking
from privity.desk.legal.vault import service as vault
from privity.desk.legal.vault.custody import Custody, Holder
from privity.desk.legal.vault.model import Hold, Snapshot
from privity.desk.legal.vault.shares import OFFICERS, Shares
from privity.desk.periods import Periods
from privity.desk.retention.sweep import Retention
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Role
from tests.desk.fresh_keys import fresh_keys
from tests.desk.legal.agencies.bureau import Bureau, Team
from tests.desk.legal.looked_at import looked_at
from tests.desk.legal.rulebook.bases import PROFILE, REVIEW, TODAY, base, reviewed

NOON = midnight(TODAY) + 12 * HOUR_MS
CLERK = Acting.member(1, frozenset({Role.LEGAL_CLERK, Role.LEGAL_REVIEWER}))
RELEASER = Acting.member(2, frozenset({Role.LEGAL_RELEASER}))
RULES = Rules(reviewed(review=Review(REVIEW.reviewers, TODAY)), PROFILE)
ALICE, BOB = Target("handle", "pot.collector"), Target("handle", "kettle.keeper")
FILES: Mapping[str, bytes] = {
    "subscriber/0001.json": b'{"handle":"pot.collector","since":"2026-01-02"}',
    "session_ip/0001.json": b'[{"ip":"192.0.2.7"}]',
    "account_state/0001.json": b'{"devices":["a teapot on wheels"]}',
    "content_profile/picture.bin": b"a generated pattern of a teapot " * 40,
}
PRESERVE = "us.sca.2703f"
EPOC_PR = "eu.epoc_pr"
WARRANT = "us.sca.warrant"


@dataclass
class Cellar:
    """`bureau.now_ms` is the time; a stride is less than what one look at the clock believes."""

    db: Db
    keys: DeskKeys
    folder: Path
    bureau: Bureau = field(init=False)
    custody: Custody = field(init=False)
    retention: Retention = field(init=False)
    random: Callable[[int], bytes] = field(default_factory=lambda: seeded.Random(23).randbytes)
    teams: dict[str, Team] = field(default_factory=dict)
    shares: Shares = field(default_factory=Shares)
    people: tuple[x25519.Identity, ...] = ()
    """Two officers, once they keep the keys."""

    @classmethod
    def at(cls, folder: Path) -> Cellar:
        keys = fresh_keys(folder)
        return cls(open_database(folder / "desk" / "desk.db", keys), keys, folder)

    def __post_init__(self) -> None:
        self.db.execute("PRAGMA synchronous = OFF")  # what a crash leaves is tested by itself
        self.bureau = Bureau(self.db, NOON)
        self.custody = Custody(self.keys.evidence)
        self.retention = Retention(self.db, Periods(), lambda: self.now_ms)
        looked_at(self.db, self.now_ms)
        self.look()

    @property
    def now_ms(self) -> int:
        return self.bureau.now_ms

    def look(self) -> None:
        """One pass of retention."""
        while self.retention.work():
            pass

    def until(self, end_ms: int, stride: float = 6.5) -> None:
        """To this millisecond, with passes on the way."""
        while self.now_ms < end_ms:
            self.bureau.now_ms = min(end_ms, self.now_ms + int(stride * DAY_MS))
            self.look()

    def pass_days(self, days: float) -> None:
        self.until(self.now_ms + int(days * DAY_MS))

    def until_day(self, day: int, of_ms: int = NOON) -> None:
        """The last moment of a day, counted from that of a moment, with passes on the way."""
        self.until(of_ms // DAY_MS * DAY_MS + (day + 1) * DAY_MS - 1)

    def agency(self, country: str = "US") -> Team:
        """Enrolled; the same one whenever it is asked for, and never idle."""
        if country not in self.teams:
            self.teams[country] = self.bureau.enrolled(country=country, domain=f"{country.lower()}.example")
        return self.teams[country]

    def filed(self, instrument: str = PRESERVE, **change: Any) -> int:
        """A request that came on paper, and what a clerk saw of it."""
        said = base(instrument, change, FOUND_OUT)
        seen = {name: said.pop(name) for name in sorted(NOTICED & set(said))}
        handed = Filing(json.dumps(said).encode())
        number = filing.file(self.db, self.keys.evidence, RULES, CLERK, handed, self.now_ms, self.random).number
        if seen:
            self.corrected(number, **seen)
        return number

    def corrected(self, number: int, **values: Any) -> None:
        key, now_ms = self.keys.evidence, self.now_ms
        filing.correct(self.db, key, RULES, CLERK, number, values, "seen on the paper", now_ms, self.random)

    def verified(self, number: int, agency: Agency | None) -> LegalRequest:
        key, now_ms = self.keys.evidence, self.now_ms
        checking.begin(self.db, CLERK, number, now_ms)
        of = None if agency is None else agency.number
        checking.on_paper(self.db, key, CLERK, number, of, None, "called the court", now_ms, self.random)
        return checking.verified(self.db, key, RULES, CLERK, number, now_ms)

    def judged(self, number: int, outcome: Outcome, rules: Rules | None = None) -> LegalRequest:
        key, now_ms = self.keys.evidence, self.now_ms
        made = judging.triage(self.db, key, rules or Rules(self.rulebook, PROFILE), CLERK, number, now_ms, self.random)
        why = "" if outcome is Outcome.ACCEPT else "as the law says of teapots"
        return judging.judge(self.db, key, CLERK, number, Ruling(made.number, outcome, words=why), now_ms, self.random)

    @property
    def rulebook(self) -> Rulebook:
        """In force: reviewed today."""
        return reviewed(review=Review(REVIEW.reviewers, day_of(self.now_ms)))

    def request(
        self,
        instrument: str = PRESERVE,
        outcome: Outcome = Outcome.PRESERVE,
        agency: Agency | None = None,
        **change: Any,
    ) -> int:
        """Filed, verified and judged, for an agency that is enrolled."""
        number = self.filed(instrument, **change)
        self.verified(number, agency or self.agency().agency)
        self.judged(number, outcome)
        return number

    def ordered(self, request: int) -> Hold:
        return vault.order(self.db, self.custody, self.rulebook, request, self.now_ms, self.random)

    def taken(self, hold: Hold, files: Mapping[str, bytes] = FILES, evidence: tuple[int, ...] = ()) -> Hold:
        """What an invented collector found, of every target the same."""
        asked = taking.asked_of(self.db, self.custody, hold.number, self.now_ms)
        mine = [{name: data for name, data in files.items() if name.partition("/")[0] in one.classes} for one in asked]
        found = [(one.target, Snapshot(files, evidence)) for one, files in zip(asked, mine, strict=True)]
        return taking.take(self.db, self.custody, hold.number, found, self.now_ms, self.random)

    def held(self, instrument: str = PRESERVE, files: Mapping[str, bytes] = FILES, **change: Any) -> Hold:
        return self.taken(self.ordered(self.request(instrument, **change)), files)

    def scoped(self, agency: Agency | None = None, **change: Any) -> int:
        """A warrant, judged, that may read."""
        change = {"issue_date": str(day_of(self.now_ms)), **change}
        return self.request(WARRANT, Outcome.ACCEPT, agency, **change)

    def released(self, hold: Hold, to: int) -> Hold:
        return vault.release(self.db, self.custody, CLERK, hold.number, to, self.now_ms)

    def read(self, request: int, hold: int, name: str, target: Target = ALICE, **more: Any) -> bytes:
        at: dict[str, Any] = {"purpose": "to see what the warrant is about", "now_ms": self.now_ms} | more
        at.setdefault("shares", self.shares)
        return vault.read(self.db, self.custody, CLERK, request, hold, target, name, **at)

    def hold(self, number: int) -> Hold:
        return vault.hold(self.db, CLERK, number)

    def state(self, number: int) -> str:
        return self.hold(number).state.value

    def keys_of(self, number: int) -> list[tuple[bytes, bytes]]:
        rows = self.db.execute("SELECT nonce, wrapped FROM legal_hold_key WHERE hold = ? ORDER BY n", (number,))
        return [(bytes(nonce), bytes(wrapped)) for nonce, wrapped in rows.fetchall()]

    def alive(self, number: int) -> bool:
        """Whether its keys are all there, or none of them."""
        keys = self.keys_of(number)
        there = {any(wrapped) for _, wrapped in keys}
        assert len(there) == 1
        return there == {True}

    def said(self, *acts: Act) -> list[Entry]:
        entries = [Entry.decode(data) for data in log.entries(self.db)]
        return [entry for entry in entries if entry.act in acts]

    def officers(self) -> tuple[x25519.Identity, x25519.Identity]:
        """From here on two officers keep the keys of new holds."""
        made = (x25519.Identity.generate(), x25519.Identity.generate())
        self.custody = Custody(self.keys.evidence, tuple(str(each.to_public()) for each in made))
        self.people = made
        return made

    def share_file(self, request: int, hold: int, holder: Holder, acting: Acting = CLERK) -> bytes:
        """What somebody of the desk gets for an officer."""
        return vault.share_file(self.db, self.custody, self.shares, acting, request, hold, holder, self.now_ms)

    def opened(self, request: int, hold: int, holder: Holder, acting: Acting = CLERK) -> str:
        """What that officer's own machine makes of it."""
        identity = self.people[OFFICERS.index(holder)]
        return opening.opened(opening.decoded(self.share_file(request, hold, holder, acting)), [identity])

    def hand_in(self, request: int, hold: int, holder: Holder, opened: str, acting: Acting = CLERK) -> None:
        vault.hand_in(self.db, self.custody, self.shares, acting, request, hold, holder, opened, self.now_ms)

    def handed(self, request: int, hold: int, holder: Holder, acting: Acting = CLERK) -> None:
        """An officer's share, all the way."""
        self.hand_in(request, hold, holder, self.opened(request, hold, holder, acting), acting)

    def both_handed(self, request: int, hold: int) -> None:
        self.handed(request, hold, Holder.FIRST, CLERK)
        self.handed(request, hold, Holder.SECOND, RELEASER)

    def moves(self, number: int) -> list[str]:
        return [move.new.value for move in requests.moves(self.db, number)]
