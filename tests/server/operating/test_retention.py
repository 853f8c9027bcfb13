# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Every class of data: what is due is gone from the bytes of the file, what is not is there, and the job says so."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest

from privity.server.context import HubContext
from privity.server.db.database import Tx
from privity.server.delivery import store as delivery
from privity.server.delivery.retention import maintain
from privity.server.logs import open_log
from privity.server.retention import service
from privity.server.retention.classes import CLASSES, SLACK_MS, Kept
from privity.server.retention.counting import Counted
from tests.server.rooms.world import World
from tests.stores import about_sqlite

pytestmark = about_sqlite

HOUR_MS = 3_600_000
OLD, NEW = "old-enough-to-go", "young-and-still-here"


@dataclass(frozen=True)
class Row:
    """What a row of a class needs beside its mark and its time: values of its own, and rows around it."""

    values: dict[str, object] = field(default_factory=dict)
    around: Callable[[sqlite3.Connection, str, int], None] = lambda db, mark, at_ms: None
    bears: str = ""
    """The one column that bears the mark, where it is not all of them."""


def _room(db: sqlite3.Connection, mark: str, at_ms: int) -> None:
    """Room 1, in which somebody is whose device has read nothing."""
    db.execute("INSERT OR IGNORE INTO room VALUES (1, 'r', NULL, 1, 0, 0, 9, 0, NULL)")
    db.execute("INSERT OR IGNORE INTO room_group VALUES (1, 0, X'00', X'00')")
    db.execute("INSERT OR IGNORE INTO room_member VALUES ('d', 1, 'u', 0, NULL, 0)")
    db.execute("INSERT INTO participation VALUES (1, 'u', 1, NULL)")


def _entering(db: sqlite3.Connection, mark: str, at_ms: int) -> None:
    """Room 1, in which somebody has still to fetch the tree of their entry."""
    _room(db, mark, at_ms)
    seq = _number(mark)
    db.execute("INSERT INTO room_member VALUES (?, 1, 'u', ?, NULL, ?)", (f"d{seq}", seq, seq))


def _labelled(db: sqlite3.Connection, mark: str, at_ms: int) -> None:
    db.execute("INSERT INTO closed_account VALUES (?, NULL, ?, ?)", (mark[:3].encode(), f"l-{_number(mark)}", at_ms))


def _owned(db: sqlite3.Connection, mark: str, at_ms: int) -> None:
    if mark == NEW:
        db.execute("INSERT INTO blob_owner VALUES (?, 'u')", (mark.encode(),))


def _number(mark: str) -> int:
    return 3 if mark == OLD else 4


ROWS = {
    "messages": Row({"room_id": 1, "kind": 1, "ref": None}, _room, bears="frame"),
    "events": Row({"room_id": 77, "kind": 1, "frame": None, "ref": None}, bears="sender"),
    "participation": Row({"room_id": 1}, _room),
    "trees": Row({"room_id": 1}, _entering),
    "restrictions": Row({"what": "limited"}),
    "effects": Row({"outcome": "applied"}),
    "closed handles": Row({"label": None}, bears="handle"),
    "closed lists": Row({}, _labelled, bears="value"),
    "attachments": Row({"size": 1}, _owned),
}
"""The classes whose rows need more than values of the right kinds."""


def put(path: Path, kept: Kept, mark: str, at_ms: int) -> None:
    """A row of this class. Beside the hub, on a connection that asks for nothing that a row points to."""
    own = ROWS.get(kept.data, Row())
    (time,) = re.findall(r"(\w+_ms) < \?1", kept.due)
    db = sqlite3.connect(path)
    with db:
        own.around(db, mark, at_ms)
        values: dict[str, object] = {}
        for _, name, kind, needed, _, key in db.execute(f"PRAGMA table_info({kept.table})"):
            bears = name == own.bears or (not own.bears and needed and name not in own.values)
            text = mark if bears else f"{name}-{_number(mark)}"
            if kind == "INTEGER":
                values[name] = None if key and name == "id" else _number(mark)
            elif needed or key or bears:
                values[name] = text.encode() if kind == "BLOB" else text
        if kept.data == "closed lists":
            values["label"] = f"l-{_number(mark)}"
            time = ""
        values |= own.values | ({time: at_ms} if time else {})
        if kept.data == "participation":
            values["from_ms"] = 1
        names = ", ".join(values)
        db.execute(f"INSERT INTO {kept.table} ({names}) VALUES ({', '.join('?' * len(values))})", list(values.values()))
    db.close()


