# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Synapse on a PostgreSQL of its own: messages to devices, and messages to rooms. Both are stored before the answer.

Debian has none, so it is installed from its pins (constraints/peers.txt) into an environment of its own. What it does
by default it does here, but for presence, which is off, and for its rate limits, which no load would get through.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import secrets
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final

from aiohttp import ClientSession, TCPConnector
from psycopg.conninfo import conninfo_to_dict

from bench import postgres
from bench.clock import family, process_cpu_s
from bench.contest import Contender, Sizes, Supply
from bench.errors import CannotRun
from bench.hub import BUILD
from bench.load import Load, Message
from bench.peers.matrix import MatrixLine, make_room, to_devices, to_room
from bench.peers.overlooked import Overlooked
from bench.peers.peer import HOST, Peer, PeerProcess, Start, started

PINS: Final = Path(__file__).resolve().parents[2] / "constraints" / "peers.txt"
PLACE: Final = BUILD / "synapse"
INSTALL_S: Final = 900.0
UNLIMITED: Final = {"per_second": 1_000_000, "burst_count": 1_000_000}
WITHOUT_LIMITS: Final = {
    "rc_message": UNLIMITED,
    "rc_registration": UNLIMITED,
    "rc_admin_redaction": UNLIMITED,
    "rc_login": dict.fromkeys(("address", "account", "failed_attempts"), UNLIMITED),
    "rc_joins": {"local": UNLIMITED, "remote": UNLIMITED},
    "rc_joins_per_room": UNLIMITED,
    "rc_invites": dict.fromkeys(("per_room", "per_user", "per_issuer"), UNLIMITED),
    "rc_room_creation": UNLIMITED,
}


def install() -> Path:
    """The Python that has Synapse, installed when it is not there yet or by other pins. Raises CannotRun."""
    python, stamp = PLACE / "bin" / "python", PLACE / "pins"
    pins = hashlib.sha256(PINS.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == pins:
        return python
    shutil.rmtree(PLACE, ignore_errors=True)
    _run(sys.executable, "-m", "venv", str(PLACE))
    _run(
        *(str(python), "-m", "pip", "--disable-pip-version-check", "--quiet", "install"),
        *("--only-binary", ":all:", "--require-hashes", "-r", str(PINS)),
    )
    stamp.write_text(pins)
    return python


def _run(*command: str) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=INSTALL_S)
    except (OSError, subprocess.TimeoutExpired) as err:
        raise CannotRun(f"Synapse cannot be installed here: {type(err).__name__}: {err}") from None
    if done.returncode != 0:
        said = next((line for line in done.stderr.splitlines() if line.startswith("ERROR")), done.stderr.strip()[-300:])
        raise CannotRun(f"Synapse cannot be installed here: {said}")


def _config(folder: Path, port: int, database: str, shared_secret: str) -> dict[str, Any]:
    """JSON is YAML too."""
    return {
        "server_name": HOST,
        "pid_file": str(folder / "pid"),
        "listeners": [
            {"port": port, "type": "http", "bind_addresses": ["127.0.0.1"], "resources": [{"names": ["client"]}]}
        ],
        "database": {"name": "psycopg2", "args": {**conninfo_to_dict(database), "cp_min": 5, "cp_max": 10}},
        "log_config": str(folder / "log.yaml"),
        "media_store_path": str(folder / "media"),
        "signing_key_path": str(folder / "signing.key"),
        "registration_shared_secret": shared_secret,
        "macaroon_secret_key": secrets.token_hex(16),
        "form_secret": secrets.token_hex(16),
        "bcrypt_rounds": 4,  # people are many, and their passwords are not what is measured
        "report_stats": False,
        "trusted_key_servers": [],
        "presence": {"enabled": False},
        **WITHOUT_LIMITS,
    }


