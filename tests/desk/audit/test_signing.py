# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""An act and its entry are there together or not at all; the running desk signs what has grown and goes on."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.audit.errors import CheckpointRefused, LogCutOff, LogForked, NodesDisagree
from privity.desk.audit.signing import Signing, keep_signed, read_note
from privity.desk.audit.verify import accepted, stored, verify
from privity.desk.db.transaction import Db, transaction
from privity.desk.main import run
from tests.desk.audit.logs import KEY, NAME, PRIVATE, entry, filled, noted, rewritten
from tests.desk.conftest import Home
from tests.desk.fake_hub import FakeHub
from tests.desk.running import child
from tests.desk.test_queue import all_forgotten, stop
from tests.desk.world import World


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Db]:
    db = filled(tmp_path / "desk.db", 5)
    yield db
    db.close()


@pytest.fixture
def signing(db: Db, tmp_path: Path) -> Signing:
    return Signing(db, NAME, PRIVATE, tmp_path / "audit.checkpoint")


def grown(db: Db) -> None:
    log.add(db, at_ms=1, who="staff:1", act=Act.EVIDENCE_OPENED)


def test_an_act_that_is_undone_leaves_no_entry(db: Db) -> None:
    with pytest.raises(ZeroDivisionError), transaction(db):
        grown(db)
        raise ZeroDivisionError
    assert log.size(db) == 5
    grown(db)
    assert verify(stored(db), KEY, []).size == 6


def test_it_signs_what_has_grown_and_nothing_twice(db: Db, signing: Signing, tmp_path: Path) -> None:
    assert signing.step()
    assert not signing.step()
    grown(db)
    assert signing.step()
    note = read_note(tmp_path / "audit.checkpoint")
    assert accepted(note, KEY).size == 6
    assert log.newest(db) == note
    assert verify(stored(db), KEY, [note]).vouched == 6
    assert sorted(path.name for path in tmp_path.iterdir() if "check" in path.name) == ["audit.checkpoint"]


@pytest.mark.parametrize("count", [3, 5, 8])
def test_it_signs_no_other_history(db: Db, signing: Signing, count: int) -> None:
    """Somebody who does not have the key changes the database, tree and all, but the signed checkpoint."""
    signing.step()
    kept = log.newest(db)
    assert kept is not None
    rewritten(db, [entry(n, "a better story").encode() for n in range(count)])
    db.execute("UPDATE audit_checkpoint SET size = 5, note = ?", (kept.encode(),))
    with pytest.raises((LogForked, LogCutOff)):
        signing.sign()
    assert log.newest(db) == kept


def test_it_signs_no_tree_with_holes(db: Db, signing: Signing) -> None:
    db.execute("DELETE FROM audit_node WHERE level = 0 AND i = 4")
    with pytest.raises(NodesDisagree):
        signing.sign()


@pytest.mark.parametrize("note", [b"", b"not a note", b"a note\n\n\xe2\x80\x94 but no=checkpoint\n"])
def test_a_stored_checkpoint_that_cannot_be_read_is_named(db: Db, signing: Signing, note: bytes) -> None:
    signing.step()
    db.execute("UPDATE audit_checkpoint SET note = ?", (note,))
    for ask in (signing.sign, signing.found):
        with pytest.raises(CheckpointRefused, match="in the database"):
            ask()


def test_a_desk_whose_log_is_not_that_of_the_file_does_not_begin(db: Db, signing: Signing, tmp_path: Path) -> None:
    signing.begin()
    signing.step()
    signing.begin()
    old = list(log.entries(db))
    for story, error in ((old[:4], LogCutOff), ([*old[:4], entry(4, "a better story").encode()], LogForked)):
        rewritten(db, story)
        with pytest.raises(error, match=r"audit\.checkpoint.*move that file away"):
            signing.begin()
    path = tmp_path / "audit.checkpoint"
    path.write_bytes(noted(old, private=b"\x01" * 32).encode())
    with pytest.raises(CheckpointRefused, match="LogSignatureMissing"):
        signing.begin()
    path.write_bytes(b"nothing of the kind")
    with pytest.raises(CheckpointRefused, match="no checkpoint"):
        signing.begin()
    path.unlink()
    signing.begin()


async def test_a_file_that_cannot_be_written_is_written_later(db: Db, signing: Signing, tmp_path: Path) -> None:
    blocked = tmp_path / "audit.checkpoint"
    blocked.mkdir()
    with structlog.testing.capture_logs() as said:
        assert not signing.step()
    assert [one["event"] for one in said] == ["desk.audit_checkpoint_not_written"]
    blocked.rmdir()
    assert signing.step()


async def test_it_goes_on_signing_until_it_is_stopped(db: Db, signing: Signing, tmp_path: Path) -> None:
    stopping = asyncio.Event()
    working = asyncio.create_task(keep_signed(signing, stopping, pause_s=0.001))
    for size in (6, 7, 8):
        grown(db)
        async with asyncio.timeout(60):
            while not _stands_for(tmp_path, size):
                await asyncio.sleep(0)
    stopping.set()
    await working


def _stands_for(folder: Path, size: int) -> bool:
    path = folder / "audit.checkpoint"
    return path.exists() and accepted(read_note(path), KEY).size == size


async def test_the_running_desk_leaves_a_checkpoint_of_everything(home: Home, world: World, hub: FakeHub) -> None:
    config = home.configured(hub.url)
    filled(config.database, 3, home.keys()).close()
    world.relay(world.sent())
    process = await child(home.folder / "privity.toml")
    await all_forgotten(hub)
    await stop(process)
    db = filled(config.database, 0, home.keys())
    signing = Signing(db, config.audit_name, home.keys().audit, config.audit_checkpoint)
    found = verify(stored(db), signing.key, signing.found())
    db.close()
    assert found.size == found.vouched >= 3


def test_the_desk_does_not_run_on_a_log_that_was_cut_off(home: Home) -> None:
    config = home.configured("http://127.0.0.1:1")
    db = filled(config.database, 3, home.keys())
    signing = Signing(db, config.audit_name, home.keys().audit, config.audit_checkpoint)
    signing.step()
    rewritten(db, list(log.entries(db))[:2])
    db.close()
    with pytest.raises(LogCutOff):
        run(home.folder / "privity.toml")
