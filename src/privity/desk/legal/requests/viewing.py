# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""All of a request at one look, for whoever works on it: each look is logged first, by whom and at what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.db.transaction import Db
from privity.desk.legal.requests import documents, due, naming_store, reading, service, store
from privity.desk.legal.requests.clocks import Clock
from privity.desk.legal.requests.filing import Form
from privity.desk.legal.requests.judging import Judged, Reasons
from privity.desk.legal.requests.model import (
    Decided,
    Document,
    LegalRequest,
    Listed,
    Move,
    Naming,
    Part,
    Running,
    ScopeLine,
)
from privity.desk.legal.requests.reading import Stated
from privity.desk.legal.rulebook import facts
from privity.desk.legal.rulebook.facts import Facts
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right
from privity.production.classes import Releasable


@dataclass(frozen=True, slots=True)
class Spoken:
    """A decision and why, in the words of whoever made it."""

    decided: Decided
    words: str = field(repr=False)
    scope: tuple[ScopeLine, ...] = field(repr=False)
    counts: bool
    """Whether it is the one that counts."""
    named: frozenset[Releasable]
    """The classes in which it has other people named."""
    named_why: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Whole:
    """A request with everything that belongs to it. What was purged is not there any more."""

    request: LegalRequest
    known: Facts | None = field(repr=False)
    """What the rulebook would be asked about now; None where nothing could be read."""
    claimed: Mapping[str, Any] = field(repr=False)
    """What the request itself says, looked at or not."""
    form: Form = field(repr=False)
    stated: tuple[Stated, ...] = field(repr=False)
    """What came first, and every correction."""
    verdicts: tuple[Judged, ...] = field(repr=False)
    decisions: tuple[Spoken, ...]
    papers: tuple[Listed, ...]
    moves: tuple[Move, ...]
    clocks: Mapping[Clock, Running]
    parties: frozenset[tuple[str, Part]]
    naming: Naming | None
    """Of the decision that counts, whom else it has named."""


def look(db: Db, evidence_key: bytes, acting: Acting, number: int, now_ms: int) -> Whole:
    """Not inside another transaction: the entry is on the disk before anything is opened.

    Raises RequestUnknown, or DocumentGone once it was purged.
    """
    acting.must(Right.SEE_LEGAL)
    request = service.of(db, number)
    log.add(db, at_ms=now_ms, who=acting.who, act=Act.LEGAL_READ, about=request.about, kind="all")
    stated = reading.stated(db, evidence_key, number)
    values = reading.values(stated)
    return Whole(
        request=request,
        known=None if values is None else reading.with_ours(db, request, facts.read(values)),
        claimed=reading.claims(stated),
        form=_form(db, evidence_key, number),
        stated=stated,
        verdicts=tuple(
            Judged(verdict, reading.verdict(db, evidence_key, verdict), store.holds_until(db, verdict))
            for verdict in store.verdicts(db, number)
        ),
        decisions=tuple(
            _spoken(db, evidence_key, request, decided, document) for decided, document in store.decisions(db, number)
        ),
        papers=documents.listed(db, number),
        moves=service.moves(db, number),
        clocks=due.running(db, number),
        parties=service.parties(db, number),
        naming=service.naming_of(db, number),
    )


def _form(db: Db, evidence_key: bytes, number: int) -> Form:
    found = documents.newest(db, number, Document.FORM)
    assert found is not None  # every request is taken in with one
    return msgspec.json.decode(documents.opened(db, evidence_key, found.number), type=Form)


def _spoken(db: Db, evidence_key: bytes, request: LegalRequest, decided: Decided, document: int) -> Spoken:
    said = msgspec.json.decode(documents.opened(db, evidence_key, document), type=Reasons)
    named = naming_store.naming(db, decided.number)
    return Spoken(decided, said.words, said.scope, decided.number == request.decision, named, said.named_why)
