# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The witness as a process: what is constructed, and the order in which it starts and stops."""

from __future__ import annotations

import asyncio
import fcntl
import logging
import signal
import ssl
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

import aiohttp
import structlog
from aiohttp import web

from privity.witness import config as configuration
from privity.witness import key
from privity.witness.app import build_app
from privity.witness.auditor import Auditor
from privity.witness.config import WatchedLog, WitnessConfig
from privity.witness.errors import AlreadyRunning, CannotListen, ConfigInvalid
from privity.witness.feed import HubFeed
from privity.witness.kept import KeptUpdates
from privity.witness.limits import DRAIN_S, IDLE_S
from privity.witness.setting_up import own_key
from privity.witness.state import StateFile
from privity.witness.watch import Watch


def run(folder: Path) -> None:
    """Serve until SIGTERM or SIGINT. Raises CannotStart."""
    config = configuration.load(folder)
    log_to_stderr()
    asyncio.run(_run(config))


def now_s() -> int:
    return time.time_ns() // 1_000_000_000


@asynccontextmanager
async def serving(config: WitnessConfig, clock_s: Callable[[], int] = now_s) -> AsyncIterator[int]:
    """Hold the folder and listen; yields the port. Raises CannotStart."""
    private, own = key.read(config.key_file), own_key(config)
    with held(config.folder / "lock"):
        async with aiohttp.ClientSession(auto_decompress=False) as session:
            files = {log.key.name: StateFile(config.folder, log.key, own) for log in config.logs}
            updates = {log.key.name: _updates(log, files[log.key.name].folder) for log in config.logs}
            auditors = {
                log.key.name: Auditor(HubFeed(session, log.hub_url), updates[log.key.name])
                for log in config.logs
                if log.hub_url
            }
            watches = {
                log.key.name: Watch(
                    log.key,
                    private,
                    own,
                    files[log.key.name],
                    auditors.get(log.key.name),
                    clock_s,
                    updates[log.key.name],
                )
                for log in config.logs
            }
            try:
                async with _listening(build_app(watches), config) as port:
                    yield port
            finally:
                for auditor in auditors.values():
                    auditor.close()
                for kept in updates.values():
                    if kept is not None:
                        kept.close()


def _updates(log: WatchedLog, folder: Path) -> KeptUpdates | None:
    """Where the updates of this log are; those of before go when none are to be kept."""
    kept = KeptUpdates(folder, log.key.name, log.keep_days)
    if log.keep_days == 0:
        kept.remove()
        return None
    return kept


@contextmanager
def held(path: Path) -> Iterator[None]:
    """The folder belongs to one process at a time. The lock goes with the process, however it ends."""
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(f"another process serves {path.parent}; stop it first") from None
        yield


@asynccontextmanager
async def _listening(app: web.Application, config: WitnessConfig) -> AsyncIterator[int]:
    runner = web.AppRunner(
        app,
        access_log=None,
        logger=_quiet_logger(),
        shutdown_timeout=DRAIN_S,
        keepalive_timeout=IDLE_S,
        auto_decompress=False,  # a body is what came, or a few bytes could become many
    )
    try:
        await runner.setup()
        site = web.TCPSite(runner, config.address, config.port, ssl_context=_tls(config))
        try:
            await site.start()
        except OSError as err:
            raise CannotListen(f"cannot listen on {site.name}: {err.strerror or type(err).__name__}") from None
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()


def _tls(config: WitnessConfig) -> ssl.SSLContext | None:
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


async def _run(config: WitnessConfig) -> None:
    log = structlog.get_logger("privity.witness")
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with serving(config) as port:
        audited = [watched.key.name for watched in config.logs if watched.hub_url is not None]
        log.info("started", port=port, logs=len(config.logs), audited=len(audited))
        await stop.wait()
        log.info("stopping")
    log.info("stopped")


def _quiet_logger() -> logging.Logger:
    """For aiohttp, whose own lines carry what strangers sent: our outermost layer logs what is ours to log."""
    logger = logging.getLogger("privity.witness.aiohttp")
    logger.disabled = True
    return logger


def log_to_stderr() -> None:
    """One JSON line for each decision."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=lambda *_: Lines(),
    )


class Lines:
    """Standard error, which may be a file on a full disk, or gone: then a line is lost, and no decision."""

    def msg(self, line: str) -> None:
        with suppress(OSError):
            sys.stderr.write(f"{line}\n")
            sys.stderr.flush()

    info = warning = error = msg
