# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A house that tells people: requests that were collected, whose targets have accounts, a hub that takes notices."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self

from privity.desk.audit.acts import Act
from privity.desk.audit.entry import Entry
from privity.desk.db.database import open_database
from privity.desk.db.transaction import Db, transaction
from privity.desk.decisions import outbox
from privity.desk.decisions.outbox import EffectState, Ordered
from privity.desk.keys import DeskKeys
from privity.desk.legal.notices import lodging, service, settling, store
from privity.desk.legal.notices.model import Bar, BarKind, Notice
from privity.desk.legal.notices.planning import Telling
from privity.desk.legal.notices.sending import step
from privity.desk.legal.requests import judging
from privity.desk.legal.requests import service as requests
from privity.desk.legal.requests.clocks import DAY_MS
from privity.desk.legal.requests.judging import Ruling
from privity.desk.legal.requests.model import Ground, LegalRequest, Outcome, State
from privity.desk.legal.requests.office import Rules
from privity.desk.legal.rulebook.facts import Target
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Role
from privity.identity.uris import new_user_uri
from privity.message.appeal import About, Appeal
from privity.wire.staff import RelayedReport, Verb
from privity.wire.standing import Statement
from tests.desk.fake_hub import HOST
from tests.desk.legal.casework import Casework
from tests.desk.legal.releasing.floor import Floor
from tests.desk.legal.rulebook.bases import ACTIVE, PROFILE

POT: Final = Target("handle", "pot.collector")
LID: Final = Target("handle", "lid.collector")
BOTH_TARGETS: Final = [{"kind": each.kind, "value": each.value} for each in (POT, LID)]
ORDER: Final = "18 USC 2705(b), order of the Court of Example of 2026-11-20"
REVIEWER: Final = Acting.member(90, frozenset({Role.LEGAL_REVIEWER}))
OTHERS: Final = [Acting.member(91, frozenset({role})) for role in Role if role is not Role.LEGAL_REVIEWER]


