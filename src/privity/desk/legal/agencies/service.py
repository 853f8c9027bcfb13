# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Which agencies there are, who files for them, and whether anything may be filed now. Nothing is changed here."""

from __future__ import annotations

import hashlib
from typing import Final

import msgspec

from privity.desk.db.transaction import Db
from privity.desk.legal.agencies import people_store, store
from privity.desk.legal.agencies.errors import (
    AgencyNotActive,
    AgencyUnknown,
    OfficerNotActive,
    PersonUnknown,
    RecipientRefused,
    SupervisorGone,
)
from privity.desk.legal.agencies.model import Agency, Dossier, Officer, Person, Standing, State, Step, StepDone
from privity.desk.limits import AGENCY_IDLE_DAYS, AGENCY_YEAR_DAYS, CLOCK_BACK_MS
from privity.desk.periods import DAY_MS
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right

_DOSSIER: Final = b"Privity agency dossier 1\n"
_ENROLLED: Final = b"Privity agency officer 1\n"


def of(db: Db, number: int) -> Agency:
    """Raises AgencyUnknown. No right is asked: whoever calls this asks."""
    found = store.agency(db, number)
    if found is None:
        raise AgencyUnknown(f"no agency has the number {number}")
    return found


def person(db: Db, number: int) -> Person:
    """A supervisor or an officer. Raises PersonUnknown."""
    found = people_store.person(db, number)
    if found is None:
        raise PersonUnknown(f"nobody of an agency has the number {number}")
    return found


def officer(db: Db, number: int) -> Officer:
    """Raises PersonUnknown."""
    found = people_store.officer(db, number)
    if found is None:
        raise PersonUnknown(f"no officer of an agency has the number {number}")
    return found


def officers(db: Db, agency: int) -> tuple[Officer, ...]:
    """Everybody who files for an agency, or did. No right is asked: whoever calls this asks."""
    return people_store.officers(db, of(db, agency).number)


def in_force(db: Db, number: int, now_ms: int) -> Officer:
    """The officer, if what they file counts now. Raises NotInForce by its name, or PersonUnknown."""
    found = officer(db, number)
    agency_in_force(of(db, found.agency), now_ms)
    if found.person.state is not Standing.ACTIVE:
        raise OfficerNotActive(f"{found.who} is {found.person.state.value}, and files nothing")
    if not within_days(found.person.used_ms, AGENCY_IDLE_DAYS, now_ms):
        raise OfficerNotActive(f"{found.who} was idle for {AGENCY_IDLE_DAYS} days and more; a supervisor confirms them")
    if person(db, found.supervisor).state is not Standing.ACTIVE:
        raise SupervisorGone(f"the supervisor of {found.who} is not here; another one takes them over")
    return found


def agency_in_force(found: Agency, now_ms: int) -> None:
    """Raise AgencyNotActive unless it may file now."""
    if found.state is not State.ACTIVE:
        raise AgencyNotActive(f"{found.about} is {found.state.value}, and files nothing")
    if not within_days(found.used_ms, AGENCY_IDLE_DAYS, now_ms):
        raise AgencyNotActive(f"{found.about} was idle for more than {AGENCY_IDLE_DAYS} days; it is looked at anew")
    if not within_days(found.attested_ms, AGENCY_YEAR_DAYS, now_ms):
        raise AgencyNotActive(f"{found.about} was attested more than {AGENCY_YEAR_DAYS} days ago; it is looked at anew")


def within_days(from_ms: int | None, days: int, now_ms: int) -> bool:
    """Whether so many days have not passed: the day itself is day 0, and the last one counts as a whole.

    What is of the future was written under a wrong clock, and says nothing.
    """
    return from_ms is not None and from_ms - CLOCK_BACK_MS <= now_ms < (from_ms // DAY_MS + days + 1) * DAY_MS


def recipients(db: Db, number: int) -> tuple[str, ...]:
    """The age keys to which productions for an officer are encrypted. Raises RecipientRefused where there is none."""
    found = officer(db, number)
    if found.recipient is None:
        raise RecipientRefused(f"{found.who} has enrolled no age key")
    return (found.recipient,)


def listed(db: Db, acting: Acting) -> tuple[Agency, ...]:
    """All of them, those that may file first."""
    acting.must(Right.SEE_LEGAL)
    return store.agencies(db)


def history(db: Db, acting: Acting, number: int) -> tuple[StepDone, ...]:
    """What was done in all rounds. Raises AgencyUnknown."""
    acting.must(Right.SEE_LEGAL)
    return store.steps(db, of(db, number).number)


def dossier(db: Db, acting: Acting, number: int) -> Dossier:
    """What a second member of staff looks at before they confirm. Raises AgencyUnknown."""
    acting.must(Right.SEE_LEGAL)
    agency = of(db, number)
    steps = tuple(done for done in store.steps(db, number) if done.round == agency.round)
    supervisors, officers = people_store.supervisors(db, number), people_store.officers(db, number)
    seen = [
        (agency.number, agency.round, agency.state, agency.suspected),
        [msgspec.to_builtins(done) for done in steps],
        [(each.number, each.name, each.state, _passkeys(db, each.number)) for each in supervisors],
        [
            (each.number, each.person.name, each.person.state, each.supervisor, enrolled(db, each.number))
            for each in officers
        ],
    ]
    sha256 = hashlib.sha256(_DOSSIER + msgspec.json.encode(seen)).hexdigest()
    return Dossier(agency, steps, supervisors, officers, sha256)


def open_steps(db: Db, agency: Agency) -> dict[Step, StepDone]:
    """What was done in the round that is open; nothing where none is."""
    done = {each.step: each for each in store.steps(db, agency.number) if each.round == agency.round}
    return {} if Step.CONFIRMED in done else done


def enrolled(db: Db, number: int) -> str:
    """What stands for an officer's passkeys and age key, for a supervisor to compare with what the officer says."""
    found = officer(db, number)
    said = [number, found.person.name, _passkeys(db, number), found.recipient]
    return hashlib.sha256(_ENROLLED + msgspec.json.encode(said)).hexdigest()


def roster(db: Db, number: int) -> str:
    """What stands for all officers of an agency who count or would count again, for a supervisor to attest."""
    counting = [each.number for each in people_store.officers(db, number) if counts(each)]
    return hashlib.sha256(_ENROLLED + msgspec.json.encode([enrolled(db, each) for each in counting])).hexdigest()


def counts(found: Officer) -> bool:
    """Whether a supervisor has confirmed them and nobody has ended them."""
    return found.person.state in (Standing.ACTIVE, Standing.LAPSED)


def _passkeys(db: Db, number: int) -> list[str]:
    return [each.id.hex() for each in people_store.passkeys(db, number)]