def in_file(context: HubContext, mark: str) -> bool:
    """Whether the bytes of the mark stand anywhere in the database's files."""
    files = [context.config.database, context.config.database.with_name("hub.db-wal")]
    return any(mark.encode() in file.read_bytes() for file in files if file.exists())


@pytest.mark.parametrize("kept", CLASSES, ids=lambda kept: kept.data)
async def test_what_is_due_is_gone_from_the_file_and_what_is_not_is_there(world: World, kept: Kept) -> None:
    context = world.context
    before_ms = kept.before_ms(context.now_ms(), context.config.report_window_days)
    put(context.config.database, kept, OLD, before_ms - 1)
    put(context.config.database, kept, NEW, before_ms + HOUR_MS)
    assert in_file(context, OLD)
    await maintain(context, world.parts.franker)
    assert not in_file(context, OLD)
    assert in_file(context, NEW)
    assert await context.db.read(partial(service.overdue, now_ms=context.now_ms(), window_days=180)) == []


async def test_what_a_step_leaves_is_found_out(world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The look is in SQL of its own: a step that deletes nothing is named in the log and counted."""
    context = world.context
    (events,) = [one for one in CLASSES if one.data == "events"]
    put(context.config.database, events, OLD, events.before_ms(context.now_ms(), 180) - SLACK_MS - 1)
    monkeypatch.setattr(delivery, "forget_events_before", lambda tx, ts_ms: None)
    with open_log(tmp_path / "hub.log"):
        await maintain(context, world.parts.franker)
    lines = [json.loads(line) for line in (tmp_path / "hub.log").read_text().splitlines()]
    assert [(one["event"], one["table"], one["rows"]) for one in lines if one["level"] == "error"] == [
        ("retention.overdue", "event", 1)
    ]
    assert lines[-1]["left"] == 1
    assert context.metrics.registry.get_sample_value("privity_overdue") == 1
    overdue = await context.db.read(partial(service.standings, now_ms=context.now_ms(), window_days=180))
    assert [one.kept.data for one in overdue if one.overdue] == ["events"]


async def test_the_job_says_how_many_rows_of_which_table_went(world: World, tmp_path: Path) -> None:
    context = world.context
    for kept in CLASSES:
        if kept.data in {"invites", "warnings"}:
            put(context.config.database, kept, OLD, kept.before_ms(context.now_ms(), 180) - 1)
    before = context.metrics.registry.get_sample_value("privity_forgotten_total") or 0
    with open_log(tmp_path / "hub.log"):
        await maintain(context, world.parts.franker)
    lines = [json.loads(line) for line in (tmp_path / "hub.log").read_text().splitlines()]
    forgot = {one["table"]: one["rows"] for one in lines if one["event"] == "retention.forgot"}
    assert forgot == {"invite": 1, "warning": 1}
    assert (lines[-1]["rows"], lines[-1]["left"]) == (2, 0)
    assert context.metrics.registry.get_sample_value("privity_forgotten_total") == before + 2


async def test_a_transaction_that_fails_is_not_counted(world: World) -> None:
    counted = Counted(world.context.db)

    def write(tx: Tx) -> None:
        tx.execute("INSERT INTO invite (code_hash, created_ms, expires_ms) VALUES (?, 1, 1)", (b"x",))
        tx.execute("DELETE FROM invite")
        raise ValueError("undone")

    with pytest.raises(ValueError, match="undone"):
        await counted.write(write)
    assert not counted.counts
    await counted.write(lambda tx: tx.executemany("DELETE FROM invite WHERE code_hash = ?", [(b"x",), (b"y",)]))
    assert not counted.counts


def test_every_class_of_the_table_names_a_time_and_a_table_of_its_own() -> None:
    assert len({kept.data for kept in CLASSES}) == len(CLASSES)
    assert all(len(re.findall(r"(\w+_ms) < \?1", kept.due)) == 1 for kept in CLASSES)
