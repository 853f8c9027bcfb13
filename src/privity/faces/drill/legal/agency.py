# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Invented agencies, enrolled as real ones are: register, mail, telephone, supervisor, officer, a second colleague."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from pyrage import x25519

from privity.desk.db.transaction import Db
from privity.desk.legal.agencies import enrolling, people, proving, service
from privity.desk.legal.agencies.model import Agency, Deed, Found, Invitation, Step
from privity.desk.staff.ceremony import Place
from privity.faces.demo.passkey import Passkey
from privity.faces.drill.legal.staff import BROWSER, Staff, door_of


@dataclass(frozen=True, slots=True)
class Team:
    """An agency that may ask, and its officer with a passkey and an age key."""

    agency: Agency
    officer: int
    passkey: Passkey = field(repr=False)
    identity: x25519.Identity = field(repr=False)

    @property
    def recipient(self) -> str:
        return str(self.identity.to_public())


@dataclass(slots=True)
class Enrolment:
    """One agency on its way in. `clerk` and `releaser` of the staff have their parts in it."""

    db: Db
    place: Place
    staff: Staff
    now_ms: int
    passkeys: dict[int, Passkey] = field(default_factory=dict)

    def enrol(self, found: Found) -> Team:
        agency = self._reached(found)
        clerk = self.staff.clerk.acting
        invited = people.name_supervisor(self.db, clerk, agency, "Sam Supervisor", self.now_ms, os.urandom)
        supervisor = self._join(invited)
        signed = self._sign(supervisor, Deed.NAME_OFFICER, text="Olga Officer")
        officer = self._join(people.name_officer(self.db, self.place, *signed, self.now_ms, os.urandom))
        identity = x25519.Identity.generate()
        signed = self._sign(officer, Deed.ENROL_KEY, text=str(identity.to_public()))
        people.enrol_key(self.db, self.place, *signed, self.now_ms)
        enrolled = service.enrolled(self.db, officer)
        signed = self._sign(supervisor, Deed.CONFIRM_OFFICER, about=officer, text=enrolled)
        people.confirm_officer(self.db, self.place, *signed, self.now_ms)
        second = self.staff.releaser.acting
        seen = service.dossier(self.db, second, agency).sha256
        confirmed = enrolling.confirm(self.db, second, agency, seen, self.now_ms)
        return Team(confirmed, officer, self.passkeys[officer], identity)

    def _reached(self, found: Found) -> int:
        """Found in a register, and reached where that says; returns its number."""
        db, clerk, now_ms = self.db, self.staff.clerk.acting, self.now_ms
        number = enrolling.begin(db, clerk, found, now_ms).number
        mailed = enrolling.ask_back(db, clerk, number, Step.MAIL, now_ms, os.urandom)
        enrolling.answered_mail(db, clerk, number, mailed.code, found.domain, now_ms, dmarc_passed=True)
        said = enrolling.ask_back(db, clerk, number, Step.SWITCHBOARD, now_ms, os.urandom)
        enrolling.answered_call(db, clerk, number, said.code, said.to, now_ms)
        return number

    def _join(self, invited: Invitation) -> int:
        """Somebody comes with their code and makes a passkey; returns their number."""
        door = door_of(self.place)
        found = people.whose_code(self.db, door, invited.code, self.now_ms)
        passkey = self.passkeys[found.number] = Passkey.es256()
        answer = passkey.create(people.ask_first(door, found, BROWSER, self.now_ms), self.place.origin)
        people.join(self.db, door, invited.code, "a key in software", answer, BROWSER, self.now_ms)
        return found.number

    def _sign(self, who: int, deed: Deed, *, about: int = 0, text: str = "") -> tuple[bytes, str]:
        asked = proving.ask(self.db, self.place, who, deed, self.now_ms, os.urandom, about=about, text=text)
        return asked.data, self.passkeys[who].get(asked.options, self.place.origin)
