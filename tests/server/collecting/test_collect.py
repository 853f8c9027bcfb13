# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What the hub gives for a legal request: every row about the account or the reason why not, and nothing of others."""

from __future__ import annotations

import base64
import json
import secrets
from pathlib import Path
from typing import Any

import msgspec
import pytest

from privity.identity.pseudonyms import pseudonym
from privity.production.classes import Releasable
from privity.server.accounts import closed
from privity.server.collecting import service
from privity.server.collecting.model import check
from privity.server.stored.service import inventory
from privity.wire.collect import MAX_ROWS, Collect, Collected, CollectedTable, IdentifierKind
from privity.wire.errors import Code, Refusal
from privity.wire.inventory import TIMED, Of, Others
from privity.wire.stored import StoredAbout
from tests.server.collecting.conftest import KEY, Known
from tests.server.collecting.filled import SEALED, SINCE, UNTIL, UNTOLD, WITHIN, Somebody, Written, about_people, fill
from tests.server.rooms.world import World


def told(table: CollectedTable) -> list[dict[str, Any]]:
    return [dict(zip((one.name for one in table.columns), row, strict=True)) for row in table.rows]


def expected(row: Written, data_class: Releasable, whom: Somebody) -> dict[str, Any]:
    """A row as an answer has to hold it."""
    table = inventory().tables[row.table]
    found: dict[str, Any] = {}
    for column in table.reached_by(data_class):
        value, others = row.values[column], table.columns[column].others
        if others is Others.INSIDE:
            found[column] = None
        elif isinstance(value, bytes):
            found[column] = base64.b64encode(value).decode()
        elif others is Others.NAMED or table.of.get(column) in (Of.USER, Of.UNTOLD, Of.DEVICE):
            text = str(value)
            own = text in (whom.user_uri, whom.device)
            found[column] = text if own else pseudonym(KEY, text)
        elif table.of.get(column) is Of.PAIR:
            parts = str(value).split(" ")
            found[column] = " ".join(one if one == whom.user_uri else pseudonym(KEY, one) for one in parts)
        else:
            found[column] = value
    return found


async def test_every_row_about_the_account_is_in_the_result_or_named_as_never(known: Known) -> None:
    answers = await known.everything()
    reached = 0
    for row in known.rows:
        table = inventory().tables[row.table]
        classes = {one for one in Releasable if table.reached_by(one)}
        if not classes:
            assert table.never, f"{row.table} is in no answer, and nothing says why"
            continue
        for column in table.columns:
            assert table.class_of(column) in classes or table.never_because(column), f"{row.table}.{column}"
        for data_class in classes:
            wanted = expected(row, data_class, known.one)
            found = told(answers[data_class, row.table])
            assert any(wanted.items() <= each.items() for each in found), (
                f"{row.table} by {row.by} is not in {data_class}"
            )
            reached += 1
    assert reached > 30
    assert {row.table for row in known.rows} == {name for name, _ in about_people()}


async def test_real_rows_of_a_real_account_are_there_like_those_it_is_told_itself(world: World) -> None:
    """Whatever the account is told that is kept about it, an answer holds as many rows of, or says why none."""
    ann, ben = await world.join("ann_a"), await world.join("ben_b")
    room = await ann.create()
    await ann.invite(room, ben)
    await ann.say(room, b"sealed words")
    await ann.create(direct_with=ben.user_uri)
    own = await ann.call("GET", "/v1/account/stored", None, StoredAbout)
    tables = {one.name: one.rows for one in own.tables}
    assert sum(count > 0 for count in tables.values()) >= 12
    for name, rows in tables.items():
        table = inventory().tables[name]
        for data_class in Releasable:
            if table.reached_by(data_class):
                asked = Collect(data_class, IdentifierKind.ACCOUNT, ann.user_uri, KEY, 0, 1 << 50)
                answer = await service.answer(world.context, asked)
                (found,) = [one for one in answer.tables if one.name == name]
                assert len(found.rows) >= rows, name
    events = await service.answer(
        world.context, Collect(Releasable.DELIVERY_METADATA, IdentifierKind.ACCOUNT, ann.user_uri, KEY, 0, 1 << 50)
    )
    event = events_of(events)
    assert {row["room_uri"] for row in told(event)} >= {room}
    assert "sealed words" not in msgspec.json.encode(events).decode()


