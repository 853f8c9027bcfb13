# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity admin backup`: of one moment, whole or not there, and never over anything."""

from __future__ import annotations

import sqlite3
import stat
import threading
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import msgspec
import pytest

from privity.server import init, main
from privity.server.db import migrations
from privity.server.errors import NotReady
from privity.server.invites import store as invites
from privity.server.operating import durable
from privity.server.operating.backup import copying, last, making, manifest, restoring, unfinished
from privity.server.operating.errors import BackupDamaged, BackupFailed, RestoreRefused, ToolMissing
from privity.server.operating.shown import told_to_nobody
from tests.server.operating.conftest import Home, Spoken, make_home
from tests.server.operating.kept import NOW_MS, add_account, filled, loaded


def make(home: Home, folder: Path, keys: Path | None = None) -> making.Made:
    return making.make(loaded(home), home.config, folder, keys, NOW_MS, told_to_nobody)


def lose(home: Home) -> None:
    """What a dead disk leaves: nothing."""
    home.folder.rename(home.folder.with_name("lost"))


def rows(database: Path) -> list[str]:
    db = sqlite3.connect(database)
    try:
        return list(db.iterdump())
    finally:
        db.close()


def test_a_backup_and_its_keys_make_the_same_hub_elsewhere(home: Home, tmp_path: Path) -> None:
    files = filled(home)
    before = rows(loaded(home).database)
    made = make(home, tmp_path / "copy", tmp_path / "keys")
    assert (made.manifest.blobs, made.manifest.missing) == (3, 0)
    lose(home)
    done = restoring.restore(tmp_path / "copy", home.config, tmp_path / "keys", told_to_nobody)
    assert done.keys
    assert done.fresh_periods
    assert rows(loaded(home).database) == before
    for file in files:
        assert file.read_bytes() == (tmp_path / "lost" / file.relative_to(home.folder)).read_bytes()
    for key in (tmp_path / "lost" / "hub" / "keys").glob("*.key"):
        assert (home.data / "keys" / key.name).read_bytes() == key.read_bytes()
        assert stat.S_IMODE((home.data / "keys" / key.name).stat().st_mode) == 0o600
    assert unfinished.waits(loaded(home))
    assert last.made_ms(loaded(home)) is None


def test_a_backup_holds_no_key_unless_it_is_asked_and_then_none_of_a_day(home: Home, tmp_path: Path) -> None:
    filled(home)
    (home.data / "keys" / "periods" / "20000.key").write_bytes(b"k" * 32)
    make(home, tmp_path / "copy", tmp_path / "keys")
    secrets_ = [path.read_bytes() for path in (home.data / "keys").rglob("*.key")]
    for path in (tmp_path / "copy").rglob("*"):
        assert not path.is_file() or not any(secret in path.read_bytes() for secret in secrets_)
    assert not list((tmp_path / "keys").rglob("*20000*"))
    with pytest.raises(BackupFailed, match="beside what they protect"):
        make(home, tmp_path / "copy2", tmp_path / "copy2" / "keys")
    assert not (tmp_path / "copy2").exists()


