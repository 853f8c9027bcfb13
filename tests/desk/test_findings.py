# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The list of findings: three kinds of evidence that nobody can mistake for one another, and no content."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from privity.desk.intake.findings import LEVELS, MARKS, MEANINGS, Level, Outcome, State, findings, level_of
from tests.desk.running import Desk
from tests.desk.world import World


async def listed(desk: Desk, world: World) -> list[str]:
    """A report at level 2, one at level 1, a tip and garbage."""
    sent = world.sent()
    world.relay(world.sent())
    world.relay(world.sent(proof=False))
    world.relay(replace(sent, ts_ms=sent.ts_ms + 1))
    world.hub.relay(world.bob.user_uri, b"garbage")
    await desk.intake.step()
    return findings(desk.db).rows()


async def test_the_three_kinds_never_look_alike(desk: Desk, world: World) -> None:
    rows = await listed(desk, world)
    heads = [row for row in rows if not row.startswith(" ")]
    assert [row[:2] for row in heads] == ["##", "#-", "??", "??"]
    lines = [row for row in rows if row.startswith(" ")]
    assert "VERIFIED_AUTHORSHIP" in lines[0]
    assert "VERIFIED:" in lines[1]
    assert "no proof by the sender's own key" in lines[1]
    assert "tip only" in lines[2]


def test_every_outcome_has_its_own_words_and_an_unproven_one_never_says_verified() -> None:
    assert set(MEANINGS) == set(Outcome)
    assert len(set(MEANINGS.values())) == len(Outcome)
    assert len(set(MARKS.values())) == len(Level)
    for outcome in Outcome:
        if outcome not in LEVELS:
            assert "verified" not in f"{outcome.value} {MEANINGS[outcome]}".lower()
            assert MEANINGS[outcome].startswith("tip only")


async def test_no_content_and_no_note_in_the_list(desk: Desk, world: World) -> None:
    rows = await listed(desk, world)
    everything = "\n".join(rows) + findings(desk.db).json().decode()
    assert "invented" not in everything


async def test_json_carries_the_level_as_a_number(desk: Desk, world: World) -> None:
    await listed(desk, world)
    found = json.loads(findings(desk.db).json())["reports"]
    assert [report["level"] for report in found] == [2, 1, 0, 0]
    assert [report["state"] for report in found] == ["assessed", "assessed", "assessed", "cannot_open"]
    assert found[0]["messages"][0]["outcome"] == "VERIFIED_AUTHORSHIP"
    assert found[2]["messages"][0]["message_id"].startswith("01")


async def test_a_failed_proof_is_said_aloud(desk: Desk, world: World) -> None:
    sent = world.sent()
    assert sent.authorship is not None
    world.relay(replace(sent, authorship=replace(sent.authorship, signature=b"\0" * 64)))
    await desk.intake.step()
    assert any("FAILS" in row for row in findings(desk.db).rows())


async def test_later_reports_alone_can_be_listed(desk: Desk, world: World) -> None:
    await listed(desk, world)
    assert [found.report for found in findings(desk.db, after=2).reports] == [3, 4]
    assert [found.report for found in findings(desk.db, limit=1).reports] == [1]


def test_a_report_without_proven_messages_is_a_tip() -> None:
    assert level_of(State.ASSESSED, []) is Level.TIP
    assert level_of(State.UNDECIDED, [Outcome.VERIFIED]) is Level.TIP
    assert level_of(State.ASSESSED, [Outcome.VERIFIED_AUTHORSHIP, Outcome.VERIFIED]) is Level.HUB


async def test_nothing_readable_of_a_report_is_in_the_database_files(desk: Desk, world: World) -> None:
    world.relay(world.sent(world.text("a very particular teapot")), note="a very particular note")
    await desk.intake.step()
    desk.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    path = Path(desk.db.execute("PRAGMA database_list").fetchone()[2])
    assert b"very particular" not in path.read_bytes()