async def test_nothing_of_anybody_else_is_in_any_answer(known: Known) -> None:
    for (data_class, name), table in (await known.everything()).items():
        text = msgspec.json.encode(table).decode()
        for secret in (
            known.other.user_uri,
            known.third.user_uri,
            known.other.device,
            known.other.handle,
            known.other.device.rpartition("/")[2],
        ):
            assert secret not in text, f"{name} of {data_class} names somebody else"
        own = {known.one.user_uri, known.one.device, f"u:{known.one.user_uri}"}
        for row in told(table):
            of = inventory().tables[name].of
            about = {str(row.get(column)) for column in of}
            assert name == "closed_account" or own & about or any(known.one.user_uri in one for one in about), (
                name,
                row,
            )


async def test_no_sealed_byte_no_hash_of_a_code_and_no_key_is_in_any_answer(known: Known) -> None:
    for named in (False, True):
        text = msgspec.json.encode(list((await known.everything(named=named)).values())).decode()
        assert UNTOLD not in text and base64.b64encode(SEALED).decode() not in text
        for file in known.context.config.keys.iterdir():
            if file.is_file():
                assert base64.b64encode(file.read_bytes()).decode()[:40] not in text


async def test_others_have_one_pseudonym_in_a_request_and_another_in_the_next(known: Known) -> None:
    first, second = await known.everything(), await known.everything(key=bytes(32))
    name = pseudonym(KEY, known.other.user_uri)
    for table in ("block", "contact_side", "vouch", "invitation", "room_word", "guardian", "room"):
        assert name in msgspec.json.encode(first[Releasable.ACCOUNT_STATE, table]).decode(), table
    assert name not in msgspec.json.encode(list(second.values())).decode()
    (block, *_) = told(first[Releasable.ACCOUNT_STATE, "contact_ask"])
    assert block["target"] == name and block["entry"] is None
    counted = first[Releasable.ACCOUNT_STATE, "contact_ask"]
    assert (counted.pseudonymised, counted.withheld) == (1, 1)


async def test_a_handle_that_was_typed_and_its_address_are_one_person(known: Known) -> None:
    def put(tx: Any) -> None:
        tx.execute(
            "INSERT INTO contact_ask (user_uri, target, entry, said_ms, asked_ms) VALUES (?, ?, ?, 1, ?)",
            (known.one.user_uri, known.other.handle, b"x", WITHIN),
        )

    await known.context.db.write(put)
    asks = told((await known.everything())[Releasable.ACCOUNT_STATE, "contact_ask"])
    assert [row["target"] for row in asks] == [pseudonym(KEY, known.other.user_uri)] * 2


async def test_an_order_that_names_third_parties_gets_their_addresses(known: Known) -> None:
    answers = await known.everything(named=True)
    blocks = told(answers[Releasable.ACCOUNT_STATE, "block"])
    assert known.other.user_uri in {row["blocked_uri"] for row in blocks}
    assert any(row["entry"] for row in told(answers[Releasable.ACCOUNT_STATE, "contact_side"]))
    assert all(not table.pseudonymised and not table.withheld for table in answers.values())


@pytest.mark.parametrize("data_class", [one for one in Releasable if one in TIMED])
def test_what_happened_is_refused_without_a_period(data_class: Releasable) -> None:
    with pytest.raises(Refusal, match="by its period") as caught:
        check(Collect(data_class, IdentifierKind.ACCOUNT, "x", KEY))
    assert caught.value.code is Code.MALFORMED


@pytest.mark.parametrize(
    "wrong",
    [
        {"since_ms": 5, "until_ms": 5},
        {"since_ms": 6, "until_ms": 5},
        {"since_ms": 5, "until_ms": None},
        {"since_ms": None, "until_ms": 5},
        {"key": b"short"},
        {"identifier": ""},
        {"identifier": "x" * 513},
    ],
)
def test_what_is_no_question_is_refused(wrong: dict[str, Any]) -> None:
    said: dict[str, Any] = {"since_ms": 1, "until_ms": 2, "identifier": "x", "key": KEY} | wrong
    with pytest.raises(Refusal) as caught:
        check(Collect(Releasable.SUBSCRIBER, IdentifierKind.ACCOUNT, said.pop("identifier"), said.pop("key"), **said))
    assert caught.value.code is Code.MALFORMED


