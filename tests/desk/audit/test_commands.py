# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity audit`: status 1 and a name where the log does not hold, and plain words where it does."""

from __future__ import annotations

import threading
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from privity.desk import commands as desk
from privity.desk import config
from privity.desk.audit import commands, log
from privity.desk.audit.acts import Act
from privity.desk.audit.reading import line
from privity.desk.audit.signing import Signing
from privity.desk.db.database import open_existing
from privity.desk.errors import ConfigInvalid, KeysInvalid
from privity.desk.keys import open_keys
from privity.tlog.verifier_key import VerifierKey
from tests.desk.audit.logs import entry, filled
from tests.desk.conftest import Home

Shown = pytest.CaptureFixture[str]


@pytest.fixture
def file(home: Home) -> Path:
    """The configuration of a desk with twelve entries."""
    loaded = home.configured("http://127.0.0.1:1")
    filled(loaded.database, 12, home.keys()).close()
    return home.folder / "privity.toml"


def ends(name: str, more: str = "") -> AbstractContextManager[object]:
    """The command ends with status 1 and this on standard error."""
    return pytest.raises(SystemExit, match=f"^privity: {name}: {more}")


def key_of(file: Path) -> str:
    loaded = config.load(file)
    db = open_existing(loaded.database, open_keys(loaded))
    key = Signing(db, loaded.audit_name, open_keys(loaded).audit, loaded.audit_checkpoint).key
    db.close()
    return key.encode()


def tampered(file: Path, statement: str) -> None:
    loaded = config.load(file)
    db = open_existing(loaded.database, open_keys(loaded))
    db.execute("DROP TRIGGER audit_entry_keeps_rows")
    db.execute("DROP TRIGGER audit_entry_loses_none")
    db.execute(statement)
    db.close()


def test_a_log_that_holds_says_how_far_the_given_checkpoint_reaches(file: Path, tmp_path: Path, capsys: Shown) -> None:
    commands.checkpoint(out=tmp_path / "kept", config=file)
    assert capsys.readouterr().out.encode() == (tmp_path / "kept").read_bytes()
    commands.verify(config=file)
    shown = capsys.readouterr()
    assert shown.out == "the log holds: 12 entries, and it continues the checkpoints of 12\n"
    assert "no checkpoint from elsewhere" in shown.err
    loaded = config.load(file)
    db = open_existing(loaded.database, open_keys(loaded))
    log.add(db, at_ms=1, who="staff:1", act=Act.EVIDENCE_OPENED)
    db.close()
    commands.verify(checkpoint=(tmp_path / "kept",), config=file)
    assert (
        capsys.readouterr().err == "entries from 12 on came later: of those, no checkpoint given here says anything\n"
    )


def test_a_log_holds_while_the_desk_writes_it(file: Path, capsys: Shown) -> None:
    loaded, enough, wrote = config.load(file), threading.Event(), threading.Event()

    def write() -> None:
        db = open_existing(loaded.database, open_keys(loaded))
        while not enough.is_set():
            log.add(db, at_ms=1, who="staff:1", act=Act.EVIDENCE_OPENED)
            wrote.set()
        db.close()

    writing = threading.Thread(target=write)
    writing.start()
    try:
        for _ in range(5):
            wrote.clear()
            assert wrote.wait(30)
            commands.verify(config=file)
    finally:
        enough.set()
        writing.join()
    assert capsys.readouterr().out.count("the log holds") == 5


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("DELETE FROM audit_entry WHERE n = 4", "EntryMissing"),
        ("UPDATE audit_entry SET entry = CAST(replace(entry, 'at, 4', 'at, 5') AS BLOB) WHERE n = 4", "NodesDisagree"),
        ("UPDATE audit_entry SET entry = x'00' WHERE n = 4", "BadEntry"),
        ("UPDATE audit_checkpoint SET note = x'00'", "CheckpointRefused"),
    ],
)
def test_a_log_that_does_not_hold_ends_by_name(file: Path, statement: str, name: str) -> None:
    commands.checkpoint(config=file)
    tampered(file, statement)
    with ends(name):
        commands.verify(config=file)


def test_a_file_that_is_no_checkpoint_ends_by_name(file: Path, tmp_path: Path) -> None:
    commands.checkpoint(config=file)
    config.load(file).audit_checkpoint.write_text("no note\n")
    with ends("CheckpointRefused"):
        commands.verify(config=file)
    with ends("CheckpointRefused", "cannot read none"):
        commands.verify(checkpoint=(tmp_path / "none",), config=file)


def test_a_log_shorter_than_a_kept_checkpoint_ends_by_name(file: Path, tmp_path: Path) -> None:
    commands.checkpoint(out=tmp_path / "kept", config=file)
    loaded = config.load(file)
    loaded.database.unlink()
    loaded.audit_checkpoint.unlink()
    filled(loaded.database, 11, open_keys(loaded)).close()
    with ends("LogCutOff"):
        commands.verify(checkpoint=(tmp_path / "kept",), config=file)


