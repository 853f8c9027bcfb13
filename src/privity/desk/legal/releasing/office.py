# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a release needs beside the database: who the house is, whose keys sign, and where the contents come from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from privity.desk.db.transaction import Db
from privity.desk.legal.releasing.model import Dossier
from privity.desk.legal.releasing.sealing import Seal
from privity.desk.legal.requests.model import LegalRequest
from privity.desk.staff.ceremony import Place
from privity.production.envelope import Signer
from privity.production.model import Kind
from privity.tlog.verifier_key import VerifierKey


class Sources(Protocol):
    """What is to go into a package, as it is now. Asked at the review, and again before each step that rests on it."""

    def production(self, db: Db, request: LegalRequest, now_ms: int) -> Dossier: ...

    def refusal(self, db: Db, request: LegalRequest, now_ms: int) -> Dossier: ...

    def receipt(self, db: Db, request: LegalRequest, hold: int, now_ms: int) -> Dossier: ...

    def ground(self, db: Db, request: LegalRequest, kind: Kind, hold: int | None, now_ms: int) -> Mapping[str, str]:
        """What all this rests on, each thing by its name with a hash of it. Nothing that was collected is opened."""


@dataclass(frozen=True, slots=True, repr=False)
class Office:
    """One for each running desk."""

    place: Place
    """Where staff show their passkeys."""
    service: Signer
    legal_team: Signer
    seal: Seal
    log: VerifierKey
    """Of the audit log."""
    roots: bytes
    """Of time-stamping authorities, as PEM."""
    stamping_url: str
    """Where time-stamps are asked for."""
    published: str
    """The address at which the house publishes its keys."""
    third_approver: bool
    """Whether a third person approves what weighs more; a house of two cannot."""
    sources: Sources
    evidence_key: bytes = field(repr=False)
    random: Callable[[int], bytes]
    witnesses: tuple[VerifierKey, ...] = ()
    """Who cosigns the audit log."""

    def __repr__(self) -> str:
        return f"<Office at {self.place.origin}>"
