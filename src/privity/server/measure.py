# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a machine makes of the hub's own path from a checked message to the disk; no network, no devices.

Messages go through `delivery.service.Submissions` into a fresh database: membership, order, frank, row, one sync for
all that wait, and only then an answer.
"""

from __future__ import annotations

import os
import secrets
import tempfile
import time
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from privity.identity.uris import id_of, new_client_uri, new_room_uri, new_user_uri
from privity.mls.crypto import SigningKey, generate_signature_key
from privity.policy.room_suites import ORDINARY
from privity.server.accounts import store as accounts
from privity.server.accounts.model import Account
from privity.server.contacts import store as contacts
from privity.server.contacts.model import How, Side
from privity.server.db.database import Database, Tx
from privity.server.db.sqlite import SqliteDatabase
from privity.server.delivery.accepting import Terms
from privity.server.delivery.fanout import Fanout
from privity.server.delivery.model import Checked
from privity.server.delivery.service import Submissions
from privity.server.errors import StorageError
from privity.server.franking.model import Franker
from privity.server.franking.store import PeriodKeys
from privity.server.limits import Limits
from privity.server.metrics.model import Metrics
from privity.server.rooms import store as rooms
from privity.wire.socket import Submit

PAGE: Final = bytes(8192)
"""A page of the hub's database."""
ROOMS: Final = 50
"""Direct rooms that the messages are spread over, both people of each sending."""
MESSAGE_BYTES: Final = 1_600
"""A franked message of a kilobyte, encrypted and padded."""
EPOCH: Final = 1


@dataclass(frozen=True, slots=True)
class Measured:
    """Times in milliseconds. `alone` are messages of which each waited for the one before it to be durable."""

    synced: Sequence[float]
    alone: Sequence[float]
    per_second: float
    cpu: float
    """Of one message of many."""


@dataclass(frozen=True, slots=True)
class _Sender:
    client_uri: str
    user_uri: str
    room_uri: str

    def message(self) -> Checked:
        submit = Submit(secrets.token_bytes(16), self.room_uri, secrets.token_bytes(MESSAGE_BYTES))
        return Checked(self.client_uri, self.user_uri, submit, EPOCH, secrets.token_bytes(32))


def syncs(folder: Path) -> Generator[float, None, None]:
    """Whenever asked, append a page and sync it, as a write-ahead log does: milliseconds. Raises OSError. Close it."""
    with tempfile.TemporaryFile(dir=folder) as file:
        while True:
            start = time.perf_counter()
            os.write(file.fileno(), PAGE)
            os.fdatasync(file.fileno())
            yield (time.perf_counter() - start) * 1000


async def measure(folder: Path, alone: int, rounds: int) -> Measured:
    """In a folder of its own inside of `folder`, gone afterwards. Raises StorageError, Refusal or OSError."""
    with tempfile.TemporaryDirectory(prefix="privity-measure-", dir=folder) as name:
        own = Path(name)
        db = SqliteDatabase(own / "hub.db")
        try:
            return await _measure(db, own, alone, rounds)
        finally:
            await db.close()


async def _measure(db: Database, folder: Path, alone: int, rounds: int) -> Measured:
    """A bare sync before each message alone, so that both see the same disk."""
    private, public = generate_signature_key(ORDINARY, secrets.token_bytes)
    senders = [sender for _ in range(ROOMS) for sender in await db.write(partial(_room, franking_key=public))]
    franker = Franker(SigningKey(ORDINARY, private), public, PeriodKeys(folder, secrets.token_bytes), 180)
    terms = Terms(franker, _no_rekey, Limits(lambda: time.monotonic_ns() // 1_000_000))
    submissions = Submissions(db, Fanout(), terms, lambda: time.time_ns() // 1_000_000, Metrics())
    synced, times = [], []
    with closing(syncs(folder)) as disk:
        for number in range(alone):
            synced.append(next(disk))
            start = time.perf_counter()
            submissions.add(senders[number % len(senders)].message())
            await submissions.idle()
            times.append((time.perf_counter() - start) * 1000)
    prepared = [[sender.message() for sender in senders] for _ in range(rounds)]
    wall, cpu = time.perf_counter(), time.process_time()
    for messages in prepared:
        for message in messages:
            submissions.add(message)
        await submissions.idle()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    count = rounds * len(senders)
    await _check(db, alone + count)
    return Measured(synced, times, count / wall, cpu / count * 1000)


def _no_rekey(tx: Tx, room_uri: str) -> None:
    """These rooms name the key that signs."""


def _room(tx: Tx, franking_key: bytes) -> list[_Sender]:
    """A direct room of two contacts with a device each, whose group nobody has."""
    room_uri = new_room_uri("measure.invalid", secrets.token_bytes)
    users = [new_user_uri("measure.invalid", secrets.token_bytes) for _ in range(2)]
    room_id = rooms.add(tx, room_uri, " ".join(sorted(users)), 1, 0, franking_key)
    rooms.set_epoch(tx, room_id, EPOCH, 0)
    senders = [_Sender(new_client_uri(user, secrets.token_bytes), user, room_uri) for user in users]
    for sender in senders:
        accounts.add(tx, Account(sender.user_uri, id_of(sender.user_uri)), 0)
        rooms.put_member(tx, room_id, sender.client_uri, sender.user_uri, 0)
    for one, other in (users, users[::-1]):
        contacts.put_side(tx, Side(one, other, How.MET, None, 0, 0))
    return senders


async def _check(db: Database, wanted: int) -> None:
    """Refusals go to devices, and there are none."""
    found = (await db.read(lambda reader: reader.all("SELECT count(*) FROM event")))[0][0]
    if found != wanted:
        raise StorageError(f"{found} of {wanted} messages were stored: is there room in this folder?")
