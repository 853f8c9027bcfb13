# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Logs of the hub as JSON lines. No content, no handles, no URIs, no addresses: only what an operator can act on."""

from __future__ import annotations

import logging
import sys
import threading
from pathlib import Path
from typing import Any, Final, TextIO

import structlog

from privity.server.web import log_bug

ALLOWED: Final = frozenset(
    {
        *("event", "level", "timestamp", "error", "where", "version", "tls", "registration", "production", "drained"),
        *("file", "witness", "have", "need"),
        *("library", "table", "rows", "left", "seconds"),
        *("worker", "index", "pid", "status", "why"),
    }
)
"""Fields that may stand in a line; another one is dropped, so that a careless call cannot leak."""


def open_log(path: Path) -> TextIO:
    """Send every line to this file; the caller closes it at the end.

    What libraries log, and what nobody caught, goes there too: whose and which it was, never what it says.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = path.open("a", encoding="utf-8", buffering=1)
    path.chmod(0o600)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _only_allowed,
            structlog.processors.JSONRenderer(sort_keys=True),
        ],
        logger_factory=structlog.WriteLoggerFactory(file=file),
        cache_logger_on_first_use=False,
    )
    return file


def speak_for_everybody() -> None:
    """For a process of its own: nothing of a library, a warning or a dying thread reaches stderr, where it would say
    what it holds. An end of the whole process still does: somebody has to see why, and nobody's data passes there.
    """
    logging.basicConfig(handlers=[_Nameless()], level=logging.WARNING, force=True)
    logging.captureWarnings(capture=True)
    threading.excepthook = lambda died: log_bug(died.exc_value) if died.exc_value is not None else None
    sys.unraisablehook = lambda lost: log_bug(lost.exc_value) if lost.exc_value is not None else None


def quiet_logger() -> logging.Logger:
    """For aiohttp, whose own lines carry addresses: our error layer logs what is ours to log."""
    logger = logging.getLogger("privity.server.aiohttp")
    logger.disabled = True
    return logger


class _Nameless(logging.Handler):
    """A line of a library without its words: those may hold an address, a path or what somebody sent."""

    def emit(self, record: logging.LogRecord) -> None:
        log = structlog.get_logger("privity.hub")
        say = log.error if record.levelno >= logging.ERROR else log.warning
        say("library", library=record.name, where=[f"{record.filename}:{record.lineno}"])
        if record.exc_info is not None and record.exc_info[1] is not None:
            log_bug(record.exc_info[1])


def _only_allowed(logger: Any, name: str, event: Any) -> Any:
    return {key: value for key, value in event.items() if key in ALLOWED}
