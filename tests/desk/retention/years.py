# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A desk over the years: a house with evidence in it, and hourly passes of which a test plays one every few days."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from privity.desk.audit.acts import Act
from privity.desk.audit.entry import Entry
from privity.desk.cases import service as cases
from privity.desk.db.database import _key
from privity.desk.db.transaction import transaction
from privity.desk.evidence import records
from privity.desk.evidence.records import WHOLE, Kind, Record
from privity.desk.intake.findings import Level
from privity.desk.keys import DeskKeys
from privity.desk.periods import DAY_MS, Periods
from privity.desk.retention.sweep import Retention
from privity.desk.staff.acting import Acting
from tests.desk.house import MODERATOR, House

STRIDE_DAYS = 6.5
"""Between two passes of a test: less than what one look believes."""
PAGE = 4096
RESERVED = 80
"""Bytes at the end of a page of SQLCipher 4: the initialisation vector and the page's HMAC."""


@dataclass(slots=True)
class Years:
    """`house.clock` is the time; `apart` is what the hub's clock is ahead."""

    house: House
    periods: Periods = field(default_factory=Periods)
    apart: int | None = None
    retention: Retention = field(init=False)

    def __post_init__(self) -> None:
        self.house.db.execute("PRAGMA synchronous = OFF")  # years of passes; what a crash leaves is tested by itself
        self.retention = Retention(self.house.db, self.periods, lambda: self.house.clock, lambda: self.apart)
        self.look()

    def look(self) -> int:
        """One pass; how many records went."""
        before = self.retention.gone
        while self.retention.work():
            pass
        return self.retention.gone - before

    def pass_days(self, days: float) -> int:
        """Let time pass, with a pass every few days; how many records went."""
        gone, end = 0, self.house.clock + int(days * DAY_MS)
        while self.house.clock < end:
            self.house.clock = min(end, self.house.clock + int(STRIDE_DAYS * DAY_MS))
            gone += self.look()
        return gone

    def seen(self) -> None:
        """A day goes by, and the look at its end finds whatever happened until now."""
        assert self.pass_days(1) == 0

    def keep(self, about: str, kind: Kind = Kind.REPORT, position: int = WHOLE, part: int = WHOLE) -> int:
        """Something invented that belongs to this; the number of its record."""
        house = self.house
        with transaction(house.db):
            return records.keep(
                house.db, house.keys.evidence, house.random, about, Record(kind, position, part, b"teapot " * 99)
            )

    def case(self, *levels: Level, by: Acting = MODERATOR, reporter: str | None = None) -> tuple[int, int]:
        """A case that was taken, with one report; its number and that of the record of what was reported."""
        number = self.house.case(self.house.user(), *(levels or (Level.HUB,)), by=by, reporter=reporter)
        (report,) = cases.held(self.house.db, number).reports
        return number, self.keep(f"report:{report}")

    def report_of(self, case: int) -> int:
        return cases.held(self.house.db, case).reports[0]

    def there(self, number: int) -> bool:
        """Whether a record has its contents, or else nothing at all of them."""
        gone, size, key = self.house.db.execute(
            "SELECT gone_ms, length(ciphertext), wrapped_key <> zeroblob(48) FROM evidence"
            " JOIN evidence_key ON evidence_id = id WHERE id = ?",
            (number,),
        ).fetchone()
        assert (gone is None) == (size > 0) == bool(key)
        return gone is None

    def said(self, act: Act = Act.RETENTION_DELETED) -> list[Entry]:
        return self.house.acts(act)


def decrypted(path: Path, keys: DeskKeys) -> bytes:
    """Every page of a database file as SQLite would see it, those that are free included."""
    key, data, pages = _key(keys), path.read_bytes(), []
    for at in range(0, len(data), PAGE):
        page = data[at : at + PAGE]
        vector = page[PAGE - RESERVED : PAGE - RESERVED + 16]
        body = page[16 if at == 0 else 0 : PAGE - RESERVED]
        opened = Cipher(algorithms.AES(key), modes.CBC(vector)).decryptor()
        pages.append(opened.update(body) + opened.finalize())
    return b"".join(pages)
