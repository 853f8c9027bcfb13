# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Revoking agencies in one act: one of them, all of a country, all of a domain, or every one.

When it returns, no passkey, code or age key of theirs is worth anything, and what they asked for moves nowhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Self

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.db.transaction import Db, transaction
from privity.desk.legal.agencies import normal, people, people_store, service, store
from privity.desk.legal.agencies.errors import NothingToRevoke
from privity.desk.legal.agencies.model import Agency, Part, Person, Revoked, Standing, State
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right
from privity.desk.staff.service import checked_reason

OpenRequests = Callable[[Db, Sequence[int]], Sequence[str]]
"""What of some agencies is open, asked before anything is changed; the room of requests gives it."""

NUMBERS: Final = 5000
"""Agencies named in one entry of the log."""


@dataclass(frozen=True, slots=True)
class Whom:
    """Which agencies are meant: all, where nothing else is said."""

    number: int | None = None
    country: str | None = None
    domain: str | None = None

    @classmethod
    def all(cls) -> Self:
        return cls()

    @classmethod
    def below(cls, domain: str) -> Self:
        """Those of a domain and of any below it. Raises AgencyInvalid."""
        return cls(domain=normal.domain(domain))

    @property
    def how(self) -> str:
        """For the log."""
        for name in ("number", "country", "domain"):
            if getattr(self, name) is not None:
                return name
        return "all"

    def means(self, agency: Agency) -> bool:
        return (
            self.number in (None, agency.number)
            and self.country in (None, agency.country)
            and (self.domain is None or normal.within(agency.domain, self.domain))
        )


def revoke(db: Db, acting: Acting, whom: Whom, reason: str, now_ms: int, open_requests: OpenRequests) -> Revoked:
    """Raises ReasonMissing, AgencyUnknown or NothingToRevoke."""
    acting.must(Right.REVOKE_AGENCIES)
    reason = checked_reason(reason)
    with transaction(db):
        if whom.number is not None:
            service.of(db, whom.number)
        meant = [each for each in store.agencies(db) if each.state is not State.REVOKED and whom.means(each)]
        if not meant:
            raise NothingToRevoke("no agency is meant by this that is not revoked already")
        numbers = tuple(sorted(each.number for each in meant))
        requests = tuple(open_requests(db, numbers))
        passkeys = codes = keys = 0
        ended: list[Person] = []
        for agency in meant:
            codes += store.drop_checks(db, agency.number)
            for person in _people(db, agency):
                taken = people.take_away(db, person, now_ms)
                passkeys, codes, keys = passkeys + taken[0], codes + taken[1], keys + taken[2]
                ended.append(person)
            store.revoke(db, agency.number, now_ms)
        supervisors = sum(each.part is Part.SUPERVISOR for each in ended)
        done = Revoked(numbers, supervisors, len(ended) - supervisors, passkeys, codes, keys, requests)
        _say(db, acting, whom, reason, done, now_ms)
    return done


def _people(db: Db, agency: Agency) -> Iterator[Person]:
    everybody = [
        *people_store.supervisors(db, agency.number),
        *(officer.person for officer in people_store.officers(db, agency.number)),
    ]
    return (each for each in everybody if each.state is not Standing.ENDED)


def _say(db: Db, acting: Acting, whom: Whom, reason: str, done: Revoked, now_ms: int) -> None:
    """One entry, or as many as the numbers need."""
    for first in range(0, len(done.agencies), NUMBERS):
        log.add(
            db,
            at_ms=now_ms,
            who=acting.who,
            act=Act.AGENCIES_REVOKED,
            about=f"agency:{whom.number}" if whom.number is not None else "",
            by=whom.how,
            country=whom.country,
            reason=reason,
            agencies=list(done.agencies[first : first + NUMBERS]),
            supervisors=done.supervisors,
            officers=done.officers,
            passkeys=done.passkeys,
            codes=done.codes,
            keys=done.keys,
            requests=len(done.requests),
        )