def events_of(answer: Collected) -> CollectedTable:
    (found,) = [one for one in answer.tables if one.name == "event"]
    return found


async def test_a_period_begins_with_its_first_millisecond_and_ends_before_its_last(known: Known) -> None:
    async def events(since_ms: int, until_ms: int) -> int:
        answer = await known.ask(Releasable.DELIVERY_METADATA, since_ms=since_ms, until_ms=until_ms)
        return len(events_of(answer).rows)

    assert await events(WITHIN, WITHIN + 1) == 1
    assert await events(WITHIN + 1, UNTIL) == 0
    assert await events(SINCE, WITHIN) == 0


async def test_what_began_after_the_period_or_was_over_before_it_is_not_in_it(known: Known) -> None:
    async def rows(table: str, since_ms: int, until_ms: int) -> int:
        answer = await known.ask(Releasable.ACCOUNT_STATE, since_ms=since_ms, until_ms=until_ms)
        (found,) = [one for one in answer.tables if one.name == table]
        return len(found.rows)

    assert await rows("block", SINCE, WITHIN) == 0
    assert await rows("block", WITHIN + 1, UNTIL) > 0  # it still stands
    assert await rows("participation", WITHIN, UNTIL) == 0  # it ended with that millisecond
    assert await rows("participation", WITHIN - 1, UNTIL) > 0


async def test_more_rows_than_an_answer_holds_are_said_to_be_there(known: Known) -> None:
    def put(tx: Any) -> None:
        tx.executemany(
            "INSERT INTO event (room_id, seq, ts_ms, kind, sender) VALUES (?, ?, ?, 1, ?)",
            [(1, number, WITHIN + number % 1000, known.one.device) for number in range(MAX_ROWS)],
        )

    await known.context.db.write(put)
    event = events_of(await known.ask(Releasable.DELIVERY_METADATA))
    assert (len(event.rows), event.more) == (MAX_ROWS, True)
    times = [row["ts_ms"] for row in told(event)]
    assert times == sorted(times)


async def test_all_that_names_the_account_names_it_and_nothing_else_does(known: Known) -> None:
    whole = {one: (await known.ask(one)).tables for one in Releasable}
    for data_class, tables in whole.items():
        by_handle = await known.ask(data_class, f"@{known.one.handle.upper()}", IdentifierKind.HANDLE)
        assert (by_handle.account, by_handle.tables) == (known.one.user_uri, tables)
    nobody = [
        (known.one.user_uri[:-1], IdentifierKind.ACCOUNT),
        (known.one.user_uri.replace("/u/", "/r/"), IdentifierKind.ACCOUNT),
        (known.one.handle[:-1], IdentifierKind.HANDLE),
        ("%", IdentifierKind.HANDLE),
        ("ann a", IdentifierKind.HANDLE),
        (known.one.user_uri, IdentifierKind.HANDLE),
        (known.one.user_uri, IdentifierKind.DEVICE),
        (known.one.device[:-26] + "a" * 26, IdentifierKind.DEVICE),
        ("192.0.2.1 443 2026-01-01T00:00:00Z", IdentifierKind.IP_PORT_TIME),
        (known.one.user_uri, IdentifierKind.IP_PORT_TIME),
    ]
    for identifier, kind in nobody:
        for data_class in Releasable:
            answer = await known.ask(data_class, identifier, kind)
            assert answer.account is None, identifier
            assert all(not table.rows and not table.more for table in answer.tables)
            assert [(one.name, one.columns) for one in answer.tables] == [
                (one.name, one.columns) for one in whole[data_class]
            ]


async def test_a_device_gets_its_own_rows_and_not_those_of_the_accounts_other_devices(known: Known) -> None:
    second = known.one.device[:-26] + "b" * 25 + "a"
    fill(known.context.config, Somebody(known.one.user_uri, second, "x"), known.other, known.numbers)
    answer = await known.ask(Releasable.ACCOUNT_STATE, known.one.device, IdentifierKind.DEVICE)
    assert answer.account == known.one.user_uri
    text = msgspec.json.encode(answer.tables).decode()
    assert known.one.device in text and second not in text
    by_name = {table.name: table for table in answer.tables}
    assert len(told(by_name["device"])) == 1 and told(by_name["block"])


