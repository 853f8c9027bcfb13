# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What is kept of what somebody looked at: the manifest and whatever a page says of it in one piece, each file apart.

Whoever looks again opens the one piece, and of the files those that they read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from privity.desk.db.transaction import Db
from privity.desk.legal.releasing import parts
from privity.desk.legal.releasing.errors import ProductionUnknown, Superseded
from privity.desk.legal.releasing.model import Dossier, Part, Production
from privity.desk.legal.releasing.office import Office
from privity.production import canonical
from privity.production.building import Prepared
from privity.production.model import Facts
from privity.production.statement import Manifest

_BAG: Final = "bag/"


@dataclass(frozen=True, slots=True)
class File:
    """A file of the package; `rows` where it is a table."""

    path: str
    size: int
    sha256: str
    rows: int | None


class Looked(msgspec.Struct, frozen=True):
    """Everything but the files."""

    manifest: str
    keys: str
    facts: Facts
    words: dict[str, str]
    sizes: list[int]
    """Of the files, in the order of the manifest."""
    rows: dict[str, int]
    """Of the files that are tables."""
    weighs: list[str]
    """Why a third person has to approve."""
    ground: dict[str, str]
    """What it was made from, each thing by its name with a hash of it."""

    @property
    def statement(self) -> dict[str, Any]:
        found: dict[str, Any] = msgspec.json.decode(self.manifest)
        return found

    @property
    def files(self) -> tuple[File, ...]:
        """In the order of the manifest."""
        subject = self.statement["subject"]
        return tuple(
            File(path, size, one["digest"]["sha256"], self.rows.get(path))
            for one, size in zip(subject, self.sizes, strict=True)
            for path in (one["name"].removeprefix(_BAG),)
        )


def keep(db: Db, office: Office, number: int, prepared: Prepared, dossier: Dossier, ground: Mapping[str, str]) -> None:
    """The caller owns the transaction. Raises TooLarge."""
    paths = sorted(prepared.bag)
    tables = {f"data/records/{table.name}.json": len(table.rows) for table in dossier.contents.tables}
    looked = Looked(
        prepared.manifest.encode().decode(),
        prepared.keys.decode(),
        prepared.facts,
        dict(dossier.contents.words),
        [len(prepared.bag[path]) for path in paths],
        tables,
        sorted(dossier.weighs),
        dict(ground),
    )
    place = (office.evidence_key, office.random, number)
    parts.keep(db, *place, Part.MANIFEST, msgspec.json.encode(looked))
    parts.keep_files(db, *place, [prepared.bag[path] for path in paths])


def read(db: Db, office: Office, found: Production) -> Looked:
    """Raises ProductionGone, EvidenceDamaged or Superseded."""
    looked = msgspec.json.decode(parts.read(db, office.evidence_key, found.number, Part.MANIFEST), type=Looked)
    if (
        canonical.sha256(looked.manifest.encode()) != found.manifest_sha256.hex()
        or canonical.sha256(looked.keys.encode()) != looked.statement["predicate"]["keys_sha256"]
    ):
        raise _another(found)
    return looked


def file(db: Db, office: Office, found: Production, looked: Looked, path: str) -> bytes:
    """One file, without the others. Raises ProductionUnknown, ProductionGone, EvidenceDamaged or Superseded."""
    for n, one in enumerate(looked.files):
        if one.path == path:
            data = parts.read_file(db, office.evidence_key, found.number, n)
            if canonical.sha256(data) != one.sha256:
                raise _another(found)
            return data
    raise ProductionUnknown(f"there is no such file in production {found.number}")


def prepared_of(db: Db, office: Office, found: Production) -> tuple[Prepared, dict[str, str]]:
    """All of it, and the words on its pages. Raises ProductionGone, EvidenceDamaged or Superseded."""
    looked = read(db, office, found)
    contents = parts.read_files(db, office.evidence_key, found.number)
    files = looked.files
    if [canonical.sha256(data) for data in contents] != [one.sha256 for one in files]:
        raise _another(found)
    bag = {one.path: data for one, data in zip(files, contents, strict=True)}
    return Prepared(looked.facts, bag, looked.keys.encode(), Manifest(looked.statement)), looked.words


def _another(found: Production) -> Superseded:
    return Superseded(f"what is kept of production {found.number} is not what was looked at")
