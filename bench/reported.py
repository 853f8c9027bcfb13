# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A year's reports in small: sealed reports of one franked message each, written into a fresh hub's database.

Every second report comes from somebody who has reported before, and four are about the same account on the average. All
of it is made before any clock runs.
"""

from __future__ import annotations

import random
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from privity.desk import config as desk_config
from privity.desk.keys import read_key
from privity.identity.uris import new_room_uri, new_user_uri
from privity.message import sealed_report
from privity.message.compose import Author, text
from privity.message.franking import PERIOD_MS, Frank, frank, make_tag, period_of
from privity.message.report import AbuseReport, Reason, ReportedMessage
from privity.mls.crypto import SigningKey
from privity.mls.suites import suite
from privity.server import config as hub_config
from privity.server.franking.store import PeriodKeys
from privity.server.keys import FRANKING, PERIODS

HOST: Final = "hub.example"
SUITE: Final = suite(1)
SEED: Final = 7
WORDS: Final = 200
"""Letters of a reported message."""
PER_REPORTER: Final = 2
PER_ACCUSED: Final = 4
WITHIN_MS: Final = 6 * 3_600_000
"""Messages are reported within hours."""
BATCH: Final = 1_000
REASONS: Final = tuple(Reason)


@dataclass(frozen=True, slots=True)
class Office:
    """The keys of a hub and its desk that making genuine reports takes."""

    signing: SigningKey
    periods: PeriodKeys
    intake_public: bytes

    @classmethod
    def of(cls, config: Path) -> Office:
        hub, desk = hub_config.load(config), desk_config.load(config)
        private = X25519PrivateKey.from_private_bytes(read_key(desk.intake_key))
        periods = hub.keys / PERIODS
        periods.mkdir(mode=0o700, exist_ok=True)
        return cls(
            SigningKey(SUITE, (hub.keys / FRANKING).read_bytes()),
            PeriodKeys(periods, random.Random(SEED).randbytes),
            private.public_key().public_bytes_raw(),
        )

    def sealed(self, reporter: str, accused: str, room: str, words: str, reason: Reason, ts_ms: int) -> bytes:
        """What the reporter's device uploads."""
        content = text(Author(accused, room), words, random=random.randbytes)
        data = content.encode()
        message = ReportedMessage(data, self._frank(make_tag(data, content.salt), accused, room, ts_ms), ts_ms)
        return sealed_report.seal(
            self.intake_public, AbuseReport(reporter, accused, room, reason, "an invented note", (message,))
        )

    def _frank(self, tag: bytes, accused: str, room: str, ts_ms: int) -> Frank:
        key = self.periods.current(period_of(ts_ms))
        return frank(key, self.signing, SUITE.id, tag, accused, room, ts_ms)


@dataclass(frozen=True, slots=True)
class Crowd:
    """Who reports, and who is reported in which room."""

    reporters: tuple[str, ...]
    accused: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, count: int, rnd: random.Random) -> Crowd:
        accused = range(-(-count // PER_ACCUSED))
        return cls(
            tuple(new_user_uri(HOST, rnd.randbytes) for _ in range(-(-count // PER_REPORTER))),
            tuple((new_user_uri(HOST, rnd.randbytes), new_room_uri(HOST, rnd.randbytes)) for _ in accused),
        )


def fill(config: Path, count: int, now_ms: int) -> None:
    """So many sealed reports wait in the hub for its desk."""
    office, rnd = Office.of(config), random.Random(SEED)
    crowd = Crowd.of(count, rnd)
    db = sqlite3.connect(hub_config.load(config).database)
    try:
        db.execute("PRAGMA synchronous = OFF")
        with db:
            db.executemany(
                "INSERT INTO room (id, room_uri, suite, epoch, epoch_seq, last_seq, last_ts_ms, franking_key)"
                " VALUES (?, ?, 1, 0, 0, 1, ?, ?)",
                [(at, room, now_ms, office.signing.public_key()) for at, (_, room) in enumerate(crowd.accused)],
            )
        for start in range(0, count, BATCH):
            stop = min(start + BATCH, count)
            made = [_made(office, crowd, rnd, number, now_ms - (count - number)) for number in range(start, stop)]
            with db:
                db.executemany(
                    "INSERT INTO report (reporter_uri, received_ms, receipt, digest, sealed) VALUES (?, ?, ?, ?, ?)",
                    [report for report, _ in made],
                )
                db.executemany(
                    "INSERT INTO participation (room_id, user_uri, from_ms) VALUES (?, ?, ?)",
                    [present for _, present in made],
                )
    finally:
        db.close()


def _made(
    office: Office, crowd: Crowd, rnd: random.Random, number: int, received_ms: int
) -> tuple[tuple[object, ...], tuple[object, ...]]:
    """A report as the hub keeps it, and that its reporter was in the room."""
    reporter, at = rnd.choice(crowd.reporters), rnd.randrange(len(crowd.accused))
    whom, room = crowd.accused[at]
    ts_ms = received_ms - rnd.randrange(WITHIN_MS)
    words = f"invented words {number} " + "about a teapot " * (WORDS // 15)
    sealed = office.sealed(reporter, whom, room, words, rnd.choice(REASONS), ts_ms)
    receipt = (received_ms // 1000).to_bytes(4, "big").hex() + rnd.randbytes(12).hex()
    return (reporter, received_ms, receipt, rnd.randbytes(32), sealed), (at, reporter, ts_ms - PERIOD_MS)