@dataclass
class Post:
    """One desk, on a day of its own; `accounts` says whom each target stands for."""

    floor: Floor
    accounts: dict[Target, str] = field(default_factory=dict)

    @classmethod
    def at(cls, folder: Path, fresh: tuple[Path, DeskKeys]) -> Self:
        """On a copy of a database without a row."""
        file, keys = fresh
        shutil.copy(file, folder / "desk.db")
        post = cls(Floor(open_database(folder / "desk.db", keys), keys, folder))
        post.accounts[POT] = new_user_uri(HOST, os.urandom)
        return post

    def restarted(self) -> None:
        """Another process, on the same disk."""
        self.db.close()
        self.floor.db = open_database(self.floor.folder / "desk.db", self.floor.keys)

    @property
    def db(self) -> Db:
        return self.floor.db

    @property
    def now_ms(self) -> int:
        return self.floor.now_ms

    @property
    def person(self) -> str:
        return self.accounts[POT]

    @property
    def telling(self) -> Telling:
        return Telling(
            self.floor.keys.evidence,
            Rules(ACTIVE, PROFILE),
            "Teapot Talk",
            "law@teapots.example",
            self._resolved,
            os.urandom,
        )

    def _resolved(self, db: Db, evidence_key: bytes, number: int) -> Sequence[tuple[Target, str]]:
        named = {line.target for line in requests.scope_of(db, number)}
        return tuple((target, user_uri) for target, user_uri in self.accounts.items() if target in named)

    def days(self, count: float) -> None:
        self.floor.later(int(count * DAY_MS))

    def to_the_day(self, from_ms: int, day: int) -> None:
        """To the middle of the day that is so many after the day of a moment."""
        self.floor.later(from_ms - from_ms % DAY_MS + day * DAY_MS + DAY_MS // 2 - self.now_ms)

    def step(self) -> int:
        """What the desk does by itself, at a look."""
        self.floor.later()
        return step(self.db, self.telling, self.now_ms)

    def of(self, number: int) -> LegalRequest:
        return requests.of(self.db, number)

    def collected(self, instrument: str = "us.sca.subpoena", **changes: Any) -> int:
        """A request of which there is a collection. A European order comes by an officer's passkey."""
        if not instrument.startswith("eu."):
            return self.floor.collected(instrument=instrument, **changes)
        work, clerk = self._casework(), self.floor.clerk
        number = work.submitted(instrument, changes)
        work.verified(number, clerk)
        work.confirmed(number, clerk, channel="decentralised_it_system")
        work.judged(number, by=clerk)
        self.floor.collect(number)
        return number

    def _casework(self) -> Casework:
        floor = self.floor
        return Casework(self.db, floor.keys, floor.later(), _bureau=floor.bureau, _team=floor.team())

    def emergency(self) -> int:
        """An emergency of an agency that has asked before."""
        accounts, self.accounts = self.accounts, {}
        before = self.collected()
        self.step()
        self.approved(before)
        self.step()
        self.released(before)
        self.accounts = accounts
        work, clerk = self._casework(), self.floor.clerk
        number = work.submitted("us.sca.emergency")
        work.verified(number, clerk)
        work.confirmed(number, clerk)
        work.judged(number, by=clerk)
        self.floor.collect(number)
        return number

    def effect(self, user_uri: str) -> int:
        """A notice in the outbox that belongs to none."""
        made = self.db.execute(
            "INSERT INTO effect (id, place, subject, verb, params, made_ms, next_ms)"
            " VALUES (?, 77, ?, 'legal_notice', x'7b7d', 1, 1) RETURNING n",
            (os.urandom(16).hex(), user_uri),
        )
        return int(made.fetchone()[0])

    def preserved(self) -> int:
        """A request by which data are kept apart and none leave."""
        work = self._casework()
        number = work.ready("us.sca.2703f", by=self.floor.clerk)
        work.judged(number, Outcome.PRESERVE, self.floor.clerk)
        return number

    def told(self, **changes: Any) -> int:
        """A request whose people the hub was asked to tell, and has told."""
        number = self.collected(**changes)
        self.step()
        self.hub_takes()
        self.step()
        return number

    def judged_anew(self, number: int) -> None:
        """The same request, decided again and collected again."""
        key, clerk = self.floor.keys.evidence, self.floor.clerk
        made = judging.triage(self.db, key, self.telling.rules, clerk, number, self.floor.later(), os.urandom)
        ruling = Ruling(made.number, Outcome.ACCEPT, (Ground.RULEBOOK,), "as before")
        judging.judge(self.db, key, clerk, number, ruling, self.floor.later(), os.urandom)
        self.floor.collect(number)

    def approved(self, number: int) -> None:
        self._lift("legal_request_is_reviewed", "legal_request_is_approved")
        for state in (State.REVIEWED, State.APPROVED):
            requests.move(self.db, number, state, "staff:1", self.floor.later())

    def released(self, number: int) -> int:
        """Data leave; when they did."""
        self._lift("legal_request_is_released")
        return requests.move(self.db, number, State.RELEASED, "desk", self.floor.later()).changed_ms

    def _lift(self, *guards: str) -> None:
        """Review, approval and package are of the room that releases, and proven there. Here their guards are lifted;
        those of notices stand."""
        for guard in guards:
            self.db.execute(f"DROP TRIGGER IF EXISTS {guard}")

    def purge(self, number: int) -> None:
        requests.step(self.db, self.floor.later(40 * DAY_MS), (service.purge,))

    def notices(self, number: int) -> tuple[Notice, ...]:
        return store.of_request(self.db, number)

    def notice(self, number: int) -> Notice:
        (found,) = self.notices(number)
        return found

    def bar(
        self,
        number: int,
        until_ms: int | None,
        basis: str = ORDER,
        by: Acting = REVIEWER,
        kind: BarKind = BarKind.ORDER,
    ) -> Bar:
        return service.bar(self.db, by, number, kind, basis, until_ms, self.floor.later())

    def asked(self) -> list[Ordered]:
        """Every notice that the hub was to be asked for, in order."""
        numbers = self.db.execute(
            "SELECT n FROM effect WHERE verb = ? ORDER BY n", (Verb.LEGAL_NOTICE.value,)
        ).fetchall()
        return [found for (number,) in numbers if (found := outbox.find(self.db, number)) is not None]

    def said(self) -> list[Statement]:
        found = [one.effect.params.statement for one in self.asked()]
        return [one for one in found if one is not None]

    def hub_takes(self, state: EffectState = EffectState.APPLIED, answer: str = "applied") -> None:
        """The hub answers whatever waits."""
        with transaction(self.db):
            for one in self.asked():
                if one.state is EffectState.WAITING:
                    outbox.settle(self.db, one.number, state, answer, self.floor.later())

    def objects(self, reference: str, who: str, text: str = "I am another teapot collector.") -> int | None:
        """An objection as the intake takes it in."""
        relayed = RelayedReport(who, self.floor.later(), b"sealed", os.urandom(8).hex())
        sealed = Appeal(About.OBJECTION, reference, who, text)
        return lodging.lodge(self.db, self.floor.keys.evidence, os.urandom, sealed, relayed, self.now_ms)

    def lines(self, who: str) -> list[str]:
        """What somebody was told about what they handed in."""
        rows = self.db.execute("SELECT n FROM effect WHERE verb = 'tell' AND subject = ? ORDER BY n", (who,)).fetchall()
        found = [outbox.find(self.db, number) for (number,) in rows]
        return [one.effect.params.text for one in found if one is not None]

    def done(self, number: int) -> LegalRequest:
        return settling.done(self.db, number, "desk", self.floor.later())

    def acts(self, *acts: Act) -> list[Entry]:
        return self.floor.acts(*acts)
