# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Whatever clerks, colleagues, supervisors, officers and the clock do in any order, who files was let in by all."""

from __future__ import annotations

import os
import random as seeded
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from pyrage import x25519

from privity.desk.audit.acts import Act
from privity.desk.db.database import open_database
from privity.desk.db.transaction import Db
from privity.desk.keys import DeskKeys
from privity.desk.legal.agencies import enrolling, people, proving, service
from privity.desk.legal.agencies.errors import AgenciesError
from privity.desk.legal.agencies.lapsing import Expiry
from privity.desk.legal.agencies.model import Step
from privity.desk.legal.agencies.revoking import Whom
from privity.desk.staff.acting import Acting
from privity.desk.staff.errors import StaffError
from privity.desk.staff.rights import Role
from tests.desk.legal.agencies.bureau import HOME, PLACE, TEAPOTS, Bureau

WALKS = int(os.environ.get("PRIVITY_PROVE_AGENCY_HISTORIES", "3000"))
STEPS = 120
STAFF = [Acting.member(n, frozenset({Role.LEGAL_CLERK, Role.LEGAL_RELEASER})) for n in (1, 2, 3, 4)]
DOMAINS = ("teapots.example", "kettles.example")


class Nobody(Exception):
    """There is nobody yet who could try."""


class History:
    """One random history of one desk."""

    def __init__(self, bureau: Bureau, rng: seeded.Random) -> None:
        self.bureau, self.db, self.rng = bureau, bureau.db, rng
        self.filed = self.refused = 0
        self.parts: set[tuple[tuple[int, int], str]] = set()
        """Who saw a code, by agency and round, as this test keeps it."""
        self.acts: dict[Callable[[], object], int] = {
            self.begin: 2,
            self.advance: 60,
            self.look_again: 1,
            self.mail: 3,
            self.call: 3,
            self.supervisor: 3,
            self.officer: 4,
            self.key: 4,
            self.confirm_officer: 8,
            self.attest: 4,
            self.confirm: 6,
            self.end: 1,
            self.end_by: 1,
            self.revoke: 1,
            self.file: 25,
            self.days: 1,
            self.expire: 3,
        }

    def run(self) -> None:
        for act in self.rng.choices(list(self.acts), list(self.acts.values()), k=STEPS):
            self.bureau.now_ms += 1000
            try:
                act()
            except (AgenciesError, StaffError, Nobody):
                self.refused += 1
            self.holds()

    def holds(self) -> None:
        """Who is in force was let in by every step of a round, the last of which is somebody else's than the others."""
        rows = self.db.execute("SELECT officer, agency FROM agency_officer_in_force").fetchall()
        for officer, agency in rows:
            rounds = {
                turn: done
                for turn in range(service.of(self.db, agency).round + 1)
                if Step.CONFIRMED in (done := steps(self.db, agency, turn))
            }
            assert rounds, "nobody files for an agency that nobody confirmed"
            for turn, done in rounds.items():
                assert list(done) == list(Step)
                clerks = {done[step] for step in (Step.REGISTER, Step.MAIL, Step.SWITCHBOARD)}
                clerks |= {who for at, who in self.parts if at == (agency, turn)}
                assert done[Step.CONFIRMED].startswith("staff:") and done[Step.CONFIRMED] not in clerks
            assert service.recipients(self.db, officer)
            confirmed = [entry.said["person"] for entry in self.bureau.log(Act.AGENCY_OFFICER_CONFIRMED)]
            assert officer in confirmed

    def part(self, agency: int, who: Acting) -> None:
        """Somebody saw a code in the round that is open."""
        self.parts.add(((agency, service.of(self.db, agency).round), who.who))

    def one(self, sql: str) -> int:
        rows = self.db.execute(sql).fetchall()
        if not rows:
            raise Nobody
        return int(self.rng.choice(rows)[0])

    def agency(self) -> int:
        return self.one("SELECT n FROM agency")

    def person(self) -> int:
        return self.one("SELECT n FROM agency_person")

    def signer(self) -> int:
        """Somebody who has or had a passkey."""
        if not self.bureau.keys:
            raise Nobody
        return self.rng.choice(list(self.bureau.keys))

    def who(self) -> Acting:
        """The first of them does most of the work."""
        return self.rng.choices(STAFF, (16, 2, 1, 1))[0]

    def begin(self) -> None:
        if len(service.listed(self.db, STAFF[0])) < 3:
            self.bureau.found(domain=self.rng.choice(DOMAINS))

    def advance(self) -> None:
        """Whoever comes does what is next for one of them."""
        number = self.agency()
        done = service.open_steps(self.db, service.of(self.db, number))
        match next(step for step in Step if step not in done):
            case Step.REGISTER:
                self.look_again(number)
            case Step.MAIL:
                self.mail(number)
            case Step.SWITCHBOARD:
                self.call(number)
            case Step.SUPERVISOR:
                self.supervisor(number)
            case Step.OFFICER:
                supervisor = self.one(f"SELECT n FROM agency_person WHERE agency = {number} AND part = 'supervisor'")
                self.bureau.officer(supervisor)
            case Step.CONFIRMED:
                self.bureau.confirm(number, self.rng.choice(STAFF))

    def look_again(self, number: int | None = None) -> None:
        number = number or self.agency()
        found = service.of(self.db, number)
        again = {name: getattr(found, name) for name in ("name", "country", "kind", "domain", "switchboard")}
        register = {"register": TEAPOTS.register, "source": TEAPOTS.source}
        enrolling.look_again(self.db, self.who(), number, type(TEAPOTS)(**again, **register), self.bureau.now_ms)

    def mail(self, number: int | None = None) -> None:
        number = number or self.agency()
        who = self.who()
        code = enrolling.ask_back(self.db, who, number, Step.MAIL, self.bureau.now_ms, os.urandom).code
        self.part(number, who)
        sender = self.rng.choice((service.of(self.db, number).domain, *DOMAINS))
        enrolling.answered_mail(self.db, self.who(), number, code, sender, self.bureau.now_ms, dmarc_passed=True)

    def call(self, number: int | None = None) -> None:
        number = number or self.agency()
        who = self.who()
        said = enrolling.ask_back(self.db, who, number, Step.SWITCHBOARD, self.bureau.now_ms, os.urandom)
        self.part(number, who)
        enrolling.answered_call(self.db, self.who(), number, said.code, said.to, self.bureau.now_ms)

    def supervisor(self, number: int | None = None) -> None:
        number, who = number or self.agency(), self.who()
        self.bureau.supervisor(service.of(self.db, number), who)
        self.part(number, who)

    def officer(self) -> None:
        self.bureau.named(self.signer())

    def key(self) -> None:
        self.bureau.enrol_key(self.signer(), str(x25519.Identity.generate().to_public()))

    def confirm_officer(self) -> None:
        self.bureau.confirm_officer(self.signer(), self.person())

    def attest(self) -> None:
        self.bureau.attest(self.signer())

    def confirm(self) -> None:
        self.bureau.confirm(self.agency(), self.rng.choice(STAFF))

    def end(self) -> None:
        people.end(self.db, self.who(), self.person(), "a reason", self.bureau.now_ms)

    def end_by(self) -> None:
        self.bureau.end_by(self.signer(), self.person())

    def revoke(self) -> None:
        if self.rng.random() < 0.2:
            self.bureau.revoke(Whom(number=self.agency()))

    def file(self) -> None:
        officer = self.signer()
        request = self.rng.randbytes(8)
        try:
            counts = bool(service.in_force(self.db, officer, self.bureau.now_ms))
        except AgenciesError:
            counts = False
        options = proving.ask_request(self.db, PLACE, officer, request)
        answer = self.bureau.keys[officer].get(options, PLACE.origin)
        found = None
        try:
            found = proving.verify_request(self.db, PLACE, request, answer, HOME, self.bureau.now_ms)
        finally:
            assert (found is not None) == counts
        self.filed += 1

    def days(self) -> None:
        self.bureau.days(self.rng.choice((1, 10, 60)))

    def expire(self) -> None:
        Expiry(self.db, lambda: self.bureau.now_ms).step()


