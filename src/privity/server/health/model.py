# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""One look at the storage, and the newest of them, which everybody who asks within a second is answered with."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final

import msgspec

KEPT_S: Final = 1.0
"""How long a look serves whoever else asks: a flood of questions costs one write a second."""
PATIENCE_S: Final = 1.0
"""A write that takes longer makes the hub one that people wait for."""


@dataclass(frozen=True, slots=True)
class Beat:
    """What one look found. `refused` is the storage's own answer; `stuck` that there was none in time."""

    at_s: float
    """By the event loop's clock."""
    took_ms: float
    refused: str | None = None
    stuck: bool = False

    @property
    def well(self) -> bool:
        return self.refused is None and not self.stuck


class SilentWorker(msgspec.Struct, frozen=True):
    """Another process of this hub that does not say that it is there: stuck, cut off, or dead with nobody after it."""

    worker: str
    """The name that the log of the command which started it gives, with its process id."""
    silent_s: float


class HealthFigures(msgspec.Struct, frozen=True, omit_defaults=True):
    """`GET /health` on the listener for metrics. What needs the database is left out while that does not answer."""

    ok: bool
    version: str
    write_ms: float
    """From asking for a write to its being on the disk."""
    refused: str | None
    """The storage's own name for what is wrong."""
    writes_waiting: int
    connections: int
    free_bytes: int | None = None
    """Of the disk that the data folder is on."""
    keylog_age_s: float | None = None
    worker: str | None = None
    """This process among several."""
    silent_workers: tuple[SilentWorker, ...] = ()


class Pulse:
    """The looks of one hub. While one is under way there is no second: what is stuck does not pile up."""

    __slots__ = ("beat", "looking", "started_s")

    def __init__(self) -> None:
        self.beat: Beat | None = None
        self.looking: asyncio.Task[Beat] | None = None
        self.started_s = 0.0
