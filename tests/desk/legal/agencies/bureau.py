# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Invented agencies at a desk, whose people have passkeys in software: enrolled by the desk's own services."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from pyrage import x25519

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.audit.entry import Entry
from privity.desk.db.transaction import Db
from privity.desk.legal.agencies import enrolling, people, proving, revoking, service
from privity.desk.legal.agencies.model import (
    Agency,
    Deed,
    Found,
    Invitation,
    Officer,
    Person,
    Revoked,
    Seen,
    Step,
    Verified,
)
from privity.desk.legal.agencies.revoking import Whom
from privity.desk.staff.acting import Acting
from privity.desk.staff.ceremony import Place
from privity.desk.staff.challenges import Challenges
from privity.desk.staff.codes import Tries
from privity.desk.staff.rights import Right, Role
from privity.desk.staff.signing_in import Door
from tests.desk.staff.authenticator import Authenticator

DAY_MS = 86_400_000
T0 = 1_800_000_000_000 // DAY_MS * DAY_MS + 12 * 3_600_000
"""A noon: the day of it is day 0."""
PLACE = Place("https://desk.example", "desk.example")
BROWSER = hashlib.sha256(b"a browser of an agency").digest()
CLERK = Acting.member(1, frozenset({Role.LEGAL_CLERK, Role.LEGAL_REVIEWER}))
RELEASER = Acting.member(2, frozenset({Role.LEGAL_RELEASER}))
OTHER_CLERK = Acting.member(3, frozenset({Role.LEGAL_CLERK}))
MACHINE = Acting.command("agency", Right.REVOKE_AGENCIES, Right.SEE_LEGAL, Right.MANAGE_AGENCIES)
TEAPOTS = Found(
    name="Bureau of Lost Teapots",
    country="DE",
    kind="public_prosecutor",
    domain="teapots.example",
    switchboard="+49 30 1234-0",
    register="List of notified authorities",
    source="https://register.example/teapots",
)
"""What the register says of an agency that there is not."""
HOME = Seen(hashlib.sha256(b"the officer's own browser").digest(), "DE", "desk@teapots.example")


@dataclass
class Team:
    """An enrolled agency, its supervisor and an officer, with the passkeys and the age key that they hold."""

    agency: Agency
    supervisor: int
    officer: int
    identity: x25519.Identity


