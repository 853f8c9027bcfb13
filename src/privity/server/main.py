# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The hub's process: the only place that constructs things, and the order in which they start and stop."""

from __future__ import annotations

import asyncio
import fcntl
import gc
import resource
import secrets
import signal
import ssl
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

import structlog
from aiohttp import web

from privity.server import config as configuration
from privity.server.app import SLICES, build_app
from privity.server.blobs import store as blob_files
from privity.server.config import HubConfig
from privity.server.context import HubContext
from privity.server.db.open import open_database
from privity.server.delivery import restoring
from privity.server.delivery.restoring import Anew
from privity.server.delivery.retention import maintain
from privity.server.errors import AlreadyRunning, CannotListen, ConfigInvalid, HubError, NeverSeen, NotReady
from privity.server.health.supervised import ENDING, READY, Supervisor, say_alive
from privity.server.http import Runner, Site
from privity.server.init import add_log_keys
from privity.server.keylog import continuing
from privity.server.keylog.continuing import Continued
from privity.server.keylog.regained import Told
from privity.server.keys import open_keys
from privity.server.limits import MAX_PEERS_OF_ADDRESS, Limits
from privity.server.logs import open_log, speak_for_everybody
from privity.server.metrics.routes import metrics_app
from privity.server.operating.backup import unfinished
from privity.server.peers import Peers, raise_file_limit
from privity.server.retention.believing import Believing
from privity.server.rooms.franking_agent import propose_everywhere
from privity.server.rooms.parts import RoomParts, make_parts, shut_down
from privity.server.sessions.model import Sessions
from privity.server.version import VERSION
from privity.server.web import log_bug
from privity.server.workers.seat import Seat, fresh
from privity.server.workers.sharing import Sharing
from privity.server.workers.supervisor import MAX_WORKERS, start_worker, supervise
from privity.wire.errors import Code
from privity.wire.structs import settle_structs

DRAIN_S: Final = 10.0
"""How long requests under way may take after SIGTERM."""
HOUSEKEEPING_S: Final = 3600.0


def run(config_path: Path, seat: Seat | None = None) -> None:
    """Serve until SIGTERM or SIGINT. Raises HubError when the hub cannot start.

    With a bus this process is one worker of several; `seat` is its place, for who started more than one.
    """
    config = configuration.load(config_path)
    check_ready(config)
    config.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    with held(config.data / "hub.lock", shared=config.bus is not None), open_log(config.log):
        speak_for_everybody()
        _run_loop(_run(config, None if config.bus is None else seat or fresh()))


def run_workers(config_path: Path, workers: int) -> int:
    """Serve with several processes until SIGTERM or SIGINT; the exit status. Raises HubError before any begins."""
    config = configuration.load(config_path)
    check_ready(config)
    if not 1 <= workers <= MAX_WORKERS:
        raise ConfigInvalid(f"workers must be 1 to {MAX_WORKERS}, got {workers}")
    if config.bus is None:
        raise ConfigInvalid(
            "several workers share one database and one bus: set store = postgresql://USER@HOST/DATABASE"
            " and bus = nats://127.0.0.1:4222"
        )
    config.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open_log(config.log):
        return supervise(start_worker(config_path), workers)


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


def restored(config_path: Path, told: Told) -> tuple[Continued | None, Anew]:
    """The database was put back from a copy: take back what its key log lacks, and mark every room. Raises HubError.

    The log comes first: where that cannot be, nothing is marked. None where nobody has seen the log.
    """
    config = configuration.load(config_path)
    open_keys(config.keys)
    with held(config.data / "hub.lock"), open_log(config.log):
        done = asyncio.run(_restored(config, told))
        unfinished.over(config)
        return done


async def _restored(config: HubConfig, told: Told) -> tuple[Continued | None, Anew]:
    context, _ = build_context(config)
    try:
        done = await _continued(context, told)
        if done is not None and done.anew is not None:
            return done, done.anew
        return done, await context.db.write(
            lambda tx: restoring.begin_anew(tx, restoring.copied_ms(tx), context.now_ms(), config.keys)
        )
    finally:
        await context.db.close()


