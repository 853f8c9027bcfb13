# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What would leave, for those who look at it before they approve: opened once the log says by whom, and no more than
they look at.

Nothing of a package runs or is loaded where it is looked at. Its page and its letter are read as their words.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.db.transaction import Db
from privity.desk.legal.releasing import looked, looking, store
from privity.desk.legal.releasing.looked import File, Looked
from privity.desk.legal.releasing.model import Approved, Production, Turn, Weighs
from privity.desk.legal.releasing.office import Office
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right
from privity.production.model import Facts

_PAGE: Final = "data/index.html"
_NOT_YET: Final = "(known once two people have approved)"


@dataclass(frozen=True, slots=True)
class Seen:
    """All of it, as it was looked at at the review."""

    production: Production
    facts: Facts = field(repr=False)
    manifest: bytes = field(repr=False)
    files: tuple[File, ...]
    page: bytes = field(repr=False)
    """The summary that is read first, as HTML."""
    letter: str = field(repr=False)
    weighs: tuple[Weighs, ...]
    """Why a third person has to approve, where one does."""
    approvals: tuple[Approved, ...]
    waits_for: tuple[Turn, ...]


def see(db: Db, office: Office, acting: Acting, number: int, now_ms: int) -> Seen:
    """Not inside a transaction. Raises ProductionUnknown, ProductionGone, EvidenceDamaged or Superseded."""
    from privity.desk.legal.releasing import letter  # loaded with the first look: a desk starts without it

    was, found = _opened(db, office, acting, number, now_ms, "production")
    given = store.approvals(db, number)
    return Seen(
        found,
        was.facts,
        was.manifest.encode(),
        was.files,
        looked.file(db, office, found, was, _PAGE),
        letter.as_text(was.facts, was.words, _NOT_YET, office.published, _NOT_YET),
        tuple(map(Weighs, was.weighs)),
        given,
        looking.missing(found, given),
    )


def read(db: Db, office: Office, acting: Acting, number: int, path: str, now_ms: int) -> bytes:
    """One file of the package. Not inside a transaction. Raises what `see` raises."""
    was, found = _opened(db, office, acting, number, now_ms, "file")
    return looked.file(db, office, found, was, path)


def _opened(db: Db, office: Office, acting: Acting, number: int, now_ms: int, kind: str) -> tuple[Looked, Production]:
    acting.must(Right.SEE_LEGAL)
    found = looking.of(db, number)
    log.add(db, at_ms=now_ms, who=acting.who, act=Act.LEGAL_READ, about=found.about, kind=kind, production=number)
    return looked.read(db, office, found), found
