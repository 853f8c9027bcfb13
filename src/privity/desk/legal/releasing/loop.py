# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The desk finishes what was released: it asks for a checkpoint and a stamp, makes the package, and keeps it.

The release stands in the log before; the package is kept in one transaction after everything else. A desk that dies in
between makes the same release's package anew, and no release has two.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final, Protocol

import structlog

from privity.desk.audit import log, proof
from privity.desk.audit.acts import Act
from privity.desk.audit.signing import Signing
from privity.desk.db.transaction import Db, transaction
from privity.desk.errors import DeskError
from privity.desk.legal.releasing import lines, looked, looking, parts, recipients, service, store, witnessing
from privity.desk.legal.releasing.errors import NoRecipient, NotCosigned, OtherRecipient
from privity.desk.legal.releasing.making import Job, Made, make
from privity.desk.legal.releasing.model import Part, Production, Stage
from privity.desk.legal.releasing.office import Office
from privity.desk.legal.releasing.rules import RETRY_MS, WITNESSED_MS, time_of
from privity.desk.legal.releasing.voiding import DESK, void
from privity.desk.legal.requests import service as requests
from privity.desk.legal.requests.errors import AuthorityExpired, OnHold
from privity.desk.legal.requests.model import State
from privity.production.errors import ProductionError
from privity.production.timestamping import NONCE_BYTES, Stamping

told: Final = structlog.get_logger()


class Stamps(Protocol):
    """Whoever asks a time-stamping authority; see `stamping_client`."""

    def from_a_thread(self) -> Stamping: ...


class Releasing:
    """One for each running desk (`intake.loop.Work`)."""

    def __init__(self, db: Db, office: Office, signing: Signing, stamping: Stamps, now_ms: Callable[[], int]) -> None:
        self._db = db
        self._office = office
        self._signing = signing
        self._stamping = stamping
        self._now_ms = now_ms

    async def step(self) -> int:
        """Finish the release that is due; how many were. One that cannot be finished now waits, and says why."""
        found = store.due(self._db, self._now_ms())
        if found is None:
            return 0
        try:
            job = self._job(found)
            made = await asyncio.to_thread(make, job, self._stamping.from_a_thread())
            self._keep(found, made)
        except (AuthorityExpired, OnHold, NoRecipient, OtherRecipient) as err:
            self._void(found, type(err).__name__)
            return 0
        except NotCosigned as err:
            self._wait_for_witnesses(found, err)
            return 0
        except (ProductionError, DeskError) as err:
            self._stuck(found, f"{type(err).__name__}: {err}")
            return 0
        return 1

    def _job(self, found: Production) -> Job:
        """Whatever the database knows about it, read before the work begins."""
        db, office, now_ms = self._db, self._office, self._now_ms()
        service.must_hold(db, found, now_ms)
        assert found.entry is not None and found.approved_ms is not None
        given = service.given_for(db, found)
        note = self._signing.sign()
        prepared, words = looked.prepared_of(db, office, found)
        if witnesses := lines.witnesses_in(prepared.keys):
            note = witnessing.together(db, office, witnesses, found.entry)
        return Job(
            prepared=prepared,
            words=words,
            approved_at=time_of(found.approved_ms),
            approved=given,
            release=proof.prove(db, found.entry, note),
            signers=(office.service, office.legal_team),
            seal=office.seal,
            roots=office.roots,
            published=office.published,
            trusted=lines.published(db, office.published),
            recipients=recipients.of(db, requests.of(db, found.request)),
            nonce=office.random(NONCE_BYTES),
        )

    def _keep(self, found: Production, made: Made) -> None:
        """The package, and that it is ready, together or not at all."""
        db, office, now_ms = self._db, self._office, self._now_ms()
        keep = (office.evidence_key, office.random, found.number)
        with transaction(db):
            if looking.of(db, found.number).stage is not Stage.LOGGED:
                raise OnHold(f"production {found.number} came to nothing while its package was made")
            service.must_hold(db, found, now_ms)
            parts.keep(db, *keep, Part.PACKAGE, made.package)
            parts.keep(db, *keep, Part.PROOF, made.proof)
            store.ready(db, found.number, made.dsse_sha256, made.sha256, len(made.package), now_ms)
            self._say(
                found,
                Act.PRODUCTION_READY,
                dsse_sha256=made.dsse_sha256.hex(),
                package_sha256=made.sha256.hex(),
                size=len(made.package),
            )
            if found.follows:
                requests.move(db, found.request, State.RELEASED, DESK, now_ms, production=found.number)

    def _void(self, found: Production, why: str) -> None:
        """Between release and package its ground was lost: it does not leave."""
        with transaction(self._db):
            current = looking.of(self._db, found.number)
            if current.stage is Stage.LOGGED:
                void(self._db, current, DESK, why, self._now_ms())
        told.warning("desk.production_voided", production=found.number, why=why)

    def _wait_for_witnesses(self, found: Production, err: NotCosigned) -> None:
        """The keys of a package are those that were approved: without one of its witnesses it is never finished."""
        if found.logged_ms is not None and self._now_ms() - found.logged_ms > WITNESSED_MS:
            self._void(found, type(err).__name__)
        else:
            self._stuck(found, f"{type(err).__name__}: {err}")

    def _stuck(self, found: Production, why: str) -> None:
        now_ms = self._now_ms()
        with transaction(self._db):
            if not found.stuck:
                self._say(found, Act.PRODUCTION_STUCK, why=why.partition(":")[0])
            store.stuck(self._db, found.number, why, now_ms + RETRY_MS)
        told.warning("desk.production_stuck", production=found.number, why=why)

    def _say(self, found: Production, act: Act, **said: str | int) -> None:
        log.add(
            self._db,
            at_ms=self._now_ms(),
            who=DESK,
            act=act,
            about=found.about,
            production=found.number,
            kind=found.kind.value,
            **said,
        )