async def _continued(context: HubContext, told: Told) -> Continued | None:
    try:
        return await continuing.continue_log(context, told)
    except NeverSeen:
        return None


def _run_loop(process: Coroutine[None, None, None]) -> None:
    try:
        import uvloop
    except ImportError:  # a platform that uvloop has no wheel for: slower, and otherwise the same
        asyncio.run(process)
    else:
        uvloop.run(process)


def check_ready(config: HubConfig) -> None:
    """Production means TLS, here or in a proxy on this machine; and a database that was put back has been marked."""
    unfinished.check(config)
    if config.production and config.tls is None and not config.behind_proxy:
        raise NotReady("production = true needs tls_cert and tls_key, or behind_proxy = true and a proxy that ends TLS")


@contextmanager
def held(path: Path, *, shared: bool = False) -> Iterator[None]:
    """The data folder belongs to one process at a time, or to workers. The lock goes with its process."""
    with path.open("a") as file:
        try:
            fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(f"another process holds {path.name} in the data folder; stop it first") from None
        yield


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def monotonic_ms() -> int:
    """For limits: the clock on the wall may jump back, and nobody may be locked out until it has caught up."""
    return time.monotonic_ns() // 1_000_000


def build_context(
    config: HubConfig, clock: Callable[[], int] = now_ms, worker: str | None = None
) -> tuple[HubContext, RoomParts]:
    """Everything the slices work with; `worker` is the name of one of several processes. Raises HubError."""
    settle_structs()
    for name in add_log_keys(config):
        structlog.get_logger("privity.hub").warning("keylog.key_made", file=name)
    keys = open_keys(config.keys)
    if worker is None:  # else another one may be writing them
        blob_files.remove_drafts(config.blobs)
    parts = make_parts(keys, clock, secrets.token_bytes, config.report_window_days)
    context = HubContext(
        config=config,
        db=open_database(config, worker),
        now_ms=clock,
        random=secrets.token_bytes,
        limits=Limits(monotonic_ms),
        keys=keys,
        sessions=Sessions(worker or ""),
        hooks=parts.hooks,
    )
    return context, parts


@asynccontextmanager
async def serving(context: HubContext, parts: RoomParts, seat: Seat | None = None) -> AsyncIterator[int]:
    """Listen; yields the port. At the end: take nothing new, finish what is under way, close the database.

    Workers of one machine listen on one port; each counts for itself, on a port of its own.
    """
    config = context.config
    try:
        async with AsyncExitStack() as listeners:
            if config.metrics is not None:
                address, port = config.metrics
                beside = port + (0 if seat is None else seat.index)
                await listeners.enter_async_context(_listening(metrics_app(context), address, beside, None))
            app = build_app(context, (*SLICES, parts))
            port = await listeners.enter_async_context(
                _listening(
                    app,
                    config.listen_address,
                    config.listen_port,
                    _tls(config),
                    _peers(context),
                    context.limits,
                    shared=seat is not None,
                )
            )
            try:
                yield port
            finally:
                shut_down(parts)
                await context.sessions.close_all(Code.UNAVAILABLE, "the hub is shutting down")
    finally:
        await context.db.close()


@asynccontextmanager
async def _listening(
    app: web.Application,
    address: str,
    port: int,
    tls: ssl.SSLContext | None,
    peers: Peers | None = None,
    limits: Limits | None = None,
    *,
    shared: bool = False,
) -> AsyncIterator[int]:
    """An application on one address; yields its port. Raises CannotListen."""
    runner = Runner(app, DRAIN_S, peers, limits)
    try:
        await runner.setup()
        site = Site(runner, address, port, ssl_context=tls, reuse_port=shared or None)
        try:
            await site.start()
        except OSError as err:
            raise CannotListen(f"cannot listen on {site.name}: {err.strerror or type(err).__name__}") from None
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()