def steps(db: Db, agency: int, turn: int) -> dict[Step, str]:
    """Who did which step of a round, in its order."""
    return {done.step: done.who for done in service.history(db, STAFF[0], agency) if done.round == turn}


def walk(bureau: Bureau, seed: int) -> History:
    """Every second one begins with an agency that files."""
    history = History(bureau, seeded.Random(seed))
    if seed % 2:
        bureau.enrolled()
    history.run()
    return history


@pytest.mark.parametrize("seed", range(8))
def test_who_files_was_let_in_by_everybody(bureau: Bureau, seed: int) -> None:
    assert walk(bureau, seed).refused


def test_the_walks_reach_filing(bureau: Bureau) -> None:
    """A walk in which nobody ever files would show nothing."""
    assert walk(bureau, 3).filed


@pytest.mark.prove
def test_who_files_was_let_in_by_everybody_in_thousands_of_histories(
    empty: tuple[Path, DeskKeys], tmp_path: Path
) -> None:
    path, keys = empty
    filed = enrolled = 0
    for seed in range(WALKS):
        shutil.copy(path, tmp_path / "desk.db")
        db = open_database(tmp_path / "desk.db", keys)
        db.execute("PRAGMA synchronous = OFF")
        history = walk(Bureau(db), seed)
        filed += history.filed
        enrolled += len(history.bureau.log(Act.AGENCY_CONFIRMED)) - seed % 2
        db.close()
        for file in tmp_path.iterdir():
            file.unlink()
    assert filed and enrolled, "and some of them let an agency in by themselves"
