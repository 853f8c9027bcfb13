# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity admin doctor`: from a hub in order, one thing broken at a time, and the one line that says so."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from cryptography import x509

from privity.faces.demo.processes import free_port
from privity.server import init
from privity.server.operating.backup import last, unfinished
from privity.server.operating.doctor import around, service
from privity.server.operating.doctor.finding import Finding, State
from privity.server.operating.moving.half import HALF
from privity.tlog.verifier_key import KeyKind, VerifierKey
from tests.certificates import Authority
from tests.server.operating.conftest import Home, Spoken
from tests.server.operating.kept import NOW_MS, add_account, filled, loaded

HOUR_MS = 3_600_000


def examined(home: Home, now_ms: int = NOW_MS) -> dict[str, list[Finding]]:
    found: dict[str, list[Finding]] = {}
    for one in service.examine(home.config, now_ms).findings:
        found.setdefault(one.check, []).append(one)
    return found


def worst(home: Home, check: str, now_ms: int = NOW_MS) -> Finding:
    order = [State.OK, State.LOOK, State.WRONG]
    return max(examined(home, now_ms)[check], key=lambda one: order.index(one.state))


@pytest.fixture
def kept(home: Home) -> Iterator[Home]:
    filled(home)
    _sql(
        home, "INSERT INTO kl_entry (idx, timestamp_ms, prefix_root, audit_update) VALUES (0, ?, X'00', X'00')", NOW_MS
    )
    last.note(loaded(home), NOW_MS - HOUR_MS)
    yield home


def _sql(home: Home, sql: str, *values: object) -> None:
    with sqlite3.connect(home.data / "hub.db") as db:
        db.execute(sql, values)
    db.close()


def test_a_hub_in_order_has_nothing_wrong_and_says_what_to_look_at(kept: Home) -> None:
    found = service.examine(kept.config, NOW_MS)
    assert found.wrong == 0
    assert {one.check for one in found.findings if one.state is State.LOOK} == {"process", "witnesses"}
    assert all(one.next for one in found.findings if one.state is not State.OK)


def _no_key(home: Home) -> None:
    (home.data / "keys" / "vrf.key").unlink()


def _open_key(home: Home) -> None:
    (home.data / "keys" / "log.key").chmod(0o644)


def _damaged_pages(home: Home) -> None:
    path = home.data / "hub.db"
    data = bytearray(path.read_bytes())
    for page in range(8192 * 2, len(data), 8192):
        data[page : page + 64] = os.urandom(64)
    path.write_bytes(data)


def _no_database(home: Home) -> None:
    (home.data / "hub.db").unlink()


def _newer(home: Home) -> None:
    _sql(home, "INSERT INTO migration (number, name, digest) VALUES (9000, 'later', X'00')")


def _half(home: Home) -> None:
    _sql(home, "INSERT INTO migration (number, name, digest) VALUES (?, 'half moved', X'00')", HALF)


def _ahead(home: Home) -> None:
    _sql(
        home,
        "INSERT INTO room (room_uri, suite, epoch, epoch_seq, last_seq, last_ts_ms) VALUES ('r', 1, 0, 0, 0, ?)",
        NOW_MS + HOUR_MS,
    )


def _overdue(home: Home) -> None:
    _sql(home, "INSERT INTO event (room_id, seq, ts_ms, kind) VALUES (1, 1, ?, 1)", NOW_MS - 400 * 24 * HOUR_MS)


def _old_log(home: Home) -> None:
    _sql(home, "UPDATE kl_entry SET timestamp_ms = ?", NOW_MS - 25 * HOUR_MS)


def _lost_file(home: Home) -> None:
    next((home.data / "blobs").glob("*/*")).unlink()


def _put_back(home: Home) -> None:
    unfinished.note(loaded(home))


def _bad_config(home: Home) -> None:
    home.config.write_text(home.config.read_text() + "nonsense = 1\n")


def _no_folder(home: Home) -> None:
    home.data.rename(home.folder / "elsewhere")


def _silent_witness(home: Home) -> None:
    key = VerifierKey.of("w.example/witness", KeyKind.COSIGNATURE, bytes(range(32)))
    _witness(home, key.encode(), f"http://127.0.0.1:{free_port()}")


def _witness(home: Home, key: str, url: str) -> None:
    home.config.write_text(f'{home.config.read_text()}\n[[hub.witness]]\nkey = "{key}"\nurl = "{url}"\n')


@pytest.mark.parametrize(
    ("damage", "check", "said"),
    [
        (_no_key, "keys", "cannot read vrf.key"),
        (_open_key, "keys", "log.key is open to other users"),
        (_damaged_pages, "database", ""),
        (_no_database, "database", ""),
        (_newer, "migrations", "at 9000"),
        (_half, "migrations", "half moved"),
        (_ahead, "clock", "3,600 s after"),
        (_overdue, "retention", "overdue: 1 events"),
        (_old_log, "key log", "1,500 min old"),
        (_lost_file, "attachments", "1 without a file"),
        (_put_back, "restore", "not marked yet"),
        (_bad_config, "config", "nonsense"),
        (_no_folder, "config", "is not there"),
    ],
)
def test_what_is_broken_is_wrong_and_named(kept: Home, damage: Callable[[Home], None], check: str, said: str) -> None:
    assert check == "restore" or worst(kept, check).state is not State.WRONG
    damage(kept)
    found = worst(kept, check)
    assert found.state is State.WRONG
    assert said in found.said
    assert found.next