def _peers(context: HubContext) -> Peers:
    """Behind a proxy all connections are of its address."""
    of_address = None if context.config.behind_proxy else MAX_PEERS_OF_ADDRESS
    return Peers(context.metrics.refused, of_address)


async def _run(config: HubConfig, seat: Seat | None = None) -> None:
    log = structlog.get_logger("privity.hub")
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    raise_file_limit()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # keys are not written to disk when something breaks
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, _asked_to_end, stop, number)
    context, parts = build_context(config, worker=None if seat is None else seat.name)
    sharing = None if seat is None else await _shared(context, parts, seat)
    if sharing is not None:
        context, parts = sharing.joined()
    async with _closing(sharing), serving(context, parts, seat):
        if sharing is not None:
            await sharing.begin()
        log.info(
            "started",
            version=VERSION,
            tls=config.tls is not None,
            registration=config.registration,
            production=config.production,
        )
        _set_apart()
        supervisor = Supervisor()
        supervisor.say(READY)
        beside = [asyncio.create_task(one) for one in (keep_house(context, parts), say_alive(context, supervisor))]
        await stop.wait()
        log.info("stopping")
        supervisor.say(ENDING)
        for task in beside:
            task.cancel()
        if sharing is not None:
            await sharing.leave()
    log.info("stopped", drained=True)


def _set_apart() -> None:
    """What is there by now stays: otherwise the collector looks through all of it whenever many connections came."""
    gc.collect()
    gc.freeze()


async def _shared(context: HubContext, parts: RoomParts, seat: Seat) -> Sharing:
    """Reach the other workers. Raises BusUnreachable or DriverMissing."""
    try:
        return await Sharing.connect(context, parts, seat)
    except HubError:
        await context.db.close()
        raise


@asynccontextmanager
async def _closing(sharing: Sharing | None) -> AsyncIterator[None]:
    """The bus ends last: what is written at the very end is told over it."""
    try:
        yield
    finally:
        if sharing is not None:
            await sharing.close()


def _asked_to_end(stop: asyncio.Event, number: int) -> None:
    """Whoever asks a second time does not want to wait: the process ends as if nothing had caught the signal."""
    if stop.is_set():
        signal.signal(number, signal.SIG_DFL)
        signal.raise_signal(number)
    stop.set()


async def keep_house(context: HubContext, parts: RoomParts) -> None:
    """Forget what is due, now and every hour. A full disk or a passing error waits for the next hour."""
    believing = Believing(context.config.data)
    while True:
        if context.sharing is not None:
            await context.sharing.lead()
        try:
            await _forget(context, parts, believing)
            await propose_everywhere(context, parts.proposer)
        except Exception as err:  # noqa: BLE001  # a bug in one of them must not end the others for ever
            log_bug(err)
        await asyncio.sleep(HOUSEKEEPING_S)


async def _forget(context: HubContext, parts: RoomParts, believing: Believing) -> None:
    """What is due by a clock that is believed."""
    known_ms = await context.db.read(restoring.copied_ms)
    found = await asyncio.to_thread(believing.look, context.now_ms(), monotonic_ms(), known_ms)
    if found.ahead_ms:
        structlog.get_logger("privity.hub").error("retention.clock_doubted", seconds=found.ahead_ms // 1000)
    await maintain(replace(context, now_ms=lambda: found.now_ms), parts.franker)


def _tls(config: HubConfig) -> ssl.SSLContext | None:
    if config.tls is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_RENEGOTIATION
    try:
        # The password of a key that has none; without it a key that has one would be asked for at a terminal.
        context.load_cert_chain(config.tls.cert, config.tls.key, password="")
    except ssl.SSLError as err:
        raise ConfigInvalid(f"tls_cert and tls_key cannot be used: {err.reason or type(err).__name__}") from None
    except OSError as err:
        raise ConfigInvalid(f"tls_cert or tls_key cannot be read: {err.strerror}") from None
    return context
