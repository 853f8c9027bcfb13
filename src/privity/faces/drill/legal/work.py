# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What people of the legal desk do for one request, by the desk's own services, beside the running desk."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from privity.desk.db.transaction import Db, transaction
from privity.desk.legal.agencies.model import Seen
from privity.desk.legal.notices import service as notices
from privity.desk.legal.notices.errors import NobodyTold, StillThere
from privity.desk.legal.notices.model import Bar, BarKind
from privity.desk.legal.releasing import delivering, looking, service
from privity.desk.legal.releasing.model import Fetched, Production, Turn
from privity.desk.legal.releasing.office import Office
from privity.desk.legal.requests import checking, filing, judging
from privity.desk.legal.requests import service as requests
from privity.desk.legal.requests.clocks import day_of
from privity.desk.legal.requests.judging import Judged, Ruling
from privity.desk.legal.requests.model import Ending, Filing, Ground, LegalRequest, Outcome, ScopeLine, State
from privity.desk.legal.requests.office import Rules
from privity.desk.legal.vault import service as vault
from privity.desk.legal.vault.custody import Custody
from privity.desk.legal.vault.model import Hold
from privity.faces.drill.legal.agency import Team
from privity.faces.drill.legal.asked import Asked
from privity.faces.drill.legal.staff import Member, Staff
from privity.production.model import Kind

WHY: Final = "As the rulebook says."


