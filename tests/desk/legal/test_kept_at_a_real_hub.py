# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Everything that a hub can keep about somebody is preserved, is gone there then, and is collected all the same."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from privity.desk.legal.collecting import asking, capabilities
from privity.desk.legal.kept import WithWhatWasKept
from privity.desk.legal.snapshots import HubSnapshots
from privity.desk.legal.vault import service as vault
from privity.desk.legal.vault.model import State
from privity.desk.legal.vault.preserving import Preserving
from privity.production.classes import Releasable
from privity.server.collecting import service
from privity.server.stored.service import inventory
from privity.wire.collect import Collect, Collected, IdentifierKind
from tests.desk.legal.vault.cellar import PRESERVE, Cellar
from tests.server.collecting.conftest import KEY, Known, known
from tests.server.collecting.filled import SINCE, UNTIL

__all__ = ["known"]


@dataclass
class RealHub:
    """The hub's own answers, without a network."""

    known: Known

    async def collect(self, asked: Collect) -> Collected:
        return await service.answer(self.known.context, asked)


@pytest.fixture
def cellar(tmp_path: Path) -> Iterator[Cellar]:
    cellar = Cellar.at(tmp_path / "desk-of-it")
    yield cellar
    cellar.db.close()


def wiped(known: Known) -> None:
    """All rows about people are gone, as if everybody had closed their account and every trace had run out."""
    with closing(sqlite3.connect(known.context.config.database)) as db:
        for (trigger,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            db.execute(f"DROP TRIGGER {trigger}")
        for name, table in inventory().tables.items():
            if table.of:
                db.execute(f"DELETE FROM {name}")
        db.commit()


def rows(answer: Collected) -> dict[str, list[str]]:
    return {table.name: sorted(map(str, table.rows)) for table in answer.tables}


async def test_what_was_preserved_is_collected_as_the_hub_would_have_answered(cellar: Cellar, known: Known) -> None:
    hub = RealHub(known)
    about: dict[str, Any] = {
        "targets": [{"kind": "account", "value": known.one.user_uri}],
        "time_range": {"from": "2023-11-01", "to": "2023-11-30"},
    }
    request = cellar.request(PRESERVE, **about)
    snapshots = HubSnapshots(cellar.db, hub, lambda: cellar.now_ms, cellar.random)
    work = Preserving(cellar.db, cellar.custody, cellar.rulebook, snapshots, lambda: cellar.now_ms, cellar.random)
    assert await work.step() == 2
    (hold,) = vault.of_request(cellar.db, request)
    assert hold.state is State.HELD

    questions = {
        each: Collect(each, IdentifierKind.ACCOUNT, known.one.user_uri, KEY, SINCE, UNTIL) for each in Releasable
    }
    before = {each: await hub.collect(asked) for each, asked in questions.items()}
    assert sum(len(table.rows) for answer in before.values() for table in answer.tables) > 20
    wiped(known)
    since = [await hub.collect(asked) for asked in questions.values()]
    assert not any(table.rows for answer in since for table in answer.tables)

    warrant = cellar.scoped(**about)
    cellar.released(hold, warrant)
    kept = WithWhatWasKept(cellar.db, cellar.custody, hub, warrant, lambda: cellar.now_ms)
    for each, asked in questions.items():
        found = await kept.collect(asked)
        asking.check(asked, found, capabilities.shipped())
        assert rows(found) == rows(before[each])
        assert known.other.user_uri not in str(found.tables)
        assert known.third.user_uri not in str(found.tables)
