# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity witness`: what it writes, what it refuses to start with, and that its key stays its own."""

from __future__ import annotations

import ssl
import stat
import sys
from contextlib import suppress
from pathlib import Path

import aiohttp
import pytest

from privity.tlog.note import decode_signatures
from privity.tlog.verifier_key import KeyKind, VerifierKey
from privity.witness import config, key, main, setting_up
from privity.witness.config import FILE, ConfigFile, LogSection, WatchedLog
from privity.witness.errors import (
    AlreadyInitialised,
    CannotListen,
    ConfigInvalid,
    KeyInvalid,
    LogKnown,
    PlaintextRefused,
    StateMissing,
)
from privity.witness.limits import KEEP_DAYS
from privity.witness.state import StateFile, origin_hash
from tests.certificates import Authority
from tests.faces.shell import Shell
from tests.keylog.memory_log import MemoryLog
from tests.witness.running import NAME, asked, grown, log_key, running_witness, set_up

LOG = MemoryLog()
VKEY = log_key(LOG).encode()


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path / "none")


def test_init_and_add_write_a_witness_that_serves(shell: Shell, tmp_path: Path) -> None:
    folder = tmp_path / "watch"
    line = shell.ok("witness", "init", str(folder), "--name", NAME).strip()
    public = VerifierKey.decode(line)
    assert (public.name, public.kind) == (NAME, KeyKind.COSIGNATURE)
    assert shell.ok("witness", "add", str(folder), "--log", VKEY, "--hub", "https://hub.example/").strip() == line
    loaded = config.load(folder)
    assert loaded.logs == (WatchedLog(log_key(LOG), "https://hub.example"),)
    assert setting_up.own_key(loaded) == public
    assert StateFile(folder, log_key(LOG), public).read().head[0] == 0


