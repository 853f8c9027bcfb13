# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The hub's process: the only place that constructs things, and the order in which they start and stop."""

from __future__ import annotations

import asyncio
import fcntl
import secrets
import signal
import sqlite3
import ssl
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Final

import structlog
from aiohttp import web

from privity.server import config as configuration
from privity.server.app import SLICES, build_app
from privity.server.blobs import store as blob_files
from privity.server.config import HubConfig
from privity.server.context import HubContext
from privity.server.db.database import Database
from privity.server.delivery.retention import maintain
from privity.server.errors import AlreadyRunning, CannotListen, ConfigInvalid, NotReady
from privity.server.http import Runner
from privity.server.init import add_log_keys
from privity.server.keylog import continuing
from privity.server.keylog.continuing import Continued
from privity.server.keylog.regained import Told
from privity.server.keys import open_keys
from privity.server.knocks import service as knocks
from privity.server.limits import Limits
from privity.server.links import service as links
from privity.server.logs import open_log
from privity.server.metrics.routes import metrics_app
from privity.server.rooms.franking_agent import propose_everywhere
from privity.server.rooms.parts import RoomParts, make_parts, shut_down
from privity.server.sessions.model import Sessions
from privity.server.version import VERSION
from privity.server.web import log_bug
from privity.wire.errors import Code, Refusal
from privity.wire.structs import settle_structs

DRAIN_S: Final = 10.0
"""How long requests under way may take after SIGTERM."""
HOUSEKEEPING_S: Final = 3600.0


def run(config_path: Path) -> None:
    """Serve until SIGTERM or SIGINT. Raises HubError when the hub cannot start."""
    config = configuration.load(config_path)
    check_ready(config)
    config.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    with held(config.data / "hub.lock"), open_log(config.log):
        _run_loop(_run(config))


def continue_log(config_path: Path, told: Told) -> Continued:
    """Take back from auditors what the key log lost with its database. Raises HubError, and then nothing is written."""
    config = configuration.load(config_path)
    open_keys(config.keys)  # before there is a database without a log, for which keys would be made
    with held(config.data / "hub.lock"), open_log(config.log):
        return asyncio.run(_continue(config, told))


async def _continue(config: HubConfig, told: Told) -> Continued:
    context, _ = build_context(config)
    try:
        return await continuing.continue_log(context, told)
    finally:
        await context.db.close()


def _run_loop(process: Coroutine[None, None, None]) -> None:
    try:
        import uvloop
    except ImportError:  # a platform that uvloop has no wheel for: slower, and otherwise the same
        asyncio.run(process)
    else:
        uvloop.run(process)


def check_ready(config: HubConfig) -> None:
    """Production means TLS, here or in a proxy on this machine."""
    if config.production and config.tls is None and not config.behind_proxy:
        raise NotReady("production = true needs tls_cert and tls_key, or behind_proxy = true and a proxy that ends TLS")


@contextmanager
def held(path: Path) -> Iterator[None]:
    """The data folder belongs to one process at a time. The lock goes with the process, however it ends."""
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(f"another process holds {path.name} in the data folder; stop it first") from None
        yield


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def monotonic_ms() -> int:
    """For limits: the clock on the wall may jump back, and nobody may be locked out until it has caught up."""
    return time.monotonic_ns() // 1_000_000


def build_context(config: HubConfig, clock: Callable[[], int] = now_ms) -> tuple[HubContext, RoomParts]:
    """Everything the slices work with. Raises HubError."""
    settle_structs()
    for name in add_log_keys(config):
        structlog.get_logger("privity.hub").warning("keylog.key_made", file=name)
    keys = open_keys(config.keys)
    blob_files.remove_drafts(config.blobs)
    parts = make_parts(keys, clock, secrets.token_bytes, config.report_window_days)
    context = HubContext(
        config=config,
        db=Database.open(config.database),
        now_ms=clock,
        random=secrets.token_bytes,
        limits=Limits(monotonic_ms),
        keys=keys,
        sessions=Sessions(),
        hooks=parts.hooks,
    )
    return context, parts


@asynccontextmanager
async def serving(context: HubContext, parts: RoomParts) -> AsyncIterator[int]:
    """Listen; yields the port. At the end: take nothing new, finish what is under way, close the database."""
    config = context.config
    try:
        async with AsyncExitStack() as listeners:
            if config.metrics is not None:
                await listeners.enter_async_context(_listening(metrics_app(context), *config.metrics, None))
            app = build_app(context, (*SLICES, parts))
            port = await listeners.enter_async_context(
                _listening(app, config.listen_address, config.listen_port, _tls(config))
            )
            try:
                yield port
            finally:
                shut_down(parts)
                await context.sessions.close_all(Code.UNAVAILABLE, "the hub is shutting down")
    finally:
        await context.db.close()


@asynccontextmanager
async def _listening(app: web.Application, address: str, port: int, tls: ssl.SSLContext | None) -> AsyncIterator[int]:
    """An application on one address; yields its port. Raises CannotListen."""
    runner = Runner(app, DRAIN_S)
    try:
        await runner.setup()
        site = web.TCPSite(runner, address, port, ssl_context=tls)
        try:
            await site.start()
        except OSError as err:
            raise CannotListen(f"cannot listen on {site.name}: {err.strerror or type(err).__name__}") from None
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()


async def _run(config: HubConfig) -> None:
    log = structlog.get_logger("privity.hub")
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    context, parts = build_context(config)
    async with serving(context, parts):
        log.info(
            "started",
            version=VERSION,
            tls=config.tls is not None,
            registration=config.registration,
            production=config.production,
        )
        keeping = asyncio.create_task(keep_house(context, parts))
        await stop.wait()
        log.info("stopping")
        keeping.cancel()
    log.info("stopped", drained=True)


async def keep_house(context: HubContext, parts: RoomParts) -> None:
    """Forget what is due, now and every hour. A full disk or a passing error waits for the next hour."""
    while True:
        try:
            await maintain(context, parts.franker)
            await propose_everywhere(context, parts.proposer)
            await links.forget_expired(context)
            await knocks.forget_over(context)
        except (Refusal, OSError, sqlite3.Error) as err:
            log_bug(err)
        await asyncio.sleep(HOUSEKEEPING_S)


def _tls(config: HubConfig) -> ssl.SSLContext | None:
    if config.tls is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        # The password of a key that has none; without it a key that has one would be asked for at a terminal.
        context.load_cert_chain(config.tls.cert, config.tls.key, password="")
    except ssl.SSLError as err:
        raise ConfigInvalid(f"tls_cert and tls_key cannot be used: {err.reason or type(err).__name__}") from None
    except OSError as err:
        raise ConfigInvalid(f"tls_cert or tls_key cannot be read: {err.strerror}") from None
    return context
