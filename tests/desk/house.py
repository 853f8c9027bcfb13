# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A desk's database with invented reports in cases, and members of staff: where every decision begins."""

from __future__ import annotations

import random as seeded
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from privity.desk.appeals.lodging import lodge
from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.audit.entry import Entry
from privity.desk.cases import service as cases
from privity.desk.cases.gathering import Gathering
from privity.desk.db.database import open_database
from privity.desk.db.transaction import Db
from privity.desk.decisions import outbox
from privity.desk.decisions import service as decisions
from privity.desk.decisions.actions import ACTIONS, Action
from privity.desk.decisions.model import Cited, Decision, Proposal
from privity.desk.decisions.outbox import Ordered
from privity.desk.decisions.policies import PolicyName
from privity.desk.intake.findings import Level, Outcome, Source, State, Subject
from privity.desk.intake.model import AssessedMessage, Assessment, Authorship
from privity.desk.intake.recording import Batch
from privity.desk.keys import DeskKeys
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Role
from privity.identity.uris import new_room_uri, new_user_uri
from privity.message.appeal import About, Appeal
from privity.message.report import Reason
from privity.wire import staff
from tests.desk.fake_hub import HOST
from tests.desk.fresh_keys import fresh_keys

T0 = 1_800_000_000_000
OUTCOMES = {Level.TIP: Outcome.MISMATCH, Level.HUB: Outcome.VERIFIED, Level.AUTHORSHIP: Outcome.VERIFIED_AUTHORSHIP}

MODERATOR = Acting.member(1, frozenset({Role.MODERATOR}))
SENIOR = Acting.member(2, frozenset({Role.SENIOR}))
APPEALS = Acting.member(3, frozenset({Role.APPEALS}))


@dataclass(slots=True)
class House:
    """One desk. Every number that must not repeat comes from `random`."""

    db: Db
    keys: DeskKeys
    clock: int = T0
    random: Callable[[int], bytes] = field(default_factory=lambda: seeded.Random(11).randbytes)
    reports: int = 0

    @classmethod
    def at(cls, folder: Path) -> Self:
        keys = fresh_keys(folder)
        return cls(open_database(folder / "desk" / "desk.db", keys), keys)

    def user(self) -> str:
        return new_user_uri(HOST, self.random)

    def room(self) -> str:
        return new_room_uri(HOST, self.random)

    def report(
        self,
        accused: str | None,
        *levels: Level,
        reporter: str | None = None,
        room: str | None = None,
        subject: Subject = Subject.MESSAGES,
        source: Source = Source.USER,
        reason: Reason = Reason.HARASSMENT,
    ) -> int:
        """A report as the intake records it, with a message of each level; returns its number."""
        self.clock += 1000
        self.reports += 1
        messages = tuple(
            AssessedMessage(
                position, self.random(32), self.clock - 500 + position, OUTCOMES[level], "", Authorship.ABSENT, True
            )
            for position, level in enumerate(levels)
        )
        found = Assessment(
            State.ASSESSED,
            "",
            accused,
            room or (None if subject is Subject.NOTICE else self.room()),
            int(reason),
            0,
            messages,
            subject=subject,
            source=source,
        )
        relayed = self.relayed(reporter or self.user(), self.random(8).hex())
        batch = self.batch()
        batch.add(relayed, found)
        batch.write()
        (number,) = self.db.execute("SELECT seq FROM report WHERE receipt = ?", (relayed.receipt,)).fetchone()
        return int(number)

    def receipt(self, report: int) -> str:
        """What its reporter has of a report."""
        (receipt,) = self.db.execute("SELECT receipt FROM report WHERE seq = ?", (report,)).fetchone()
        return str(receipt)

    def relayed(self, reporter: str, receipt: str) -> staff.RelayedReport:
        return staff.RelayedReport(reporter, self.clock, b"sealed", receipt)

    def batch(self) -> Batch:
        def lodged(db: Db, appeal: Appeal, relayed: staff.RelayedReport, now_ms: int) -> object:
            return lodge(db, self.keys.evidence, self.random, appeal, relayed, now_ms)

        return Batch(self.db, self.keys.evidence, self.random, lambda: self.clock, Gathering({}), lodged)

    def case(self, accused: str, *levels: Level, by: Acting = MODERATOR, reporter: str | None = None) -> int:
        """A case about somebody with one report, taken by this member of staff."""
        number = cases.case_of_report(self.db, self.report(accused, *levels, reporter=reporter))
        cases.take(self.db, by, number, self.clock)
        return number

    def proposal(self, case: int, action: Action = Action.SUSPEND, **changes: object) -> Proposal:
        """What rests on every message of the case."""
        fields: dict[str, object] = {
            "policy": PolicyName.HARASSMENT,
            "action": action,
            "reason": "You went on after being asked to stop. This is an invented case.",
            "evidence": self.cited(case),
            "days": 7 if ACTIONS[action].days is not None else None,
        }
        return Proposal(**(fields | changes))  # type: ignore[arg-type]  # the fields of a proposal, by name

    def cited(self, case: int) -> tuple[Cited, ...]:
        rows = self.db.execute(
            "SELECT m.report_seq, m.position FROM reported_message AS m"
            " JOIN case_report AS c ON c.report_seq = m.report_seq WHERE c.case_number = ? ORDER BY 1, 2",
            (case,),
        ).fetchall()
        return tuple(Cited(*row) for row in rows)

    def decide(self, case: int, action: Action = Action.SUSPEND, by: Acting = MODERATOR, **changes: object) -> Decision:
        self.clock += 1000
        return decisions.propose(self.db, by, case, self.proposal(case, action, **changes), self.clock, self.random)

    def confirm(self, made: Decision, by: Acting = SENIOR) -> Decision:
        self.clock += 1000
        return decisions.confirm(self.db, by, made.number, "I have looked at it too.", self.clock, self.random)

    def undo(self, made: Decision, by: Acting = MODERATOR) -> Decision:
        self.clock += 1000
        return decisions.undo(self.db, by, made.number, "It was a mistake.", self.clock, self.random)

    def appeal(self, about: About, reference: str, appellant: str, text: str = "I did not do that, I swear.") -> str:
        """An appeal as the intake takes it in; returns its receipt."""
        self.clock += 1000
        relayed = self.relayed(appellant, self.random(8).hex())
        batch = self.batch()
        batch.add(relayed, Appeal(about, reference, "" if about is About.NOTICE else appellant, text))
        batch.write()
        return relayed.receipt

    def effects(self) -> list[Ordered]:
        """Everything that the hub was ever to be asked, in order."""
        numbers = self.db.execute("SELECT n FROM effect ORDER BY n").fetchall()
        return [found for (number,) in numbers if (found := outbox.find(self.db, number)) is not None]

    def asked(self, subject: str) -> list[str]:
        """The verbs for one subject, in order."""
        return [one.effect.verb.value for one in self.effects() if one.effect.subject == subject]

    def acts(self, *acts: Act) -> list[Entry]:
        entries = [Entry.decode(data) for data in log.entries(self.db)]
        return [entry for entry in entries if not acts or entry.act in acts]
