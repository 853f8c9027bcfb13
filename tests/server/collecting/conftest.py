# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A hub without its door: a database in which everything is that can be kept about people, and what reads it."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from privity.identity.uris import new_client_uri, new_user_uri
from privity.production.classes import Releasable
from privity.server import config, keys
from privity.server.accounts import closed
from privity.server.collecting import service
from privity.server.context import HubContext, NoDeviceHooks
from privity.server.db.open import open_database
from privity.server.limits import Limits
from privity.server.sessions.model import Sessions
from privity.wire.collect import Collect, Collected, CollectedTable, IdentifierKind
from tests import stores
from tests.server.collecting.filled import SINCE, UNTIL, Somebody, Written, fill
from tests.server.core.people import HOST, NOW_MS
from tests.server.rooms.conftest import world

__all__ = ["KEY", "Known", "known", "world"]

KEY = bytes(range(32))


@dataclass
class Known:
    """Everything that can be kept is kept about one person, and about another who has to do with a third."""

    context: HubContext
    one: Somebody = field(init=False)
    other: Somebody = field(init=False)
    third: Somebody = field(init=False)
    rows: list[Written] = field(init=False)

    def __post_init__(self) -> None:
        self.numbers = itertools.count(1_000_000)
        self.one, self.other, self.third = (self._somebody(name) for name in ("ann_a", "ben_b", "cat_c"))
        kept = self.context.config
        fill(kept, self.other, self.third, self.numbers)
        self.rows = fill(kept, self.one, self.other, self.numbers)

    def _somebody(self, handle: str) -> Somebody:
        user = new_user_uri(HOST, secrets.token_bytes)
        return Somebody(user, new_client_uri(user, secrets.token_bytes), handle, closed.mark(self.context, user))

    async def ask(
        self,
        data_class: Releasable,
        identifier: str | None = None,
        kind: IdentifierKind = IdentifierKind.ACCOUNT,
        **changed: Any,
    ) -> Collected:
        said: dict[str, Any] = {"since_ms": SINCE, "until_ms": UNTIL} | changed
        asked = Collect(data_class, kind, identifier or self.one.user_uri, said.pop("key", KEY), **said)
        return await service.answer(self.context, asked)

    async def everything(self, **changed: Any) -> dict[tuple[Releasable, str], CollectedTable]:
        return {(one, table.name): table for one in Releasable for table in (await self.ask(one, **changed)).tables}


@pytest.fixture
async def known(tmp_path: Path) -> AsyncIterator[Known]:
    checked = config.check(config.HubSection(host=HOST, listen="127.0.0.1:0", store=stores.new()), tmp_path)
    checked.blobs.mkdir(parents=True)
    keys.write_fresh(checked.keys, secrets.token_bytes)
    context = HubContext(
        config=checked,
        db=open_database(checked),
        now_ms=lambda: NOW_MS,
        random=secrets.token_bytes,
        limits=Limits(lambda: NOW_MS),
        keys=keys.open_keys(checked.keys),
        sessions=Sessions(),
        hooks=NoDeviceHooks(),
    )
    yield Known(context)
    await context.db.close()