def test_the_key_is_readable_by_its_user_only_and_never_shown(shell: Shell, tmp_path: Path) -> None:
    folder = tmp_path / "watch"
    done = shell.run("witness", "init", str(folder), "--name", NAME)
    secret = (folder / "witness.key").read_bytes()
    assert stat.S_IMODE((folder / "witness.key").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for form in (secret.hex(), repr(secret)):
        assert form not in done.stdout + done.stderr + (folder / FILE).read_text()


def test_nothing_that_exists_is_overwritten(shell: Shell, tmp_path: Path) -> None:
    folder = tmp_path / "watch"
    shell.ok("witness", "init", str(folder), "--name", NAME)
    before = {path: path.read_bytes() for path in folder.iterdir()}
    assert "AlreadyInitialised" in shell.run("witness", "init", str(folder), "--name", "other.example").stderr
    (folder / FILE).unlink()
    with pytest.raises(AlreadyInitialised):
        key.write_fresh(folder / "witness.key")
    assert (folder / "witness.key").read_bytes() == before[folder / "witness.key"]


def test_a_log_is_added_once_and_a_lost_state_is_not_made_anew(tmp_path: Path) -> None:
    watched = WatchedLog(log_key(LOG), None)
    own = set_up(tmp_path, watched)
    state = tmp_path / "logs" / origin_hash(LOG.origin) / "state"
    state.unlink()
    with pytest.raises(LogKnown):
        config.add(tmp_path, watched, StateFile(tmp_path, watched.key, own).create)
    with pytest.raises(StateMissing):
        StateFile(tmp_path, watched.key, own).read()


def test_a_log_written_into_the_file_by_hand_has_no_state(shell: Shell, tmp_path: Path) -> None:
    set_up(tmp_path)
    toml = tmp_path / FILE
    toml.write_text(f'{toml.read_text()}\n[[logs]]\nvkey = "{VKEY}"\n')
    done = shell.run("witness", "serve", str(tmp_path))
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("privity: StateMissing: ")


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        (ConfigFile(""), ConfigInvalid),
        (ConfigFile("a+b"), ConfigInvalid),
        (ConfigFile("a b"), ConfigInvalid),
        (ConfigFile("a", "localhost:8450"), ConfigInvalid),
        (ConfigFile("a", "127.0.0.1"), ConfigInvalid),
        (ConfigFile("a", "127.0.0.1:65536"), ConfigInvalid),
        (ConfigFile("a", "127.0.0.1:-1"), ConfigInvalid),
        (ConfigFile("a", "0.0.0.0:8450"), PlaintextRefused),
        (ConfigFile("a", "[::]:8450"), PlaintextRefused),
        (ConfigFile("a", "192.0.2.1:8450"), PlaintextRefused),
        (ConfigFile("a", tls_cert="cert.pem"), ConfigInvalid),
        (ConfigFile("a", tls_key="key.pem"), ConfigInvalid),
        (ConfigFile("a", logs=[LogSection(VKEY), LogSection(VKEY)]), ConfigInvalid),
        (ConfigFile("a", logs=[LogSection("nonsense")]), ConfigInvalid),
        (ConfigFile("a", logs=[LogSection(VKEY, keep_days=-1)]), ConfigInvalid),
        (ConfigFile("a", logs=[LogSection(VKEY, "http://hub.example")]), PlaintextRefused),
        (ConfigFile("a", logs=[LogSection(VKEY, "http://localhost:8440")]), PlaintextRefused),
        (ConfigFile("a", logs=[LogSection(VKEY, "http://192.0.2.1:8440")]), PlaintextRefused),
        (ConfigFile("a", logs=[LogSection(VKEY, "ftp://hub.example")]), ConfigInvalid),
        (ConfigFile("a", logs=[LogSection(VKEY, "https://hub.example/path")]), ConfigInvalid),
        (ConfigFile("a", logs=[LogSection(VKEY, "https://hub.example?x")]), ConfigInvalid),
        (ConfigFile("a", logs=[LogSection(VKEY, "https://a@hub.example")]), ConfigInvalid),
        (ConfigFile("a", logs=[LogSection(VKEY, "https://hub.example:0")]), ConfigInvalid),
        (ConfigFile("a", logs=[LogSection(VKEY, "https://hub.example:x")]), ConfigInvalid),
        (ConfigFile("a", logs=[LogSection(VKEY, "https://[::1")]), ConfigInvalid),
        (ConfigFile("a", logs=[LogSection(VKEY, "https://")]), ConfigInvalid),
        (ConfigFile("a", logs=[LogSection(VKEY, "")]), ConfigInvalid),
    ],
)
def test_a_configuration_that_would_not_hold_is_refused(file: ConfigFile, expected: type[Exception]) -> None:
    with pytest.raises(expected):
        config.check(file, Path())


def test_how_long_updates_are_kept_is_asked_for_once_and_may_be_left_out(shell: Shell, tmp_path: Path) -> None:
    folder, other = tmp_path / "watch", MemoryLog("other.example", seed=2)
    shell.ok("witness", "init", str(folder), "--name", NAME)
    shell.ok("witness", "add", str(folder), "--log", VKEY, "--hub", "https://hub.example")
    assert "keep_days" not in (folder / FILE).read_text(), "as a file from before has it"
    line = log_key(other).encode()
    shell.ok("witness", "add", str(folder), "--log", line, "--hub", "https://o.example", "--keep-days", "90")
    assert [log.keep_days for log in config.load(folder).logs] == [KEEP_DAYS, 90]
    third = log_key(MemoryLog("third.example", seed=3)).encode()
    done = shell.run("witness", "add", str(folder), "--log", third, "--keep-days", "-1")
    assert (done.returncode, len(config.load(folder).logs)) == (1, 2)
    assert done.stderr.startswith("privity: ConfigInvalid: keep_days is 0 or more, got -1")


@pytest.mark.parametrize(
    "url", ["https://hub.example", "https://hub.example:8443/", "http://127.0.0.1:1", "http://[::1]:1"]
)
def test_hubs_are_asked_over_tls_or_on_this_machine(url: str) -> None:
    assert config.watched(LogSection(VKEY, url)).hub_url == url.rstrip("/")


def test_the_key_of_a_witness_is_no_log() -> None:
    own = VerifierKey.of(NAME, KeyKind.COSIGNATURE, bytes(32))
    with pytest.raises(ConfigInvalid, match="kind"):
        config.watched(LogSection(own.encode()))


