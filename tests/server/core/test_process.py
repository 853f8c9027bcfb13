# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The process: configuration, fresh keys, one hub per folder, a real start and a clean end."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from aiohttp import ClientSession

from privity.server import config, init, keys, main
from privity.server.errors import (
    AlreadyInitialised,
    AlreadyRunning,
    CannotListen,
    ConfigInvalid,
    KeysInvalid,
    NotReady,
    PlaintextRefused,
)
from tests.certificates import Authority
from tests.server.core.people import Person, connect

RUN = "import sys; from pathlib import Path; from privity.server.main import run; run(Path(sys.argv[1]))"


def write(folder: Path, text: str) -> Path:
    path = folder / "privity.toml"
    path.write_text(text)
    return path


BEYOND = ["0.0.0.0:8440", "192.0.2.7:80", "[::]:8440", "[2001:db8::1]:8440", "[::ffff:192.0.2.7]:8440"]


@pytest.mark.parametrize("address", BEYOND)
def test_plaintext_beyond_loopback_is_refused(tmp_path: Path, address: str) -> None:
    path = write(tmp_path, f'[hub]\nhost = "hub.example"\nlisten = "{address}"\n')
    with pytest.raises(PlaintextRefused):
        config.load(path)
    with pytest.raises(PlaintextRefused):
        init.write_fresh(tmp_path / "new", "hub.example", address)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("address", ["localhost:80", "hub.example:80", "0:80", "127.1:80", ":80", "0x7f000001:80"])
def test_a_name_that_could_mean_any_address_is_refused(tmp_path: Path, address: str) -> None:
    with pytest.raises(ConfigInvalid, match="listen must be"):
        init.write_fresh(tmp_path / "new", "hub.example", address)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("address", BEYOND)
def test_metrics_beyond_this_machine_are_refused_also_with_tls(tmp_path: Path, address: str) -> None:
    tls = 'tls_cert = "c.pem"\ntls_key = "k.pem"\n'
    path = write(tmp_path, f'[hub]\nhost = "hub.example"\n{tls}metrics = "{address}"\n')
    with pytest.raises(PlaintextRefused, match="metrics"):
        config.load(path)


def test_there_are_no_metrics_unless_they_are_asked_for(tmp_path: Path) -> None:
    section = init.write_fresh(tmp_path, "hub.example", "127.0.0.1:0").section
    assert config.load(write(tmp_path, section)).metrics is None
    assert config.load(write(tmp_path, section + 'metrics = "[::1]:9440"\n')).metrics == ("::1", 9440)


@pytest.mark.parametrize("broken", ["no such file", "another key", "no certificate", "a key with a password"])
async def test_a_certificate_that_cannot_be_used_stops_the_hub_by_name(tmp_path: Path, broken: str) -> None:
    authority = Authority(tmp_path / "ca")
    pair = authority.issue("localhost", password=b"invented" if broken == "a key with a password" else None)
    key = authority.issue("other.example").key if broken == "another key" else pair.key
    if broken == "no certificate":
        pair.cert.write_text("not PEM")
    if broken == "no such file":
        pair.cert.unlink()
    fresh = init.write_fresh(tmp_path, "hub.example", "127.0.0.1:0", tls=config.Tls(pair.cert, key))
    context, parts = main.build_context(config.load(write(tmp_path, fresh.section)))
    with pytest.raises(ConfigInvalid, match="tls_cert"):
        async with main.serving(context, parts):
            pass


@pytest.mark.parametrize("address", ["127.0.0.1:8440", "[::1]:8440", "127.9.9.9:0"])
def test_loopback_may_be_plain(tmp_path: Path, address: str) -> None:
    assert config.load(write(tmp_path, f'[hub]\nhost = "hub.example"\nlisten = "{address}"\n')).tls is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[hub]",
        "hub = 1",
        '[hub]\nhost = "h"\nlisten = "localhost:80"',
        '[hub]\nhost = "h"\nlisten = "127.0.0.1"',
        '[hub]\nhost = "h"\nlisten = "127.0.0.1:99999"',
        '[hub]\nhost = "h"\nregistration = "closed"',
        '[hub]\nhost = "h"\nunknown = 1',
        '[hub]\nhost = "h"\ntls_cert = "c.pem"',
        '[hub]\nhost = "h"\nreport_window_days = 0',
        '[hub]\nhost = "h"\nmetrics = "localhost:9440"',
        '[hub]\nhost = "h"\nmetrics = "9440"',
        '[hub]\nhost = "h"\nstaff_public_key = "zz"',
        '[hub]\nhost = "NOT A HOST"',
        "\x00",
    ],
)
def test_invalid_configuration_is_refused_by_name(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigInvalid):
        config.load(write(tmp_path, text))


