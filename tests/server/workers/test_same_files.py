# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A worker whose folders are not those of the others does not start: its franks would be called forged elsewhere."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from privity.server.bus.model import NoAnswer, Nobody
from privity.server.config import HubSection, check
from privity.server.db.database import Database
from privity.server.db.open import open_database
from privity.server.errors import BusUnreachable, FilesNotShared, WorkerSilent
from privity.server.workers import store
from privity.server.workers.leases import LEASE_MS
from privity.server.workers.same_files import TRIES, SameFiles
from privity.server.workers.words import decode, encode

PERIODS, BLOBS = "keys/periods", "blobs"


class Wire:
    """A bus within this process. Some may be stuck; whoever is asked is written down."""

    def __init__(self) -> None:
        self.replies: dict[str, Callable[[bytes], Awaitable[bytes | None]]] = {}
        self.stuck: set[str] = set()
        self.asked: list[str] = []
        self.while_asking: Callable[[], Awaitable[None]] | None = None

    async def ask(self, subject: str, words: bytes, timeout_s: float) -> bytes:
        self.asked.append(subject)
        if self.while_asking is not None:
            call, self.while_asking = self.while_asking, None
            await call()
        if subject in self.stuck:
            raise NoAnswer(subject)
        if subject not in self.replies:
            raise Nobody(subject)
        said = await self.replies[subject](words)
        assert said is not None
        return said

    async def answer(self, subject: str, reply: Callable[[bytes], Awaitable[bytes | None]]) -> None:
        self.replies[subject] = reply


class Machines:
    """One database, one bus, and as many folders as a test makes."""

    def __init__(self, folder: Path, db: Database) -> None:
        self.wire, self.db, self.folder = Wire(), db, folder

    def worker(self, name: str, periods: str = "one/periods", blobs: str = "one/blobs") -> SameFiles:
        folders = {PERIODS: self.folder / periods, BLOBS: self.folder / blobs}
        return SameFiles(self.wire, self.db, name, folders)  # type: ignore[arg-type]  # as much of a bus as is used

    async def start(self, worker: SameFiles) -> None:
        await worker.begin()
        await worker.prove()

    async def there(self) -> set[str]:
        return await self.db.read(lambda reader: store.workers(reader, reader.clock_ms()))

    def files(self) -> list[Path]:
        return list(self.folder.rglob("*.mark"))


@pytest.fixture
async def machines(tmp_path: Path) -> AsyncIterator[Machines]:
    config = check(HubSection("hub.example"), tmp_path)
    config.data.mkdir(parents=True)
    db = open_database(config)
    yield Machines(tmp_path, db)
    await db.close()


async def test_workers_of_one_folder_start(machines: Machines) -> None:
    for name in ("a", "b", "c"):
        await machines.start(machines.worker(name))
    assert await machines.there() == {"a", "b", "c"}
    assert machines.wire.asked == ["sees.a", "sees.a", "sees.b"]
    assert machines.files() == [], "nothing is left behind"


@pytest.mark.parametrize(
    ("name", "own"), [(PERIODS, {"periods": "two/periods"}), (BLOBS, {"blobs": "two/blobs"})], ids=["keys", "blobs"]
)
async def test_a_folder_of_its_own_is_refused_by_its_name(machines: Machines, name: str, own: dict[str, str]) -> None:
    await machines.start(machines.worker("a"))
    with pytest.raises(FilesNotShared, match=f"does not see what is written into {name} of"):
        await machines.start(machines.worker("b", **own))
    assert await machines.there() == {"a"}
    assert machines.files() == []


async def test_a_copy_of_the_folder_is_none(machines: Machines) -> None:
    """It holds the same keys until midnight, and then it would make its own."""
    await machines.start(machines.worker("a"))
    (machines.folder / "one/periods/20000.key").write_bytes(bytes(32))
    shutil.copytree(machines.folder / "one", machines.folder / "two")
    with pytest.raises(FilesNotShared):
        await machines.start(machines.worker("b", "two/periods", "two/blobs"))


async def test_a_folder_that_takes_no_files_is_refused_by_its_name(machines: Machines) -> None:
    await machines.start(machines.worker("a"))
    (machines.folder / "broken").touch()
    with pytest.raises(FilesNotShared, match="nothing can be written into blobs of"):
        await machines.start(machines.worker("b", blobs="broken"))
    assert await machines.there() == {"a"}
    assert machines.files() == []


async def test_one_that_does_not_answer_is_asked_again_and_then_named(machines: Machines) -> None:
    """It has other keys, and hears nothing that it could open; or it is stuck. Nothing is done in the database."""
    await machines.start(machines.worker("a"))
    machines.wire.stuck.add("sees.a")
    machines.wire.asked.clear()
    with pytest.raises(WorkerSilent, match="worker a of this hub is on the bus and does not answer") as raised:
        await machines.start(machines.worker("b"))
    assert isinstance(raised.value, BusUnreachable), "whoever started it tries again"
    assert machines.wire.asked == ["sees.a"] * TRIES
    assert await machines.there() == {"a"}


async def test_one_whose_process_is_gone_is_waited_for_by_nobody(machines: Machines) -> None:
    await machines.db.write(lambda tx: store.stay(tx, "dead", tx.clock_ms() + LEASE_MS))
    await machines.start(machines.worker("a"))
    assert await machines.there() == {"a", "dead"}


async def test_of_two_that_start_at_once_one_is_refused(machines: Machines) -> None:
    await machines.db.write(lambda tx: store.stay(tx, "dead", tx.clock_ms() + LEASE_MS))
    late = machines.worker("late", "two/periods")

    async def meanwhile() -> None:
        await machines.start(machines.worker("early"))

    machines.wire.while_asking = meanwhile
    with pytest.raises(FilesNotShared):
        await machines.start(late)
    assert await machines.there() == {"early", "dead"}


async def test_nobody_is_made_to_look_elsewhere(machines: Machines) -> None:
    """A name is as many bytes as it has, in hex: no path leads out of the folder."""
    await machines.start(machines.worker("a"))
    (machines.folder / "one/secret.mark").touch()
    for name in (b"../secret", b"", bytes(10_000)):
        said = await machines.wire.replies["sees.a"](encode(name))
        assert said is not None and decode(said, list[str]) == []
