# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A database that somebody has cut into: the hub says so by name and shows nothing that would not verify."""

from __future__ import annotations

from pathlib import Path

import pytest

from privity.server.db.database import Query, Tx
from privity.server.errors import LogDamaged
from privity.server.keylog.stored import StoredLog
from privity.server.main import build_context, serving
from tests.server.keylog.hubs import begun, fresh

CUTS = {
    "checkpoint": lambda log: log.note,
    "log_node": lambda log: log.node_at(0, 0),
    "entry": lambda log: log.entry(0),
}


@pytest.mark.parametrize("table", CUTS)
async def test_what_is_missing_from_the_log_is_named(tmp_path: Path, table: str) -> None:
    def cut(tx: Tx) -> None:
        tx.execute(f"DELETE FROM kl_{table}")

    def read(query: Query) -> object:
        return CUTS[table](StoredLog.of(query))

    context, parts = build_context(fresh(tmp_path))
    async with serving(context, parts):
        await begun(context)
        await context.db.read(read)
        await context.db.write(cut)
        with pytest.raises(LogDamaged):
            await context.db.read(read)