async def test_a_device_that_a_list_named_once_is_still_known(known: Known) -> None:
    def drop(tx: Any) -> None:
        tx.execute("DELETE FROM device WHERE client_uri = ?", (known.other.device,))
        tx.execute(
            "UPDATE kl_value SET value = ? WHERE label = ?",
            (b"list of " + known.other.device.encode(), f"u:{known.other.user_uri}"),
        )

    await known.context.db.write(drop)
    answer = await known.ask(Releasable.SUBSCRIBER, known.other.device, IdentifierKind.DEVICE)
    assert answer.account == known.other.user_uri


async def test_a_closed_account_is_answered_with_what_is_left_of_it(world: World) -> None:
    ann = await world.join("ann_a")
    uri = ann.user_uri

    def close(tx: Any) -> None:
        closed.put(tx, world.context, uri, "ann_a", f"u:{uri}")
        for table in ("device", "account_state", "age", "profile", "invite", "account_reset"):
            column = "used_by" if table == "invite" else "user_uri"
            tx.execute(f"DELETE FROM {table} WHERE {column} = ?", (uri,))
        tx.execute("DELETE FROM account WHERE user_uri = ?", (uri,))
        tx.execute(
            "INSERT INTO participation (room_id, user_uri, from_ms, until_ms)"
            " SELECT 1, ?, 5, NULL WHERE EXISTS (SELECT 1)",
            (closed.written(world.context, uri),),
        )

    tx_room = (
        "INSERT INTO room (id, room_uri, suite, epoch, epoch_seq, last_seq, last_ts_ms) VALUES (1, 'r', 1, 0, 0, 0, 0)"
    )
    await world.context.db.write(lambda tx: tx.execute(tx_room))
    await world.context.db.write(close)
    asked = Collect(Releasable.SUBSCRIBER, IdentifierKind.ACCOUNT, uri, KEY)
    answer = await service.answer(world.context, asked)
    by_name = {table.name: table for table in answer.tables}
    assert answer.account == uri
    assert told(by_name["closed_account"]) == [{"label": f"u:{uri}", "closed_ms": world.clock.now}]
    state = await service.answer(
        world.context, Collect(Releasable.ACCOUNT_STATE, IdentifierKind.ACCOUNT, uri, KEY, 0, 10)
    )
    (part,) = [table for table in state.tables if table.name == "participation"]
    assert [row["user_uri"] for row in told(part)] == [uri]


async def test_what_another_authority_asked_for_is_in_no_answer(known: Known) -> None:
    def put(tx: Any) -> None:
        for number, kind in enumerate(("legal_request", "legal_answer")):
            tx.execute(
                "INSERT INTO statement (user_uri, effect, at_ms, statement) VALUES (?, ?, ?, ?)",
                (known.one.user_uri, f"effect-{number}", WITHIN, json.dumps({"kind": kind, "text": "CANARY-request"})),
            )

    await known.context.db.write(put)
    for table in (await known.everything(named=True)).values():
        assert "CANARY-request" not in msgspec.json.encode(table).decode()
    assert all(row.table != "staff_effect" or inventory().tables["staff_effect"].never for row in known.rows)


async def test_over_the_wire_only_the_desk_is_answered(world: World) -> None:
    ann = await world.join("ann_a")
    asked = Collect(Releasable.SUBSCRIBER, IdentifierKind.ACCOUNT, ann.user_uri, secrets.token_bytes(32))
    status, answer = await world.staff("POST", "/staff/v1/collect", asked)
    assert status == 200
    assert msgspec.convert(answer, Collected, strict=False).account == ann.user_uri
    async with world.http.post("/staff/v1/collect", data=msgspec.json.encode(asked)) as response:
        assert response.status == 401
    status, refused = await world.staff("POST", "/staff/v1/collect", {"data_class": "content_e2ee"})
    assert (status, refused["code"]) == (400, "malformed")


def test_no_question_can_name_what_nobody_holds() -> None:
    for never in ("content_e2ee", "key_material"):
        body = {"data_class": never, "kind": "account", "identifier": "x", "key": base64.b64encode(KEY).decode()}
        with pytest.raises(msgspec.ValidationError):
            msgspec.json.decode(json.dumps(body).encode(), type=Collect)


def test_the_files_of_the_hub_are_no_tables(tmp_path: Path) -> None:
    """Blobs and keys lie beside the database, where no collector looks."""
    assert not [name for name in inventory().files if name in inventory().tables]
