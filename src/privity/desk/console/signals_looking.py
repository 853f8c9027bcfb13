# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Looking back in the background: a few milliseconds at a time, so that all other pages answer meanwhile."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Final

import structlog
from aiohttp import web

from privity.desk.console.errors import StillLooking
from privity.desk.db.transaction import Db
from privity.desk.errors import DeskError
from privity.desk.signals.lifecycle import service
from privity.desk.signals.lifecycle.backtest import Looking
from privity.desk.signals.lifecycle.model import DAY_MS
from privity.desk.signals.taking import service as taking
from privity.desk.staff.acting import Acting

log: Final = structlog.get_logger()


@dataclass(slots=True)
class Look:
    """One look back that runs, or that ended without a result."""

    version: int
    from_ms: int
    began_ms: int
    looking: Looking = field(repr=False)
    refused: str = ""
    """Why it ended without one."""

    @property
    def count(self) -> int:
        return self.looking.count

    @property
    def share(self) -> float:
        """Of the time that is looked at, how much was gone through."""
        whole = max(self.began_ms - self.from_ms, 1)
        return min(max((self.looking.last_ms - self.from_ms) / whole, 0.0), 1.0)

    def left_ms(self, now_ms: int) -> int | None:
        """About how long it still takes; None where nobody can say yet."""
        share = self.share
        return round((now_ms - self.began_ms) * (1 - share) / share) if share > 0 else None


@dataclass(slots=True)
class Looks:
    """At most one at a time: each keeps counters of everybody in memory."""

    now: Look | None = None
    """The one that runs."""
    refused: dict[int, str] = field(default_factory=dict)
    """By version: why the last one ended without a result."""
    _task: asyncio.Task[None] | None = field(default=None, repr=False)

    def begin(self, db: Db, acting: Acting, number: int, days: int, now_ms: Callable[[], int]) -> None:
        """Raises NotYourRole, VersionUnknown, WrongStage or StillLooking."""
        began_ms = now_ms()
        from_ms = began_ms - days * DAY_MS
        looking = service.begin_test(db, acting, number, taking.since(db, from_ms), began_ms)
        if self.now is not None:
            raise StillLooking(f"the desk looks back with version {self.now.version}; begin when that has ended")
        self.refused.pop(number, None)
        self.now = Look(number, from_ms, began_ms, looking)
        self._task = asyncio.create_task(self._run(db, acting, self.now, now_ms))

    async def stop(self, _app: web.Application) -> None:
        """When the pages end. What was not finished leaves nothing behind."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self, db: Db, acting: Acting, look: Look, now_ms: Callable[[], int]) -> None:
        try:
            for _ in look.looking.steps():
                await asyncio.sleep(0)
            service.keep_test(db, acting, look.looking, now_ms())
        except DeskError as err:
            self.refused[look.version] = str(err)
        except Exception as err:  # noqa: BLE001  # where a bug ends: the page says that there was one, and no more
            last = traceback.extract_tb(err.__traceback__)[-1]
            log.error("desk.bug", error=type(err).__name__, where=f"{PurePath(last.filename).name}:{last.lineno}")
            self.refused[look.version] = "something went wrong in the desk itself; nothing was kept"
        finally:
            self.now = None
