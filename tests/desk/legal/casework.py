# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Invented legal requests at a desk, brought as far as a test needs them, by the services that people use."""

from __future__ import annotations

import json
import random as seeded
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Self

import yaml

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.audit.entry import Entry
from privity.desk.db.database import open_database
from privity.desk.db.transaction import Db
from privity.desk.keys import DeskKeys
from privity.desk.legal.requests import checking, filing, judging, service, taking
from privity.desk.legal.requests.clocks import DAY_MS, HOUR_MS, midnight
from privity.desk.legal.requests.judging import Judged, Ruling
from privity.desk.legal.requests.model import Attachment, Filing, Ground, LegalRequest, Outcome, ScopeLine, State
from privity.desk.legal.requests.office import Rules
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Role
from tests.desk.fresh_keys import fresh_keys
from tests.desk.legal.agencies.bureau import HOME, PLACE, RELEASER, Bureau, Team
from tests.desk.legal.rulebook.bases import ACTIVE, PROFILE, TODAY, base

T0: Final = midnight(TODAY) + 9 * HOUR_MS
"""Nine in the morning of the day on which the invented rulebook was reviewed."""
CLERK: Final = Acting.member(1, frozenset({Role.LEGAL_CLERK}))
REVIEWER: Final = Acting.member(4, frozenset({Role.LEGAL_REVIEWER}))
BOTH: Final = Acting.member(5, frozenset({Role.LEGAL_CLERK, Role.LEGAL_REVIEWER}))
RULES: Final = Rules(ACTIVE, PROFILE)
WARRANT: Final = "us.sca.warrant"
GUARD: Final = r"^(?!.*constraint failed)"
"""What the database says where a guard refused, and not only a key or a check that would have refused anyway."""
__all__ = ["BOTH", "CLERK", "GUARD", "RELEASER", "REVIEWER", "RULES", "T0", "WARRANT", "Casework", "written"]


def written(
    instrument: str = WARRANT, change: Mapping[str, Any] = MappingProxyType({}), drop: Iterable[str] = ()
) -> bytes:
    """A request as a file: all that the instrument asks for, with some facts changed or left out."""
    return yaml.safe_dump(json.loads(json.dumps(base(instrument, change, drop)))).encode()


@dataclass
class Casework:
    """One desk. Tests of other rooms give it theirs: all that they have in common is the database."""

    db: Db
    keys: DeskKeys
    now_ms: int = T0
    rules: Rules = RULES
    random: Callable[[int], bytes] = field(default_factory=lambda: seeded.Random(17).randbytes)
    _bureau: Bureau | None = None
    _team: Team | None = None

    @classmethod
    def at(cls, folder: Path) -> Self:
        keys = fresh_keys(folder)
        return cls(open_database(folder / "desk" / "desk.db", keys), keys)

    @property
    def key(self) -> bytes:
        return self.keys.evidence

    @property
    def bureau(self) -> Bureau:
        if self._bureau is None:
            self._bureau = Bureau(self.db, self.now_ms)
        self._bureau.now_ms = self.now_ms
        return self._bureau

    @property
    def team(self) -> Team:
        """The agency that asks, enrolled when it is first needed."""
        if self._team is None:
            self._team = self.bureau.enrolled()
        return self._team

    def days(self, count: float) -> None:
        self.now_ms += int(count * DAY_MS)

    def of(self, number: int) -> LegalRequest:
        return service.of(self.db, number)

    def log(self, *acts: Act) -> list[Entry]:
        entries = [Entry.decode(data) for data in log.entries(self.db)]
        return [entry for entry in entries if not acts or entry.act in acts]

    def submitted(
        self,
        instrument: str = WARRANT,
        change: Mapping[str, Any] = MappingProxyType({}),
        drop: Iterable[str] = (),
        attachments: tuple[Attachment, ...] = (),
    ) -> int:
        """What an officer sent, whom nobody has verified."""
        self.submit(written(instrument, change, drop), attachments)
        (number,) = self.db.execute("SELECT max(n) FROM legal_request").fetchone()
        return int(number)

    def submit(self, request: bytes, attachments: tuple[Attachment, ...] = ()) -> bytes:
        return filing.submit(self.db, self.key, self.rules, Filing(request, attachments), self.now_ms, self.random)

    def verifying(self, number: int, by: Acting = CLERK) -> LegalRequest:
        return checking.begin(self.db, by, number, self.now_ms)

    def asserted(self, number: int, by: Acting = CLERK) -> LegalRequest:
        """The officer's passkey answers for the request."""
        officer = self.team.officer
        options = checking.ask(self.db, PLACE, officer, number)
        answer = self.bureau.keys[officer].get(options, PLACE.origin)
        return checking.by_assertion(self.db, self.key, PLACE, by, number, answer, HOME, self.now_ms, self.random)

    def called(self, number: int, by: Acting = CLERK, dialled: str = "") -> None:
        to = dialled or self.team.agency.switchboard
        checking.call_back(self.db, self.key, by, number, to, "teapot", "Sam", self.now_ms, self.random)

    def confirmed(self, number: int, by: Acting = CLERK, **more: Any) -> None:
        """A clerk has looked at all that the request claims to show, and says what only the house can know."""
        noticed = {"channel": "agency_account", "flags": [], "language_ok": True, "sent_to_contact_point": True, **more}
        claimed = base(str(service.facts_of(self.db, self.key, number).text("instrument")))
        seen = {name: value for name, value in claimed.items() if value is True and name not in taking.FOUND_OUT}
        values = {**seen, **noticed}
        filing.correct(self.db, self.key, self.rules, by, number, values, "I looked", self.now_ms, self.random)

    def verified(self, number: int, by: Acting = CLERK) -> LegalRequest:
        """From submitted to verified, with a call wherever one is needed."""
        self.verifying(number, by)
        self.asserted(number, by)
        self.called(number, by)
        return checking.verified(self.db, self.key, self.rules, by, number, self.now_ms)

    def triaged(self, number: int, by: Acting = REVIEWER) -> Judged:
        return judging.triage(self.db, self.key, self.rules, by, number, self.now_ms, self.random)

    def judged(
        self,
        number: int,
        outcome: Outcome = Outcome.ACCEPT,
        by: Acting = REVIEWER,
        scope: tuple[ScopeLine, ...] = (),
        grounds: tuple[Ground, ...] = (Ground.RULEBOOK,),
    ) -> LegalRequest:
        """Ask the rulebook and decide."""
        ruling = Ruling(self.triaged(number, by).number, outcome, grounds, "as the rulebook says", scope)
        return judging.judge(self.db, self.key, by, number, ruling, self.now_ms, self.random)

    def ready(
        self, instrument: str = WARRANT, change: Mapping[str, Any] = MappingProxyType({}), by: Acting = CLERK
    ) -> int:
        """A verified request whose facts a clerk has confirmed."""
        number = self.submitted(instrument, change)
        self.verified(number, by)
        self.confirmed(number, by)
        return number

    def scoped(
        self,
        instrument: str = WARRANT,
        change: Mapping[str, Any] = MappingProxyType({}),
        clerk: Acting = CLERK,
        reviewer: Acting = REVIEWER,
    ) -> int:
        """A request that was accepted, with all that the rulebook releases."""
        number = self.ready(instrument, change, clerk)
        self.judged(number, by=reviewer)
        assert self.of(number).state is State.SCOPED
        return number