@dataclass
class Bureau:
    """One desk and the agencies that it knows."""

    db: Db
    now_ms: int = T0
    keys: dict[int, Authenticator] = field(default_factory=dict)
    door: Door = field(default_factory=lambda: Door(PLACE, Challenges(os.urandom), Tries(), os.urandom))

    def found(self, **changes: str) -> Agency:
        return enrolling.begin(self.db, CLERK, replace(TEAPOTS, **changes), self.now_ms)

    def reached(self, agency: Agency, by: Acting = CLERK) -> None:
        """Its mail and its telephone have answered."""
        mailed = enrolling.ask_back(self.db, by, agency.number, Step.MAIL, self.now_ms, os.urandom)
        enrolling.answered_mail(self.db, by, agency.number, mailed.code, agency.domain, self.now_ms, dmarc_passed=True)
        said = enrolling.ask_back(self.db, by, agency.number, Step.SWITCHBOARD, self.now_ms, os.urandom)
        enrolling.answered_call(self.db, by, agency.number, said.code, said.to, self.now_ms)

    def supervisor(self, agency: Agency, by: Acting = CLERK, name: str = "Sam Supervisor") -> Person:
        return self.join(people.name_supervisor(self.db, by, agency.number, name, self.now_ms, os.urandom))

    def join(self, invited: Invitation, key: Authenticator | None = None) -> Person:
        """Somebody comes with their code and makes a passkey."""
        found = people.whose_code(self.db, self.door, invited.code, self.now_ms)
        self.keys[found.number] = key or Authenticator()
        options = people.ask_first(self.door, found, BROWSER, self.now_ms)
        answer = self.keys[found.number].create(options, PLACE.origin)
        return people.join(self.db, self.door, invited.code, "a key", answer, BROWSER, self.now_ms)

    def sign(self, who: int, deed: Deed, *, about: int = 0, text: str = "") -> tuple[bytes, str]:
        """What somebody's passkey answers for a deed."""
        asked = proving.ask(self.db, PLACE, who, deed, self.now_ms, os.urandom, about=about, text=text)
        return asked.data, self.keys[who].get(asked.options, PLACE.origin)

    def named(self, supervisor: int, name: str = "Olga Officer") -> Person:
        """An officer with a passkey and without a key."""
        signed = self.sign(supervisor, Deed.NAME_OFFICER, text=name)
        return self.join(people.name_officer(self.db, PLACE, *signed, self.now_ms, os.urandom))

    def enrol_key(self, officer: int, recipient: str) -> Officer:
        return people.enrol_key(self.db, PLACE, *self.sign(officer, Deed.ENROL_KEY, text=recipient), self.now_ms)

    def confirm_officer(self, supervisor: int, officer: int) -> Officer:
        signed = self.sign(supervisor, Deed.CONFIRM_OFFICER, about=officer, text=service.enrolled(self.db, officer))
        return people.confirm_officer(self.db, PLACE, *signed, self.now_ms)

    def officer(self, supervisor: int, name: str = "Olga Officer") -> tuple[int, x25519.Identity]:
        """An officer with passkey and key, confirmed by the supervisor."""
        identity = x25519.Identity.generate()
        number = self.named(supervisor, name).number
        self.enrol_key(number, str(identity.to_public()))
        self.confirm_officer(supervisor, number)
        return number, identity

    def attest(self, supervisor: int) -> None:
        agency = service.person(self.db, supervisor).agency
        signed = self.sign(supervisor, Deed.ATTEST, text=service.roster(self.db, agency))
        people.attest(self.db, PLACE, *signed, self.now_ms)

    def end_by(self, supervisor: int, person: int) -> None:
        people.end_person(self.db, PLACE, *self.sign(supervisor, Deed.END_PERSON, about=person), self.now_ms)

    def confirm(self, number: int, by: Acting = RELEASER, **more: str) -> Agency:
        seen = service.dossier(self.db, by, number).sha256
        return enrolling.confirm(self.db, by, number, seen, self.now_ms, **more)

    def ready(self, **changes: str) -> Team:
        """An agency whose steps are all done, and whom nobody has confirmed."""
        agency = self.found(**changes)
        self.reached(agency)
        supervisor = self.supervisor(agency).number
        officer, identity = self.officer(supervisor)
        return Team(agency, supervisor, officer, identity)

    def enrolled(self, **changes: str) -> Team:
        """An agency that may file."""
        team = self.ready(**changes)
        team.agency = self.confirm(team.agency.number)
        return team

    def again(self, team: Team, by: Acting = CLERK, confirming: Acting = RELEASER) -> Agency:
        """The agency is looked at anew, and attested by its supervisor."""
        found = replace(TEAPOTS, **{n: getattr(team.agency, n) for n in ("name", "country", "domain", "switchboard")})
        agency = enrolling.look_again(self.db, by, team.agency.number, found, self.now_ms)
        self.reached(agency, by)
        self.attest(team.supervisor)
        team.agency = self.confirm(agency.number, confirming)
        return team.agency

    def answer(self, officer: int, request: bytes, key: Authenticator | None = None) -> str:
        """What an officer's passkey answers for a request."""
        options = proving.ask_request(self.db, PLACE, officer, request)
        return (key or self.keys[officer]).get(options, PLACE.origin)

    def file(self, officer: int, request: bytes, seen: Seen = HOME) -> Verified:
        return proving.verify_request(self.db, PLACE, request, self.answer(officer, request), seen, self.now_ms)

    def called_back(self, request: bytes) -> None:
        proving.called_back(self.db, CLERK, hashlib.sha256(request).digest(), self.now_ms)

    def revoke(
        self, whom: Whom, by: Acting = RELEASER, open_requests: Callable[..., tuple[str, ...]] = lambda _, __: ()
    ) -> Revoked:
        return revoking.revoke(self.db, by, whom, "they lost their keys", self.now_ms, open_requests)

    def days(self, count: float) -> None:
        self.now_ms += int(count * DAY_MS)

    def log(self, act: Act | None = None) -> list[Entry]:
        entries = [Entry.decode(data) for data in log.entries(self.db)]
        return [entry for entry in entries if act in (None, entry.act)]