def test_production_needs_tls_or_a_proxy(tmp_path: Path) -> None:
    plain = config.load(write(tmp_path, '[hub]\nhost = "hub.example"\nproduction = true\n'))
    with pytest.raises(NotReady):
        main.check_ready(plain)
    main.check_ready(
        config.load(write(tmp_path, '[hub]\nhost = "hub.example"\nproduction = true\nbehind_proxy = true\n'))
    )


def test_fresh_hub_has_private_keys_and_one_invite(tmp_path: Path) -> None:
    fresh = init.write_fresh(tmp_path, "hub.example", "127.0.0.1:0")
    assert fresh.code not in repr(fresh)
    checked = config.load(write(tmp_path, fresh.section))
    for name in (keys.FRANKING, keys.EXTERNAL_SENDER):
        assert stat.S_IMODE((checked.keys / name).stat().st_mode) == 0o600
    opened = keys.open_keys(checked.keys)
    assert opened.franking_public != opened.external_sender_public
    before = (checked.keys / keys.FRANKING).read_bytes()
    with pytest.raises(AlreadyInitialised):
        init.write_fresh(tmp_path, "hub.example", "127.0.0.1:0")
    assert (checked.keys / keys.FRANKING).read_bytes() == before


def test_damaged_or_open_key_files_stop_the_hub(tmp_path: Path) -> None:
    init.write_fresh(tmp_path, "hub.example", "127.0.0.1:0")
    folder = tmp_path / "hub" / "keys"
    key = folder / keys.FRANKING
    key.chmod(0o640)
    with pytest.raises(KeysInvalid, match="0640"):
        keys.open_keys(folder)
    key.chmod(0o600)
    key.write_bytes(bytes(31))
    with pytest.raises(KeysInvalid):
        keys.open_keys(folder)
    key.unlink()
    with pytest.raises(KeysInvalid):
        keys.open_keys(folder)


def test_second_process_on_one_folder_is_refused(tmp_path: Path) -> None:
    with main.held(tmp_path / "hub.lock"), pytest.raises(AlreadyRunning), main.held(tmp_path / "hub.lock"):
        pass


async def test_taken_address_is_refused_by_name(tmp_path: Path, unused_tcp_port: int) -> None:
    listen = f"127.0.0.1:{unused_tcp_port}"
    context, parts = main.build_context(config.load(write(tmp_path, init.write_fresh(tmp_path, "h", listen).section)))
    taken = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", unused_tcp_port)
    with pytest.raises(CannotListen):
        async with main.serving(context, parts):
            pass
    taken.close()


async def test_real_process_serves_logs_nothing_private_and_drains_on_sigterm(
    tmp_path: Path, unused_tcp_port: int
) -> None:
    listen = f"127.0.0.1:{unused_tcp_port}"
    fresh = init.write_fresh(tmp_path, "hub.example", listen)
    path = write(tmp_path, fresh.section + "epoch_min_ms = 10\n")
    log = tmp_path / "hub" / "logs" / "hub.log"
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", RUN, str(path), stderr=subprocess.PIPE, env={**os.environ}
    )
    assert child.stderr is not None
    try:
        await asyncio.wait_for(_listening(listen), 60)
        person, invite = Person("alice"), init.new_invite(path)
        async with ClientSession(f"http://{listen}") as http:
            for code, wanted in ((fresh.code, person), (invite.code, Person("bob"))):
                async with http.post("/v1/accounts", json=wanted.registration(code)) as response:
                    assert response.status == 200, await response.text()
            line = await connect(http, person.device)
            assert (await line.request("GET", "/v1/blocks"))[0] == 200
            child.send_signal(signal.SIGTERM)
            assert await asyncio.wait_for(child.wait(), 60) == 0
    finally:
        if child.returncode is None:
            child.kill()
    assert await child.stderr.read() == b""
    lines = [json.loads(entry) for entry in log.read_text().splitlines()]
    told = [entry["event"] for entry in lines if entry["event"] != "retention.done"]  # as soon as it comes to it
    assert told == ["started", "stopping", "stopped"]
    for private in ("alice", "mimi:", "127.0.0.1", fresh.code, person.id):
        assert private not in log.read_text()


async def _listening(listen: str) -> None:
    address, _, port = listen.rpartition(":")
    while True:
        try:
            _, writer = await asyncio.open_connection(address, int(port))
        except ConnectionRefusedError:
            await asyncio.sleep(0.02)
        else:
            writer.close()
            return
