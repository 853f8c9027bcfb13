# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A desk to which authorities came in every way there is, each step by the service that does it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from privity.desk.audit import log
from privity.desk.audit.entry import Entry
from privity.desk.db.transaction import Db
from privity.desk.legal.notices.model import Answer
from privity.desk.legal.notices.service import answer
from privity.desk.legal.releasing.service import made_of
from privity.desk.legal.requests import service as requests
from privity.desk.legal.requests.model import Ending, Outcome
from privity.desk.legal.vault import service as vault
from privity.desk.legal.vault import taking
from privity.desk.legal.vault.custody import Custody
from privity.desk.legal.vault.model import Snapshot
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Role
from privity.desk.transparency import service
from privity.desk.transparency.model import TransparencyReport
from privity.desk.transparency.period import Period
from privity.identity.uris import new_user_uri
from tests.desk.fake_hub import HOST
from tests.desk.legal.casework import Casework
from tests.desk.legal.notices.post import POT, REVIEWER, Post
from tests.desk.legal.releasing.floor import DAY_MS, Floor
from tests.desk.legal.rulebook.bases import ACTIVE

PERIOD = Period("2026-11", "2027-01")
AUDITOR = Acting.member(8, frozenset({Role.AUDITOR}))


@dataclass
class Year:
    """One desk."""

    post: Post

    @classmethod
    def at(cls, folder: Path) -> Self:
        floor = Floor.at(folder)
        floor.db.execute("PRAGMA synchronous = OFF")
        return cls(Post(floor))

    @property
    def floor(self) -> Floor:
        return self.post.floor

    @property
    def db(self) -> Db:
        return self.floor.db

    @property
    def entries(self) -> list[Entry]:
        return [Entry.decode(data) for data in log.entries(self.db)]

    def casework(self) -> Casework:
        floor = self.floor
        return Casework(self.db, floor.keys, floor.later(), random=os.urandom, _bureau=floor.bureau, _team=floor.team())

    def everything(self) -> Self:
        """One of each."""
        self.produced()
        self.floor.judged(Outcome.REJECT)
        self.floor.judged(Outcome.REJECT, "any.foreign_direct")
        self.asked_back()
        self.kept()
        self.objected()
        self.barred()
        self.ended(Ending.FORGED)
        self.ended(Ending.UNVERIFIED)
        return self

    def produced(self) -> int:
        """Released by two people under a bar, and fetched."""
        number = self.barred()
        self.post.step()
        self.floor.release(self.floor.approved(number))
        assert self.floor.finish() == 1
        (made,) = made_of(self.db, self.floor.clerk, number)
        self.floor.fetch(made)
        return number

    def asked_back(self) -> int:
        work = self.casework()
        number = work.ready("eu.epoc", by=self.floor.clerk)
        work.judged(number, Outcome.CLARIFY, self.floor.clerk)
        return number

    def kept(self) -> int:
        """What a European preservation order keeps apart, until its time is over."""
        work, custody = self.casework(), Custody(self.floor.keys.evidence)
        number = work.ready("eu.epoc_pr", by=self.floor.clerk)
        work.judged(number, Outcome.PRESERVE, self.floor.clerk)
        hold = vault.order(self.db, custody, ACTIVE, number, self.floor.later(), os.urandom)
        asked = taking.asked_of(self.db, custody, hold.number, self.floor.later())
        found = [(one.target, Snapshot({"subscriber/0001.json": b"{}"})) for one in asked]
        taking.take(self.db, custody, hold.number, found, self.floor.later(), os.urandom)
        return number

    def objected(self) -> int:
        """Somebody is told and objects, and is answered that it goes on."""
        self.post.accounts[POT] = new_user_uri(HOST, os.urandom)
        number = self.post.told()
        (notice,) = self.post.notices(number)
        objection = self.post.objects(notice.reference, self.post.person)
        assert objection is not None
        answer(
            self.db, REVIEWER, objection, Answer.GOES_ON, "Somebody has looked.", self.floor.later(DAY_MS), os.urandom
        )
        return number

    def barred(self) -> int:
        number = self.post.collected()
        self.post.bar(number, self.floor.now_ms + 90 * DAY_MS)
        return number

    def ended(self, why: Ending) -> int:
        """Closed before it was known who asks."""
        work = self.casework()
        number = work.submitted()
        work.verifying(number, self.floor.clerk)
        requests.close(self.db, self.floor.clerk, number, why, self.floor.later())
        return number

    def report(self, period: Period = PERIOD) -> TransparencyReport:
        return service.report(self.db, AUDITOR, period, self.floor.office.log, [], self.floor.now_ms)