def test_the_copy_is_of_one_moment_while_others_write(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a read transaction of its own SQLite would begin anew with each of these writes, and never end."""
    for number in range(60):
        add_account(home, f"before{number:03}")
    monkeypatch.setattr(copying, "PAGES", 10)
    looks = 0

    def told(what: str, done: int, total: int) -> None:
        nonlocal looks
        if what == "copying":
            looks += 1
            add_account(home, f"while{looks:04}")

    made = making.make(loaded(home), home.config, tmp_path / "copy", None, NOW_MS, told)
    assert looks <= made.manifest.bytes // (10 * 8192) + 2
    assert made.manifest.rows["account"] == 60
    assert not any("while0" in line for line in rows(tmp_path / "copy" / "hub.db"))


def test_nothing_is_overwritten(home: Home, tmp_path: Path) -> None:
    filled(home)
    (tmp_path / "copy").mkdir()
    with pytest.raises(BackupFailed, match="exists already"):
        make(home, tmp_path / "copy")
    assert list((tmp_path / "copy").iterdir()) == []
    (tmp_path / "other.part").mkdir()
    with pytest.raises(BackupFailed, match="in the way"):
        make(home, tmp_path / "other")
    assert (tmp_path / "other.part").exists()


@pytest.mark.parametrize("what", ["copying", "attachments"])
def test_broken_off_it_leaves_nothing_under_its_name_and_can_be_made_again(
    home: Home, tmp_path: Path, what: str
) -> None:
    filled(home)

    def cut(now: str, done: int, total: int) -> None:
        if now == what:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        making.make(loaded(home), home.config, tmp_path / "copy", tmp_path / "keys", NOW_MS, cut)
    assert not (tmp_path / "copy").exists()
    assert not (tmp_path / "keys").exists()
    (tmp_path / "copy.part").mkdir()  # what a kill leaves
    (tmp_path / "copy.part" / making.BEGUN).touch()
    make(home, tmp_path / "copy")
    assert not list(tmp_path.glob("*.part"))


def test_a_damaged_attachment_is_not_passed_on(home: Home, tmp_path: Path) -> None:
    file = filled(home)[1]
    file.chmod(0o600)
    file.write_bytes(b"damaged")
    with pytest.raises(BackupFailed, match=f"blob {file.name} is damaged"):
        make(home, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()
    file.unlink()
    assert make(home, tmp_path / "copy").manifest.missing == 1


def test_a_database_of_the_version_before_is_copied_too(home: Home, tmp_path: Path) -> None:
    """The new version's command, before the new version has served."""
    (home.data / "hub.db").unlink()
    with closing(sqlite3.connect(home.data / "hub.db", isolation_level=None)) as db:
        migrations.apply(db, [one for one in migrations.shipped() if one.number <= 13])
    found = make(home, tmp_path / "copy").manifest
    assert found.migration == 13
    assert "room_tree" not in found.rows
    (home.data / "hub.db").unlink()
    restoring.restore(tmp_path / "copy", home.config, None, told_to_nobody)


def test_another_disk_gets_copies(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_link(source: Path, target: Path) -> None:
        raise OSError(18, "Invalid cross-device link")

    files = filled(home)
    monkeypatch.setattr("os.link", no_link)
    make(home, tmp_path / "copy")
    for file in files:
        copy = tmp_path / "copy" / "blobs" / file.parent.name / file.name
        assert copy.read_bytes() == file.read_bytes()
        assert copy.stat().st_ino != file.stat().st_ino


def _other_byte(folder: Path) -> None:
    path = folder / "hub.db"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)


def _no_manifest(folder: Path) -> None:
    (folder / manifest.NAME).unlink()


def _other_format(folder: Path) -> None:
    manifest.write(folder, msgspec.structs.replace(manifest.read(folder), format=2))


def _no_json(folder: Path) -> None:
    (folder / manifest.NAME).write_text("{")


def _fewer_rows(folder: Path) -> None:
    found = manifest.read(folder)
    manifest.write(folder, msgspec.structs.replace(found, rows=found.rows | {"account": 1}))


def _no_database(folder: Path) -> None:
    (folder / "hub.db").unlink()


def _no_blob(folder: Path) -> None:
    (folder / "blobs" / "zz").mkdir()
    (folder / "blobs" / "zz" / ("z" * 64)).write_bytes(b"x")


def _other_blob(folder: Path) -> None:
    file = next((folder / "blobs").glob("*/*"))
    data = file.read_bytes()
    file.unlink()
    file.write_bytes(data + b"x")


@pytest.mark.parametrize(
    "damage", [_other_byte, _no_manifest, _other_format, _no_json, _fewer_rows, _no_database, _other_blob, _no_blob]
)
def test_a_damaged_backup_is_refused_and_no_database_appears(
    home: Home, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    filled(home)
    make(home, tmp_path / "copy", tmp_path / "keys")
    lose(home)
    damage(tmp_path / "copy")
    with pytest.raises(BackupDamaged):
        restoring.restore(tmp_path / "copy", home.config, tmp_path / "keys", told_to_nobody)
    assert not (home.data / "hub.db").exists()


def test_a_restore_overwrites_neither_database_nor_keys(home: Home, tmp_path: Path) -> None:
    filled(home)
    make(home, tmp_path / "copy", tmp_path / "keys")
    (home.data / "hub.db-wal").write_bytes(b"an old log that would be replayed into the new file")
    for name in ("hub.db", "hub.db-wal"):
        with pytest.raises(RestoreRefused, match=f"{name} is there; move"):
            restoring.restore(tmp_path / "copy", home.config, tmp_path / "keys", told_to_nobody)
        (home.data / name).rename(tmp_path / name)
    key = home.data / "keys" / "log.key"
    key.write_bytes(b"another key of thirty-two bytes!")
    with pytest.raises(RestoreRefused, match=r"log\.key is another key"):
        restoring.restore(tmp_path / "copy", home.config, tmp_path / "keys", told_to_nobody)
    assert key.read_bytes() == b"another key of thirty-two bytes!"
    assert not (home.data / "hub.db").exists()


def test_a_backup_of_another_hub_is_refused(home: Home, tmp_path: Path) -> None:
    make(home, tmp_path / "copy")
    other = make_home(tmp_path / "other")
    other.config.write_text(other.config.read_text().replace("hub.example", "other.example"))
    (other.data / "hub.db").unlink()
    with pytest.raises(RestoreRefused, match=r"of the hub hub\.example"):
        restoring.restore(tmp_path / "copy", other.config, None, told_to_nobody)


def test_a_restore_that_was_broken_off_goes_on(home: Home, tmp_path: Path) -> None:
    files = filled(home)
    make(home, tmp_path / "copy", tmp_path / "keys")
    lose(home)

    def cut(what: str, done: int, total: int) -> None:
        if what == "the database":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        restoring.restore(tmp_path / "copy", home.config, tmp_path / "keys", cut)
    assert not (home.data / "hub.db").exists()
    restoring.restore(tmp_path / "copy", home.config, tmp_path / "keys", told_to_nobody)
    assert all(file.exists() for file in files)


def test_the_commands_say_what_they_did_and_the_hub_waits_for_the_next_step(
    home: Home, tmp_path: Path, spoken: Spoken
) -> None:
    filled(home)
    config = ("--config", str(home.config))
    done = spoken("backup", str(tmp_path / "copy"), "--keys", str(tmp_path / "keys"), *config)
    assert (done.status, done.err) == (0, "")
    assert "3 attachments of" in done.out
    again = spoken("backup", str(tmp_path / "copy"), *config)
    assert again.status == 1
    assert again.err.startswith("privity: BackupFailed: ")
    lose(home)
    back = spoken("restore", str(tmp_path / "copy"), "--keys", str(tmp_path / "keys"), *config)
    assert back.status == 0
    assert back.err.endswith(f"next: privity restored --config {home.config}\n")
    with pytest.raises(NotReady, match="the database was put back"):
        main.run(home.config)
    main.restored(home.config, told_to_nobody)
    main.check_ready(loaded(home))


def test_a_program_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(ToolMissing, match="pg_nothing is not here"):
        copying.program_of("pg_nothing")


def test_writers_go_on_while_a_backup_is_made(home: Home, tmp_path: Path) -> None:
    """Each of these waits for no more than its own commit."""
    for number in range(50):
        add_account(home, f"a{number:03}")
    stop, made = threading.Event(), 0

    def write() -> None:
        nonlocal made
        while not stop.is_set():
            code = made.to_bytes(32, "big")
            init.beside_the_hub(home.config, partial(invites.add, code_hash=code, now_ms=NOW_MS, expires_ms=NOW_MS))
            made += 1

    thread = threading.Thread(target=write)
    thread.start()
    try:
        for number in range(3):
            folder = tmp_path / f"copy{number}"
            found = make(home, folder).manifest
            assert durable.digest(folder / "hub.db") == found.sha256
    finally:
        stop.set()
        thread.join()
    assert made > 0