def _open_folder(home: Home) -> None:
    home.data.chmod(0o755)


def _of_another(home: Home) -> None:
    os.chown(home.data, 12345, -1)


def _older(home: Home) -> None:
    _sql(home, "DELETE FROM migration WHERE number = (SELECT max(number) FROM migration)")


def _quiet_log(home: Home) -> None:
    _sql(home, "UPDATE kl_entry SET timestamp_ms = ?", NOW_MS - 3 * HOUR_MS)


def _waiting_log(home: Home) -> None:
    _sql(
        home,
        "INSERT INTO kl_change (label, version, opening, value, queued_ms) VALUES ('u:x', 0, X'00', X'00', ?)",
        NOW_MS - HOUR_MS,
    )


def _lost_value(home: Home) -> None:
    _sql(home, "INSERT INTO kl_lost (out, commitment, epoch) VALUES (X'00', X'00', 0)")


def _unknown_file(home: Home) -> None:
    path = home.data / "blobs" / "ab" / f"ab{'0' * 62}"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"x")
    os.utime(path, (NOW_MS / 1000 - 7200,) * 2)


def _old_backup(home: Home) -> None:
    last.note(loaded(home), NOW_MS - 8 * 24 * HOUR_MS)


def _no_backup(home: Home) -> None:
    (home.data / "last-backup").unlink()


@pytest.mark.parametrize(
    ("change", "check", "said"),
    [
        pytest.param(
            _of_another, "keys", "of the user 12345", marks=pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
        ),
        (_open_folder, "keys", "open to other users (mode 0755)"),
        (_older, "migrations", "this version brings"),
        (_quiet_log, "key log", "180 min old"),
        (_waiting_log, "key log", "wait for 60 min"),
        (_lost_value, "key log", "1 values are lost"),
        (_unknown_file, "attachments", "1 files that no row names"),
        (_old_backup, "backup", "8 days old"),
        (_no_backup, "backup", "no backup was made"),
    ],
)
def test_what_works_and_should_be_looked_at_is_said(
    kept: Home, change: Callable[[Home], None], check: str, said: str
) -> None:
    assert worst(kept, check).state is State.OK
    change(kept)
    found = worst(kept, check)
    assert (found.state, said in found.said) == (State.LOOK, True), found


@pytest.mark.parametrize(("free", "state"), [(0.5, State.OK), (0.09, State.LOOK), (0.01, State.WRONG)])
def test_the_disk_is_told_before_it_is_full(
    kept: Home, monkeypatch: pytest.MonkeyPatch, free: float, state: State
) -> None:
    used = SimpleNamespace(total=1 << 40, free=int(free * (1 << 40)))
    monkeypatch.setattr("shutil.disk_usage", lambda path: used)
    assert worst(kept, "disk").state is state


@pytest.mark.parametrize(("days", "state"), [(60, State.OK), (20, State.LOOK), (3, State.WRONG), (-1, State.WRONG)])
def test_a_certificate_is_told_before_it_ends(kept: Home, tmp_path: Path, days: int, state: State) -> None:
    pair = Authority(tmp_path / "ca").issue("hub.example")
    kept.config.write_text(f'{kept.config.read_text()}tls_cert = "{pair.cert}"\ntls_key = "{pair.key}"\n')
    ends = x509.load_pem_x509_certificate(pair.cert.read_bytes()).not_valid_after_utc
    now = ends - timedelta(days=days, minutes=10)
    assert around.certificate(loaded(kept), int(now.timestamp() * 1000)).state is state


def test_a_witness_that_does_not_answer_is_wrong(kept: Home) -> None:
    assert worst(kept, "witnesses").state is State.LOOK
    _silent_witness(kept)
    found = worst(kept, "witnesses")
    assert found.state is State.WRONG
    assert "w.example/witness: WitnessUnreachable" in found.said


@pytest.mark.parametrize(("size", "state"), [(None, State.LOOK), (3, State.OK), (4, State.OK), (5, State.WRONG)])
def test_what_a_witness_has_seen_is_compared_with_the_database(size: int | None, state: State) -> None:
    (found,) = around.said("w.example/witness", size, 4)
    assert found.state is state
    assert bool(found.next) is (state is not State.OK)


def test_the_command_tells_programs_and_ends_with_1_when_something_is_wrong(kept: Home, spoken: Spoken) -> None:
    _no_key(kept)
    status, said, _ = spoken("doctor", "--json", "--config", str(kept.config))
    assert status == 1
    told = json.loads(said)
    assert told["wrong"] >= 1
    assert {one["state"] for one in told["findings"]} <= {"ok", "look", "wrong"}


def test_it_changes_nothing(kept: Home) -> None:
    add_account(kept, "carla")
    before = {path: path.read_bytes() for path in kept.folder.rglob("*") if path.is_file()}
    service.examine(kept.config, NOW_MS)
    after = {path: path.read_bytes() for path in kept.folder.rglob("*") if path.is_file()}
    own = {kept.data / name for name in ("hub.lock", "hub.db-wal", "hub.db-shm")}
    assert {path: data for path, data in after.items() if path not in own} == {
        path: data for path, data in before.items() if path not in own
    }
    assert init.look_beside(kept.config, lambda query: query.one("SELECT count(*) FROM account")) == (3,)
