# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Rows at random about three people, periods at random: an answer is what a slow look at every row says."""

from __future__ import annotations

import os
import random as seeded

import pytest

from privity.production.classes import Releasable
from privity.server.db.database import Tx
from privity.wire.collect import CollectedTable
from tests import stores
from tests.server.collecting.conftest import Known
from tests.server.collecting.filled import Somebody

ROUNDS = int(os.environ.get("PRIVITY_PROVE_COLLECTIONS", "2000"))
"""Periods at the full count."""
Row = tuple[str, str, int, int | None]


def put(known: Known, random: seeded.Random) -> dict[str, list[Row]]:
    """Blocks, memberships and events: (whose, with whom or in which room, since, until)."""
    people = (known.one, known.other, known.third)
    rows: dict[str, list[Row]] = {"block": [], "participation": [], "event": []}
    for number in range(60):
        one, other = random.sample(people, 2)
        since = random.randrange(100)
        until = random.choice([None, since + random.randrange(20)])
        rows["block"].append((one.user_uri, f"{other.user_uri}", since, None))
        rows["participation"].append((one.user_uri, str(number), since, until))
        rows["event"].append((one.device, str(number), since, None))
    rows["block"] = list({row[:2]: row for row in rows["block"]}.values())

    def write(tx: Tx) -> None:
        for table in rows:
            tx.execute(f"DELETE FROM {table}")
        for one_uri, other_uri, since, _ in rows["block"]:
            tx.execute("INSERT INTO block VALUES (?, ?, ?)", (one_uri, other_uri, since))
        for user, number_text, since, until in rows["participation"]:
            tx.execute("INSERT INTO participation VALUES (?, ?, ?, ?)", (int(number_text), user, since, until))
        for device, number_text, since, _ in rows["event"]:
            seq = int(number_text)
            tx.execute(
                "INSERT INTO event (room_id, seq, ts_ms, kind, sender) VALUES (1, ?, ?, 1, ?)", (seq, since, device)
            )

    stores.change_freely(known.context.config, write)
    return rows


def slow(rows: dict[str, list[Row]], whom: Somebody, table: str, since_ms: int, until_ms: int) -> int:
    """How many rows belong into an answer."""
    found = 0
    for one, other, since, until in rows[table]:
        about = {"block": {one, other}, "participation": {one}, "event": {one}}[table]
        if table == "event":
            inside = since_ms <= since < until_ms
        else:
            inside = since < until_ms and (until is None or until > since_ms)
        found += inside and bool(about & {whom.user_uri, whom.device})
    return found


async def check(known: Known, rounds: int, seed: int) -> int:
    random, looked = seeded.Random(seed), 0
    rows = put(known, random)
    for _ in range(rounds):
        since_ms = random.randrange(110)
        until_ms = since_ms + 1 + random.randrange(40)
        whom = random.choice((known.one, known.other))
        for table, data_class in (
            ("block", Releasable.ACCOUNT_STATE),
            ("participation", Releasable.ACCOUNT_STATE),
            ("event", Releasable.DELIVERY_METADATA),
        ):
            answer = await known.ask(data_class, whom.user_uri, since_ms=since_ms, until_ms=until_ms)
            found: CollectedTable = next(one for one in answer.tables if one.name == table)
            assert len(found.rows) == slow(rows, whom, table, since_ms, until_ms), (table, since_ms, until_ms, seed)
            looked += len(found.rows)
    return looked


async def test_an_answer_is_what_a_slow_look_at_every_row_says(known: Known) -> None:
    assert await check(known, 12, 1) > 50


@pytest.mark.prove
async def test_an_answer_is_what_a_slow_look_at_every_row_says_in_full(known: Known) -> None:
    assert await check(known, ROUNDS, 2) > 50 * ROUNDS // 12
