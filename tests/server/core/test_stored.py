# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What the hub tells a person that it keeps about them: all of it, nothing of others, and no secret of others."""

from __future__ import annotations

from typing import Any

from privity.server.db.database import Tx
from privity.server.stored.service import inventory
from tests.server.core.conftest import Hub
from tests.server.core.people import Line, text


async def tables(line: Line) -> dict[str, Any]:
    status, answer = await line.request("GET", "/v1/account/stored")
    assert status == 200, answer
    return {table["name"]: table for table in answer["tables"]}


async def rows(line: Line, table: str, start: int = 0) -> tuple[list[dict[str, Any]], bool]:
    status, answer = await line.request("GET", f"/v1/account/stored/{table}?from={start}")
    assert status == 200, answer
    return [dict(zip(answer["columns"], row, strict=True)) for row in answer["rows"]], answer["more"]


async def test_everything_about_the_caller_and_nothing_of_others(hub: Hub) -> None:
    ann, line = await hub.join("ann_a")
    ben, _ = await hub.join("ben_b")
    status, _ = await line.request("PUT", f"/v1/blocks/{ben.id}")
    assert status == 200
    found = await tables(line)
    assert {name: found[name]["rows"] for name in ("account", "device", "invite", "block", "kl_value")} == {
        "account": 1,
        "device": 1,
        "invite": 1,
        "block": 1,
        "kl_value": 1,
    }
    assert set(found) == {name for name, table in inventory().tables.items() if table.of}
    (account,), more = await rows(line, "account")
    assert account["user_uri"] == {"type": "Plain", "value": ann.user_uri} and not more
    (device,), _ = await rows(line, "device")
    assert device["signature_key"] == {"type": "Opaque", "base64": text(ann.device.public)}
    (value,), _ = await rows(line, "kl_value")
    assert value["value"] == {"type": "Opaque", "base64": text(ann.list.encode())}
    shown = str([await rows(line, name) for name in found])
    assert ben.device.client_uri not in shown and ben.handle not in shown
    assert shown.count(ben.user_uri) == 2  # in ann's own lists of whom she does not want to hear from


async def test_who_takes_no_contact_is_not_told_to_the_other(hub: Hub) -> None:
    _, line = await hub.join("ann_a")
    ben, other = await hub.join("ben_b")
    before = await tables(other)
    await line.request("PUT", f"/v1/blocks/{ben.id}")
    assert await tables(other) == before
    assert await rows(other, "block") == ([], False)


async def test_sealed_bytes_are_counted_and_not_shown(hub: Hub) -> None:
    ann, line = await hub.join("ann_a")

    def put(tx: Tx) -> None:
        tx.execute(
            "INSERT INTO inbox (client_uri, seq, frame) VALUES (?, ?, ?)", (ann.device.client_uri, 1, b"sealed bytes")
        )

    await hub.context.db.write(put)
    (waiting,), _ = await rows(line, "inbox")
    assert waiting["frame"] == {"type": "Sealed", "bytes": 12}


async def test_direct_conversations_are_found_from_both_sides_and_by_nobody_else(hub: Hub) -> None:
    ann, one = await hub.join("ann_a")
    ben, two = await hub.join("ben_b")
    _, three = await hub.join("cat_c")

    def put(tx: Tx) -> None:
        tx.execute(
            "INSERT INTO room (room_uri, direct_pair, suite, epoch, epoch_seq, last_seq, last_ts_ms)"
            " VALUES ('mimi://hub.example/r/x', ?, 1, 0, 0, 0, 0)",
            (f"{ann.user_uri} {ben.user_uri}",),
        )

    await hub.context.db.write(put)
    assert [len((await rows(line, "room"))[0]) for line in (one, two, three)] == [1, 1, 0]


async def test_long_tables_come_in_pages(hub: Hub) -> None:
    ann, line = await hub.join("ann_a")

    def put(tx: Tx) -> None:
        tx.executemany(
            "INSERT INTO inbox (client_uri, seq, frame) VALUES (?, ?, ?)",
            [(ann.device.client_uri, number, b"x") for number in range(1, 502)],
        )

    await hub.context.db.write(put)
    first, more = await rows(line, "inbox")
    rest, end = await rows(line, "inbox", 500)
    assert (len(first), more, len(rest), end) == (500, True, 1, False)
    assert [row["seq"]["value"] for row in first + rest] == list(range(1, 502))


async def test_what_is_no_table_about_people_is_refused(hub: Hub) -> None:
    _, line = await hub.join("ann_a")
    for name in ("kl_entry", "migration", "sqlite_master", "nothing"):
        status, answer = await line.request("GET", f"/v1/account/stored/{name}")
        assert (status, answer["code"]) == (404, "not_found")
    status, _ = await line.request("GET", "/v1/account/stored/account;DROP")
    assert status == 404
    async with hub.http.get("/v1/account/stored") as response:
        assert response.status == 401
