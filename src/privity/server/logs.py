# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Logs of the hub as JSON lines. No content, no handles, no URIs, no addresses: only what an operator can act on."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any, TextIO

import structlog

ALLOWED = frozenset(
    {
        *("event", "level", "timestamp", "error", "where", "version", "tls", "registration", "production", "drained"),
        *("file", "witness", "have", "need"),
    }
)
"""Fields that may stand in a line; another one is dropped, so that a careless call cannot leak."""


def open_log(path: Path) -> TextIO:
    """Send every line to this file; the caller closes it at the end."""
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


def quiet_logger() -> logging.Logger:
    """For aiohttp, whose own lines carry addresses: our error layer logs what is ours to log."""
    logger = logging.getLogger("privity.server.aiohttp")
    logger.disabled = True
    return logger


def _only_allowed(logger: Any, name: str, event: Any) -> Any:
    return {key: value for key, value in event.items() if key in ALLOWED}
