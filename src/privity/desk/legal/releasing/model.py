# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What is made of a request, who approved it and who fetched it, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from privity.production.building import Contents
from privity.production.classes import Releasable
from privity.production.model import Facts, Kind


class Stage(StrEnum):
    """How far a production has come. Each follows the one before; only `VOID` can come early, and then nothing more."""

    REVIEWED = "reviewed"
    """Somebody looked at it; it waits for approvals."""
    APPROVED = "approved"
    LOGGED = "logged"
    """Its release stands in the log; the desk finishes the package."""
    READY = "ready"
    """Finished, verified, encrypted; it can be fetched."""
    DELIVERED = "delivered"
    VOID = "void"
    """Something changed, or the time was over: what was approved counts no more."""


OPEN = frozenset({Stage.REVIEWED, Stage.APPROVED, Stage.LOGGED})
"""Where it can still become void."""


class Turn(StrEnum):
    """Whose approval it is."""

    FIRST = "first"
    SECOND = "second"
    SENIOR = "senior"
    """Another second person, where it weighs more."""


class Weighs(StrEnum):
    """Why a third person has to approve."""

    FIRST_OF_AGENCY = "first_of_agency"
    MANY_TARGETS = "many_targets"
    PRIVILEGE = "privilege"
    CONTENT_IN_EMERGENCY = "content_in_emergency"


class Part(StrEnum):
    """What the desk keeps of a production, each sealed by itself."""

    MANIFEST = "manifest"
    """The exact manifest, its keys and the words on its pages."""
    PREPARED = "prepared"
    """The bag: what those who asked will read."""
    PROOF = "proof"
    """Envelope, time-stamp, approvals, checkpoint, keys: kept when the rest is gone."""
    PACKAGE = "package"
    """All of it, encrypted for those who asked."""


@dataclass(frozen=True, slots=True)
class Production:
    """The row. The audit log names it by its number, beside the request."""

    number: int
    request: int
    kind: Kind
    name: str
    """What the package calls the request; each package has its own."""
    decision: int | None
    supersedes: int | None
    hold: int | None
    """Whose receipt it is."""
    stage: Stage
    manifest_sha256: bytes
    basis_sha256: bytes
    """Of everything that it was made from: if that is another, so is the manifest."""
    senior: bool
    reviewed_ms: int
    reviewed_by: str
    approved_ms: int | None
    logged_ms: int | None
    entry: int | None
    """Of its release in the audit log."""
    ready_ms: int | None
    dsse_sha256: bytes | None
    package_sha256: bytes | None
    """Of what is fetched: the encrypted file."""
    size: int | None
    delivered_ms: int | None
    gone_ms: int | None
    """When the desk's copy was shredded."""
    void_ms: int | None
    void_why: str
    tries: int
    stuck: str
    """Why finishing it did not work the last time."""

    @property
    def about(self) -> str:
        return f"legal:{self.request}"

    @property
    def follows(self) -> bool:
        """Whether the request's own state goes along: not with a refusal, a receipt or a correction."""
        return self.kind is Kind.PRODUCTION and self.supersedes is None


@dataclass(frozen=True, slots=True)
class Approved:
    """One person's approval, as it is kept."""

    turn: Turn
    member: int
    passkey: bytes
    at_ms: int
    key: str = field(repr=False)
    """The line of `keys.json`, as JSON."""
    authenticator_data: bytes = field(repr=False)
    client_data: bytes = field(repr=False)
    signature: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Dossier:
    """Everything of a request that goes into a package, as it is now."""

    facts: Facts
    contents: Contents
    permitted: frozenset[Releasable]
    decision: int | None
    weighs: frozenset[Weighs]
    counts: Mapping[str, int]
    """For the audit log: how many targets, accounts and rows."""
    digest: str
    """Of what the records and files come from, such as a snapshot: another one, and the contents are others."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What whoever approves looks at: the manifest itself, and where the production stands."""

    production: Production
    manifest: bytes = field(repr=False)
    approvals: tuple[Approved, ...]
    waits_for: tuple[Turn, ...]


@dataclass(frozen=True, slots=True)
class Fetched:
    """A package on its way to an officer. Only who enrolled its keys can open it."""

    name: str
    data: bytes = field(repr=False)
    sha256: bytes
    left: int
    """How often it can be fetched after this."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """That an officer fetched it, the first, second or third time."""

    count: int
    officer: int
    at_ms: int


@dataclass(frozen=True, slots=True)
class Offer:
    """How it stands with fetching a package that was made."""

    until_ms: int
    """The last moment at which it can be fetched."""
    left: int
    """How often it still can be."""
    shredded_ms: int
    """When the desk's copy is shredded."""
    receipts: tuple[Receipt, ...]