@pytest.mark.parametrize(
    "text", ["", "name = 3", 'name = "a"\nunknown = 1', "name =", "\udcff", 'name = "a"\nlogs = 3']
)
def test_a_file_that_is_no_configuration_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(ConfigInvalid):
        config.load(tmp_path)


def test_a_missing_file_is_refused_with_what_to_do(shell: Shell, tmp_path: Path) -> None:
    done = shell.run("witness", "serve", str(tmp_path))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("privity: ConfigInvalid: ") and "privity witness init" in done.stderr


def test_a_file_that_takes_no_section_more_is_left_alone(tmp_path: Path) -> None:
    own = set_up(tmp_path)
    text = (tmp_path / FILE).read_text() + "logs = []\n"
    (tmp_path / FILE).write_text(text)
    watched = WatchedLog(log_key(LOG), None)
    with pytest.raises(ConfigInvalid, match="no section can be added"):
        config.add(tmp_path, watched, StateFile(tmp_path, watched.key, own).create)
    assert (tmp_path / FILE).read_text() == text
    assert not (tmp_path / "logs").exists()


def test_a_key_that_is_missing_damaged_or_open_to_others_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "witness.key"
    with pytest.raises(KeyInvalid, match="cannot read"):
        key.read(path)
    secret = key.write_fresh(path)
    assert key.read(path) == secret
    path.chmod(0o640)
    with pytest.raises(KeyInvalid, match="chmod 600"):
        key.read(path)
    path.chmod(0o600)
    for wrong in (secret[:-1], secret + b"\x00", b""):
        path.write_bytes(wrong)
        with pytest.raises(KeyInvalid, match="32 bytes"):
            key.read(path)


async def test_an_address_that_is_taken_is_refused(tmp_path: Path) -> None:
    async with running_witness(tmp_path / "one") as one:
        set_up(tmp_path / "two")
        toml = tmp_path / "two" / FILE
        toml.write_text(toml.read_text().replace("127.0.0.1:0", one.url.removeprefix("http://")))
        with pytest.raises(CannotListen):
            async with running_witness(tmp_path / "two"):
                pytest.fail("two witnesses on one address")


async def test_a_log_that_cannot_be_written_changes_no_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    full = Path("/dev/full").open("w")  # noqa: SIM115  # a disk without room, closed below
    monkeypatch.setattr(sys, "stderr", full)
    main.log_to_stderr()
    log = grown(MemoryLog(), 1)
    async with running_witness(tmp_path, WatchedLog(log_key(log), None)) as witness:
        assert (await witness.add(log, 0)).status == 200
    with suppress(OSError):
        full.close()


async def test_with_a_certificate_the_witness_speaks_tls(tmp_path: Path) -> None:
    log = grown(MemoryLog(), 1)
    set_up(tmp_path / "w", WatchedLog(log_key(log), None))
    authority = Authority(tmp_path / "authority")
    pair = authority.issue("127.0.0.1")
    toml = tmp_path / "w" / FILE
    with_tls = f'tls_cert = "{pair.cert}"\ntls_key = "{pair.key}"\n{toml.read_text()}'
    toml.write_text(with_tls)
    async with running_witness(tmp_path / "w") as witness:
        trusted = ssl.create_default_context(cafile=str(authority.cert))
        url = witness.url.replace("http:", "https:") + "/add-checkpoint"
        async with aiohttp.ClientSession() as session:
            async with session.post(url, data=asked(log, 0).encode(), ssl=trusted) as response:
                assert response.status == 200
                assert len(decode_signatures(await response.read())) == 1
            with pytest.raises(aiohttp.ClientError):
                await session.post(witness.url + "/add-checkpoint", data=asked(log, 0).encode())
    pair.cert.write_text("no certificate")
    with pytest.raises(ConfigInvalid, match="cannot be used"):
        async with running_witness(tmp_path / "w"):
            pytest.fail("a witness without its certificate")
    pair.cert.unlink()
    with pytest.raises(ConfigInvalid, match="cannot be read"):
        async with running_witness(tmp_path / "w"):
            pytest.fail("a witness without its certificate")