def test_a_damaged_database_ends_by_name(file: Path) -> None:
    path = config.load(file).database
    data = bytearray(path.read_bytes())
    for at in range(len(data) // 2, len(data), 64):
        data[at] ^= 1
    path.write_bytes(data)
    with ends("(StorageFailed|DatabaseKeyWrong)"):
        commands.verify(config=file)


def test_an_exported_log_is_checked_by_its_key_alone(file: Path, tmp_path: Path, capsys: Shown) -> None:
    exported = tmp_path / "audit.jsonl"
    commands.export(exported, config=file)
    key = key_of(file)
    assert key in capsys.readouterr().err
    commands.verify(entries=exported, key=key, config=tmp_path / "no config")
    assert capsys.readouterr().out == "the log holds: 13 entries, and it continues the checkpoints of 13\n"
    lines = exported.read_bytes().splitlines(keepends=True)
    for changed in (lines[:-1], [*lines[:3], *lines[4:]], [*lines, lines[-1]], [lines[0], *lines[2:]], lines[1:]):
        exported.write_bytes(b"".join(changed))
        with ends("(LogCutOff|EntryMissing|BadExport)"):
            commands.verify(entries=exported, key=key, config=tmp_path / "no config")


def test_more_entries_than_an_exports_checkpoint_stands_for_are_refused(file: Path, tmp_path: Path) -> None:
    exported = tmp_path / "audit.jsonl"
    commands.export(exported, config=file)
    exported.write_bytes(exported.read_bytes() + entry(13).encode() + b"\n")
    with ends("BadExport", ".* 13 entries, 14 follow"):
        commands.verify(entries=exported, key=key_of(file))


def test_another_key_is_refused(file: Path) -> None:
    commands.checkpoint(config=file)
    for key, name in ((key_of(file).replace("desk-audit+", "desk-audot+"), "BadVerifierKey"), ("x", "BadVerifierKey")):
        with ends(name):
            commands.verify(key=key, config=file)


def test_an_entry_is_proven_to_somebody_who_sees_no_other(file: Path, tmp_path: Path, capsys: Shown) -> None:
    commands.prove(7, config=file)
    proof = capsys.readouterr().out
    assert "at, 6" not in proof
    (tmp_path / "p").write_text(proof)
    commands.check_proof(tmp_path / "p", key=key_of(file), config=tmp_path / "no config")
    assert capsys.readouterr().out == line(entry(7)) + "\n"
    with ends("NoSuchEntry"):
        commands.prove(12, config=file)
    with ends("BadExport", "cannot read"):
        commands.check_proof(tmp_path / "none", config=file)


def test_entries_are_shown_by_number_and_by_what_they_are_about(file: Path, capsys: Shown) -> None:
    commands.show(after=10, config=file)
    assert capsys.readouterr().out == line(entry(11)) + "\n"
    commands.show(about="evidence:2", config=file)
    assert [row.split()[0] for row in capsys.readouterr().out.splitlines()] == ["6", "7", "8"]
    commands.show(about="evidence:2", limit=1, json=True, config=file)
    assert capsys.readouterr().out.encode() == entry(6).encode() + b"\n"
    commands.show(about="case:1", config=file)
    assert capsys.readouterr() == ("", "no such entry\n")


def test_nothing_in_an_entry_moves_the_cursor_of_a_terminal() -> None:
    assert line(entry(3, "\x1b[2J\u202egone\nnext")).isprintable()


def test_a_desk_without_an_audit_key_is_told_how_to_make_one(home: Home, file: Path, capsys: Shown) -> None:
    made = home.folder / "desk" / "keys" / "audit.key"
    made.unlink()
    with pytest.raises(KeysInvalid, match="privity desk make-audit-key"):
        open_keys(config.load(file))
    desk.make_audit_key(config=file)
    assert VerifierKey.decode(capsys.readouterr().out.removeprefix("audit log: ").strip()).encode() == key_of(file)
    assert made.stat().st_mode & 0o077 == 0
    with ends("AlreadyInitialised"):
        desk.make_audit_key(config=file)


def test_the_log_is_called_after_the_host(home: Home, file: Path) -> None:
    assert config.load(file).audit_name == "hub.example/desk-audit"
    section = config.DeskSection(hub_url="http://127.0.0.1:1")
    assert config.check(section, home.folder).audit_name == "localhost/desk-audit"
    named = config.DeskSection(hub_url="http://127.0.0.1:1", audit_name="teapots/audit")
    assert config.check(named, home.folder).audit_name == "teapots/audit"
    for wrong in ("", "two words", "a+b"):
        with pytest.raises(ConfigInvalid, match="audit_name"):
            config.check(config.DeskSection(hub_url="http://127.0.0.1:1", audit_name=wrong), home.folder)