def _prepare(python: Path, database: str, shared_secret: str, folder: Path, port: int) -> Start:
    handlers = {"said": {"class": "logging.StreamHandler"}}
    log = {"version": 1, "handlers": handlers, "root": {"level": "ERROR", "handlers": ["said"]}}
    (folder / "log.yaml").write_text(json.dumps(log))
    config = folder / "homeserver.yaml"
    config.write_text(json.dumps(_config(folder, port, database, shared_secret)))
    main = (str(python), "-m", "synapse.app.homeserver", "--config-path", str(config))
    key = f'{main[0]} -m synapse.app.homeserver --config-path {config} --generate-keys && exec "$@"'
    return Start(("/bin/sh", "-c", key, "sh", *main), {})


@asynccontextmanager
async def _running(name: str, rooms: bool, sizes: Sizes) -> AsyncIterator[Contender]:
    python = await asyncio.to_thread(install)
    shared_secret = secrets.token_hex(16)
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(postgres.running())
        prepare = partial(_prepare, python, server.url, shared_secret)
        # Its Python is the one that measures, which nobody else may be able to read.
        process = await stack.enter_async_context(started(prepare, given_away=False))
        lines = [await _line(stack, process, f"load{number}", shared_secret) for number in range(sizes.people)]
        direct, group = await (_to_rooms if rooms else _to_devices)(lines, sizes)
        by_name = {line.name: line for line in lines}
        overlooked = None if rooms else Overlooked(lambda name: by_name[name].ask_again())
        for line in lines:
            await line.listen(overlooked)
        if overlooked is not None:
            watching = asyncio.create_task(overlooked.watch())
            stack.callback(watching.cancel)
        load = Load(lines, acknowledged=True)
        stack.push_async_callback(load.close)
        yield Contender(
            name.replace("Synapse", f"Synapse{_version()}"),
            lambda: process_cpu_s(process.pid) + server.cpu_s(),
            load,
            direct,
            group,
            slow=True,
            pids=lambda: [process.pid, *family(server.pid)],
        )


async def _line(stack: AsyncExitStack, process: PeerProcess, user: str, shared_secret: str) -> MatrixLine:
    http = ClientSession(f"http://127.0.0.1:{process.port}", connector=TCPConnector(limit=0))
    stack.push_async_callback(http.close)
    line = await MatrixLine.open(http, user, shared_secret)
    stack.push_async_callback(line.close)
    return line


async def _to_devices(lines: list[MatrixLine], sizes: Sizes) -> tuple[Supply, Supply]:
    names = [line.name for line in lines]
    direct = {name: [to_devices([names[n ^ 1]]) for _ in range(sizes.direct)] for n, name in enumerate(names)}
    everybody_else = {name: [other for other in names if other != name] for name in names[: sizes.speakers]}
    group = {name: [to_devices(others) for _ in range(sizes.group)] for name, others in everybody_else.items()}
    return Supply(direct), Supply(group)


async def _to_rooms(lines: list[MatrixLine], sizes: Sizes) -> tuple[Supply, Supply]:
    direct: dict[str, list[Message]] = {}
    for one, other in zip(lines[::2], lines[1::2], strict=True):
        room_id = await make_room(one, [other])
        direct |= {line.name: [to_room(room_id) for _ in range(sizes.direct)] for line in (one, other)}
    room_id = await make_room(lines[0], lines[1:])
    group = {line.name: [to_room(room_id) for _ in range(sizes.group)] for line in lines[: sizes.speakers]}
    return Supply(direct), Supply(group)


def _version() -> str:
    found = re.search(r"^matrix-synapse==(\S+)", PINS.read_text(), re.MULTILINE)
    return "" if found is None else f" {found[1]}"


def _peer(name: str, rooms: bool, bar: str) -> Peer:
    return Peer(name, partial(_running, name, rooms), bar)


TO_DEVICE: Final = _peer("Synapse, to-device, PostgreSQL", False, "ratio <= 0.01")
ROOM: Final = _peer("Synapse, room, PostgreSQL", True, "ratio <= 0.00222")
