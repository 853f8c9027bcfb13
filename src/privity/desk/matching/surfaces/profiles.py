# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The pictures that accounts show to everybody: asked of the hub like anybody may ask, and held against the lists."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

import structlog

from privity.desk.db.transaction import Db, transaction
from privity.desk.errors import AnswerTooLarge, HubMisbehaved
from privity.desk.matching.looking import store
from privity.desk.matching.looking.finding import Within, found
from privity.desk.matching.looking.following import AGAIN_MS, Follows, Subject, follow
from privity.desk.matching.looking.hashing import Hashed, hashed
from privity.desk.matching.looking.policy import Action
from privity.desk.matching.surfaces import queue
from privity.desk.matching.surfaces.queue import Due, Why
from privity.preview.errors import NoSandbox
from privity.wire.errors import Code, Refusal
from privity.wire.staff import ProfileFacts

PAGE: Final = 16
"""Accounts in one step: between two steps the process may end."""
HOUR_MS: Final = 3_600_000
GONE: Final = frozenset({Code.NOT_FOUND, Code.MALFORMED, Code.ACCOUNT_CLOSED})

log: Final = structlog.get_logger()


class ProfileHub(Protocol):
    """All that this asks of a hub. Raises HubError or Refusal."""

    async def profile(self, address: str) -> ProfileFacts: ...


class Profiles:
    """One step looks at some of the accounts that are due."""

    def __init__(
        self,
        db: Db,
        hub: ProfileHub,
        index: Within,
        follows: Follows,
        now_ms: Callable[[], int],
        *,
        turned: bool,
        kept_ms: int,
    ) -> None:
        self._db = db
        self._hub = hub
        self._index = index
        self._follows = follows
        self._now_ms = now_ms
        self._turned = turned
        self._kept_ms = kept_ms

    async def step(self) -> int:
        """How many accounts were looked at. Raises HubUnreachable, or the Refusal of a hub that can do nothing now."""
        looked = queue.due(self._db, self._now_ms(), PAGE)
        for one in looked:
            await self._look(one)
        return len(looked)

    async def _look(self, one: Due) -> None:
        try:
            shown = await self._hub.profile(one.account)
        except Refusal as err:
            if err.code not in GONE:
                raise
            with transaction(self._db):
                store.forget_media(self._db, one.account)
                queue.done(self._db, one)
            return
        except (HubMisbehaved, AnswerTooLarge) as err:
            queue.put_off(self._db, one, self._now_ms() + HOUR_MS)
            log.warning("desk.matching_put_off", reason=type(err).__name__)
            return
        if not shown.picture:
            queue.done(self._db, one)
            return
        try:
            file = await hashed(shown.picture, turned=self._turned)
        except NoSandbox:
            queue.put_off(self._db, one, self._now_ms() + HOUR_MS)
            log.warning("desk.matching_put_off", reason="NoSandbox")
            return
        self._follow(one, file)

    def _follow(self, one: Due, file: Hashed) -> None:
        now_ms = self._now_ms()
        hits = found(self._db, self._index, file, now_ms)
        with transaction(self._db):
            shots = [(shot.hashes[0].bits, shot.sound) for shot in file.shots]
            store.keep_media(self._db, one.account, file.sha256, file.md5, shots, now_ms, now_ms + self._kept_ms)
            most = follow(self._db, self._follows, Subject.profile(one.account, file.sha256), hits, now_ms)
            queue.done(self._db, one)
            if most is Action.QUARANTINE:
                queue.ask(self._db, [one.account], Why.AGAIN, now_ms, now_ms + AGAIN_MS)
