# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A file becomes the next version of a list: looked through first, staged in steps, and in the list all at once.

Whatever ends it - a bad line, a kill, a full disk - the list is what it was. The same file goes on where it
was; another one begins anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from privity.desk.db.transaction import Db, transaction
from privity.desk.matching.errors import FileChanged, WrongSource
from privity.desk.matching.importing.reading import lines
from privity.desk.matching.lists import service, store
from privity.desk.matching.lists.lease import leased
from privity.desk.matching.lists.model import FILE, Changed, HashKind
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right

STEP: Final = 5_000
"""Entries in one transaction."""
_LOOK: Final = 10_000
"""Entries between two words about how far it is."""

Told = Callable[[int, int], None]
"""Called with the bytes that were read and those there are, counting each of the two times a file is read."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What is in a file that could be imported."""

    digest: bytes
    entries: dict[HashKind, int]


def look(path: Path, told: Told = lambda done, total: None) -> Looked:
    """Read all of it and keep nothing. Raises ImportRefused, OSError."""
    digest, counts, size = hashlib.sha256(), dict.fromkeys(HashKind, 0), path.stat().st_size
    for at, line in enumerate(lines(path, digest.update)):
        counts[line.entry.kind] += 1
        if at % _LOOK == 0:
            told(line.read, 2 * size)
    return Looked(digest.digest(), {kind: count for kind, count in counts.items() if count})


def import_file(
    db: Db,
    acting: Acting,
    name: str,
    path: Path,
    *,
    replace: bool,
    now_ms: Callable[[], int],
    random: Callable[[int], bytes],
    told: Told = lambda done, total: None,
) -> Changed:
    """With `replace` the file is the whole list, and whatever is not in it goes.

    Raises NotYourRole, ListUnknown, WrongSource, ListBusy, ImportRefused, OSError.
    """
    acting.must(Right.MANAGE_LISTS)
    found = service.named(db, name)
    if found.source != FILE:
        raise WrongSource(f"list {name} comes from {found.source}; files go into lists of their own")
    with leased(db, found.number, random, now_ms) as lease:
        looked = look(path, told)
        after = _begin(db, found.number, looked.digest)
        digest, size = hashlib.sha256(), path.stat().st_size
        rows = (line for line in lines(path, digest.update) if line.number > after)
        while some := tuple(islice(rows, STEP)):
            with transaction(db):
                lease.renew()
                store.stage(db, found.number, (line.entry for line in some))
                store.set_progress(db, found.number, looked.digest, some[-1].number)
            told(size + some[-1].read, 2 * size)
        if digest.digest() != looked.digest:
            with transaction(db):
                store.unstage(db, found.number)
            raise FileChanged(f"{path.name} became another file while it was read; nothing of it was imported")
        with transaction(db):
            lease.renew()
            return service.publish(db, acting.who, found.number, now_ms(), replace=replace)


def _begin(db: Db, number: int, digest: bytes) -> int:
    """After which line to go on."""
    with transaction(db):
        before = store.progress(db, number)
        if before is not None and before[0] == digest:
            return before[1]
        store.unstage(db, number)
        store.set_progress(db, number, digest, 0)
        return 0