@dataclass(slots=True)
class Work:
    """One desk, with everything that its services ask for."""

    db: Db = field(repr=False)
    evidence_key: bytes = field(repr=False)
    rules: Rules
    office: Office
    custody: Custody
    staff: Staff
    now_ms: Callable[[], int]

    @property
    def today(self) -> date:
        return day_of(self.now_ms())

    def of(self, number: int) -> LegalRequest:
        return requests.of(self.db, number)

    # From the file to a verdict

    def submit(self, request: bytes) -> tuple[int, bytes]:
        """What anybody sends; the request's number, and the answer that everybody gets."""
        said = filing.submit(self.db, self.evidence_key, self.rules, Filing(request), self.now_ms(), os.urandom)
        return requests.in_states(self.db, (State.SUBMITTED,))[-1].number, said

    def verified(self, number: int, team: Team) -> None:
        """The officer's passkey signs the request, and the agency is called at the number in the register."""
        db, clerk, place = self.db, self.staff.clerk.acting, self.office.place
        checking.begin(db, clerk, number, self.now_ms())
        answer = team.passkey.get(checking.ask(db, place, team.officer, number), place.origin)
        seen = Seen(hashlib.sha256(b"the officer's browser").digest(), team.agency.country)
        checking.by_assertion(db, self.evidence_key, place, clerk, number, answer, seen, self.now_ms(), os.urandom)
        self.called(number, team.agency.switchboard)
        self.verified_by_now(number)

    def verified_by_now(self, number: int) -> LegalRequest:
        clerk = self.staff.clerk.acting
        return checking.verified(self.db, self.evidence_key, self.rules, clerk, number, self.now_ms())

    def on_paper(self, number: int, team: Team) -> None:
        """A clerk writes down whom a letter names."""
        clerk, agency, now_ms = self.staff.clerk.acting, team.agency.number, self.now_ms()
        said = "the letter came from the agency's domain, and nothing else is known"
        checking.on_paper(self.db, self.evidence_key, clerk, number, agency, None, said, now_ms, os.urandom)

    def called(self, number: int, dialled: str) -> None:
        clerk, now_ms = self.staff.clerk.acting, self.now_ms()
        checking.call_back(
            self.db, self.evidence_key, clerk, number, dialled, "the first words", "Sam Supervisor", now_ms, os.urandom
        )

    def looked_at(self, number: int, asked: Asked) -> None:
        """A clerk writes down what really is there."""
        self.corrected(number, asked.seen(), "I looked at it.")

    def corrected(self, number: int, values: dict[str, object], why: str) -> None:
        clerk, now_ms = self.staff.clerk.acting, self.now_ms()
        filing.correct(self.db, self.evidence_key, self.rules, clerk, number, values, why, now_ms, os.urandom)

    def triaged(self, number: int) -> Judged:
        clerk, now_ms = self.staff.clerk.acting, self.now_ms()
        return judging.triage(self.db, self.evidence_key, self.rules, clerk, number, now_ms, os.urandom)

    def judged(
        self,
        number: int,
        judged: Judged,
        outcome: Outcome,
        *,
        ground: Ground = Ground.RULEBOOK,
        scope: tuple[ScopeLine, ...] = (),
    ) -> LegalRequest:
        ruling = Ruling(judged.number, outcome, (ground,), WHY, scope)
        clerk, now_ms = self.staff.clerk.acting, self.now_ms()
        return judging.judge(self.db, self.evidence_key, clerk, number, ruling, now_ms, os.urandom)

    def judged_with_what_was_kept(self, number: int, judged: Judged, hold: int) -> LegalRequest:
        """Accepted, and the hold released to it in the same moment."""
        with transaction(self.db):
            self.judged(number, judged, Outcome.ACCEPT)
            vault.release(self.db, self.custody, self.staff.clerk.acting, hold, number, self.now_ms())
            return self.of(number)

    def barred(self, number: int) -> Bar:
        """What the request cites for its secrecy, as the database keeps it."""
        facts = requests.facts_of(self.db, self.evidence_key, number)
        basis, until_ms = notices.cited(facts)
        clerk = self.staff.clerk.acting
        return notices.bar(self.db, clerk, number, BarKind.ORDER, basis, until_ms, self.now_ms())

    def is_planned(self, number: int) -> bool:
        """Whether the desk knows whom a request is about, and what becomes of their notices."""
        try:
            notices.state_for(self.db, number, self.now_ms())
        except NobodyTold:
            return False
        return True

    def is_told(self, number: int) -> bool:
        """Whether the hub has said of every notice that it is there."""
        found = notices.notices(self.db, self.staff.clerk.acting, number)
        return bool(found) and all(each.settled for each in found)

    def references(self, number: int) -> frozenset[str]:
        """By what people know the notices of a request."""
        return frozenset(each.reference for each in notices.notices(self.db, self.staff.clerk.acting, number))

    def nobody_to_tell(self, number: int) -> bool:
        """Write down of each notice that the hub refused that nobody is there; whether these are all of them."""
        clerk = self.staff.clerk.acting
        for each in notices.notices(self.db, clerk, number):
            if not each.settled:
                try:
                    notices.nobody(self.db, clerk, each.number, "The account is closed.", self.now_ms())
                except StillThere:
                    return False
        return self.is_told(number)

    def held(self, number: int) -> Hold | None:
        """What was kept apart for a request, once it was."""
        return next((each for each in vault.of_request(self.db, number) if each.taken_ms is not None), None)

    def closed(self, number: int, why: Ending) -> LegalRequest:
        return requests.close(self.db, self.staff.clerk.acting, number, why, self.now_ms())

    # From a verdict to a package

    def reviewed(self, number: int, kind: Kind, hold: int | None = None) -> Production:
        clerk = self.staff.clerk.acting
        return looking.review(self.db, self.office, clerk, number, kind, self.now_ms(), hold=hold)

    def waits_for(self, production: int) -> tuple[Turn, ...]:
        return looking.shown(self.db, self.office, self.staff.clerk.acting, production).waits_for

    def approved(self, production: int, by: Member, answer: str | None = None) -> Production:
        """Somebody's passkey over the manifest; `answer` is that of another one."""
        asked = self.asked_to_approve(production, by)
        said = by.passkey.get(asked, self.office.place.origin) if answer is None else answer
        return service.approve(self.db, self.office, by.acting, production, said, self.now_ms())

    def asked_to_approve(self, production: int, by: Member) -> str:
        """What their browser is asked."""
        return service.ask(self.db, self.office, by.acting, production, self.now_ms())

    def released(self, production: int, by: Member) -> Production:
        return service.release(self.db, self.office, by.acting, production, self.now_ms())

    def production(self, number: int) -> Production:
        return looking.of(self.db, number)

    def fetched(self, production: int, team: Team) -> Fetched:
        """An officer shows a passkey and has the encrypted file."""
        asked = delivering.ask(self.db, self.office, team.officer, production, self.now_ms())
        answer = team.passkey.get(asked, self.office.place.origin)
        return delivering.fetch(self.db, self.office, team.officer, production, answer, self.now_ms())

    def made(self, number: int) -> tuple[Production, ...]:
        """Everything that was ever made of a request."""
        return service.made_of(self.db, self.staff.clerk.acting, number)

    def offered(self, team: Team) -> tuple[Production, ...]:
        return delivering.offered(self.db, team.officer, self.now_ms())
