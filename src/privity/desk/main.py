# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The desk as a process: `run(config_path)` takes reports from the hub until SIGTERM or SIGINT."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from pathlib import Path

import aiohttp
import structlog

from privity.desk import config as desk_config
from privity.desk.db.database import DbError, open_database
from privity.desk.errors import StorageFailed
from privity.desk.hub_client import HttpHub
from privity.desk.intake.key_log import KeyLog
from privity.desk.intake.loop import serve
from privity.desk.intake.queue import Intake
from privity.desk.keys import open_keys
from privity.wire.structs import settle_structs


def run(config_path: Path) -> None:
    """Serve until SIGTERM. Raises ConfigInvalid, KeysInvalid or Migration... at the start, StorageFailed any time."""
    _log_to_stderr()
    try:
        asyncio.run(_run(desk_config.load(config_path)))
    except DbError as err:
        raise StorageFailed(
            f"desk.db cannot be used ({type(err).__name__}: {err}); free the disk or restore it, then start again"
        ) from err


async def _run(config: desk_config.DeskConfig) -> None:
    settle_structs()
    keys = open_keys(config)
    db = open_database(config.database, keys)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    try:
        async with aiohttp.ClientSession() as session:
            hub = HttpHub(session, config.hub_url, keys.staff, now_ms, os.urandom)
            intake = Intake(db, hub, keys, KeyLog(db, config.log, now_ms), now_ms, os.urandom)
            await serve(intake, config.poll_interval_s, stop)
    finally:
        db.close()


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def _log_to_stderr() -> None:
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
