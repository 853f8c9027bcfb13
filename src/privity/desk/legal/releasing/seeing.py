# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What would leave, for those who look at it before they approve: opened once the log says by whom.

Nothing of a package runs or is loaded where it is looked at. Its page and its letter are read as their words.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Final

import msgspec

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.db.transaction import Db
from privity.desk.legal.releasing import letter, looking, store
from privity.desk.legal.releasing.errors import ProductionUnknown
from privity.desk.legal.releasing.model import Approved, Production, Turn
from privity.desk.legal.releasing.office import Office
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right
from privity.production.building import Prepared
from privity.production.model import Facts

_RECORDS: Final = "data/records/"
_PAGE: Final = "data/index.html"
_NOT_YET: Final = "(known once two people have approved)"


@dataclass(frozen=True, slots=True)
class File:
    """A file of the package; `rows` where it is a table."""

    path: str
    size: int
    sha256: str
    rows: int | None


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
    approvals: tuple[Approved, ...]
    waits_for: tuple[Turn, ...]


class _Rows(msgspec.Struct, frozen=True):
    rows: list[msgspec.Raw]


def see(db: Db, office: Office, acting: Acting, number: int, now_ms: int) -> Seen:
    """Not inside a transaction. Raises ProductionUnknown, ProductionGone, EvidenceDamaged or Superseded."""
    prepared, words, found = _opened(db, office, acting, number, now_ms, "production")
    given = store.approvals(db, number)
    text = letter.as_text(prepared.facts, words, _NOT_YET, office.published, _NOT_YET)
    return Seen(
        found,
        prepared.facts,
        prepared.manifest.encode(),
        tuple(_file(path, data) for path, data in sorted(prepared.bag.items())),
        prepared.bag[_PAGE],
        text,
        given,
        looking.missing(found, given),
    )


def read(db: Db, office: Office, acting: Acting, number: int, path: str, now_ms: int) -> bytes:
    """One file of the package. Not inside a transaction. Raises what `see` raises."""
    prepared, _, _ = _opened(db, office, acting, number, now_ms, "file")
    if path not in prepared.bag:
        raise ProductionUnknown(f"there is no such file in production {number}")
    return prepared.bag[path]


def _opened(
    db: Db, office: Office, acting: Acting, number: int, now_ms: int, kind: str
) -> tuple[Prepared, dict[str, str], Production]:
    acting.must(Right.SEE_LEGAL)
    found = looking.of(db, number)
    log.add(db, at_ms=now_ms, who=acting.who, act=Act.LEGAL_READ, about=found.about, kind=kind, production=number)
    prepared, words = looking.prepared_of(db, office, found)
    return prepared, words, found


def _file(path: str, data: bytes) -> File:
    table = path.startswith(_RECORDS) and path.endswith(".json")
    rows = len(msgspec.json.decode(data, type=_Rows).rows) if table else None
    return File(path, len(data), hashlib.sha256(data).hexdigest(), rows)
