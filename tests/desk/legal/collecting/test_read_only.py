# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""LP-2 at the desk: what it holds itself is read by the same collectors; nothing is decided, sent or changed by it."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import privity
from privity.desk.appeals import service as appeals
from privity.desk.appeals.model import Answer
from privity.desk.decisions.actions import Action
from privity.desk.intake.findings import Level
from privity.desk.legal.collecting import capabilities, turning
from privity.desk.legal.collecting.model import Collection, Line, Source
from privity.desk.legal.collecting.taking import Order, inventory, take
from privity.message.appeal import About
from privity.production.classes import Releasable
from tests.desk.house import APPEALS, T0, House
from tests.desk.legal.collecting.manifest_hub import LID, POT, ManifestHub

FOLDER = Path(privity.__file__).parent / "desk/legal/collecting"
NEVER = (
    "privity.desk.appeals",
    "privity.desk.decisions",
    "privity.desk.hub_client",
    "privity.desk.staff",
    "privity.desk.console",
    "privity.desk.legal.releasing",
    "privity.desk.legal.vault",
    "aiohttp",
)
"""What the room has no business with: it decides nothing, sends nothing, and acts for nobody of the staff."""


async def collected(house: House, account: str, since_ms: int, until_ms: int) -> Collection:
    lines = tuple(Line(one, "account", account, since_ms, until_ms) for one in Releasable)
    order = Order("legal:1", "0" * 64, lines, frozenset(), bytes(32))
    snapshot = await take(house.db, ManifestHub(known={}), house.keys.evidence, order, lambda: house.clock)
    return turning.turn(1, house.clock, snapshot, capabilities.shipped())


def rows(found: Collection, name: str) -> list[dict[str, object]]:
    (table,) = [one for one in found.tables if one.name == f"account_state-{name}"]
    return [dict(zip((column.name for column in table.columns), row, strict=True)) for row in table.rows]


async def test_everything_that_the_desk_holds_about_an_account_is_there_without_its_staff(house: House) -> None:
    case = house.case(POT, Level.HUB)
    made = house.decide(case, Action.LIMIT)
    house.appeal(About.DECISION, made.reference, POT)
    (number,) = house.db.execute("SELECT n FROM appeal").fetchone()
    appeals.answer(house.db, APPEALS, number, Answer.OVERTURN, "It was a mistake.", house.clock + 1, house.random)
    house.report(LID, Level.HUB, reporter=POT)
    assert house.db.execute("SELECT count(*) FROM report").fetchone() == (3,)  # the appeal came like a report
    found = await collected(house, POT, T0, house.clock + 10)
    (decision,) = rows(found, "desk_decision")
    assert (decision["reference"], decision["against"]) == (made.reference, POT)
    assert {row["kind"] for row in rows(found, "decision_events")} >= {"effective", "undone"}
    (appeal,) = rows(found, "desk_appeal")
    (answered,) = rows(found, "appeal_answers")
    assert (appeal["appellant"], answered["answer"]) == (POT, "overturn")
    assert len(rows(found, "desk_report")) == 2 and len(rows(found, "desk_reporter")) == 1
    text = json.dumps([table.rows for table in found.tables])
    assert "staff:" not in text and LID not in text
    nothing = await collected(house, POT, T0 - 1000, T0)
    assert not rows(nothing, "desk_decision") and not rows(nothing, "decision_events")
    assert not rows(nothing, "appeal_answers") and not rows(nothing, "desk_report")


async def test_a_collection_without_evidence_changes_no_row_of_the_desk(house: House) -> None:
    house.case(POT, Level.HUB)
    before = house.db.total_changes
    await collected(house, POT, T0, house.clock + 10)
    assert house.db.total_changes == before


def test_every_table_of_the_desk_about_people_is_collected_or_says_why_not() -> None:
    collectors = {one.table for one in capabilities.shipped().collectors if one.store is Source.DESK}
    for name, table in inventory().tables.items():
        if table.of:
            assert bool(table.never) != (name in collectors), name


def test_the_room_decides_nothing_and_sends_nothing() -> None:
    for file in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                assert not name.startswith(NEVER), f"{file.name} imports {name}"


def test_a_hub_is_asked_for_nothing_but_rows() -> None:
    """Of a hub the room calls one method."""
    called = set()
    for file in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "hub":
                called.add(node.attr)
    assert called == {"collect"}
