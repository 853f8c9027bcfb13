# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Links at the hub: who may say what and when; strangers, repeats, late comers and floods."""

from __future__ import annotations

import asyncio
import itertools
import json
import secrets
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from privity.identity.linking import Opening
from privity.identity.uris import make_client_uri
from privity.server import config, init
from privity.server.db.database import Tx
from privity.server.limits import LIMITS, MAX_LINKS
from privity.server.links import service, store
from privity.server.links.model import KEPT_MS, LIFETIME_MS, MOVES, Event, Link, move
from privity.server.main import build_context, keep_house
from privity.wire.errors import Code, Refusal
from privity.wire.rest import LinkState, OfferLink
from tests.server.core.conftest import Clock, Hub
from tests.server.core.people import NOW_MS, Keys, Line, Person, text
from tests.server.core.test_web import BODY, HOSTILE, is_named

ENDS = {LinkState.LISTED, LinkState.DECLINED, LinkState.EXPIRED}


class New:
    """A new device of an invented person, as it speaks without a session."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.opening = Opening.new(secrets.token_bytes(32), secrets.token_bytes)
        self.code = ""

    async def offer(self) -> None:
        status, answer = await self.ask("POST", "/v1/links", {"commitment": text(self.opening.commitment())})
        assert status == 200, answer
        self.code = answer["code"]

    async def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        async with self.hub.http.request(method, path, json=body) as response:
            return response.status, await response.json()

    async def state(self) -> tuple[int, str]:
        status, answer = await self.ask("GET", f"/v1/links/{self.code}")
        return status, answer.get("state", answer.get("code"))

    async def open(self, opening: Opening | None = None) -> tuple[int, str]:
        status, answer = await self.ask("PUT", f"/v1/links/{self.code}/opening", opened(opening or self.opening))
        return status, answer.get("code", "")

    async def judge(self, same: bool, opening: Opening | None = None) -> tuple[int, str]:
        said = {"opening": opened(opening or self.opening), "same": same}
        status, answer = await self.ask("PUT", f"/v1/links/{self.code}/verdict", said)
        return status, answer.get("code", "")


def opened(opening: Opening) -> dict[str, str]:
    return {"key": text(opening.key), "device_id": opening.device_id, "nonce": text(opening.nonce)}


def answer_of(person: Person, **change: Any) -> dict[str, Any]:
    said = {"nonce": text(bytes(32)), "device_list": text(person.list.encode()), "handle": "alice", "intake_key": None}
    return said | change


async def put(line: Line, code: str, part: str, body: Any) -> tuple[int, str]:
    status, answer = await line.request("PUT", f"/v1/links/{code}/{part}", body)
    return status, answer.get("code", "")


async def until_agreed(hub: Hub, person: Person, line: Line) -> New:
    new = New(hub)
    await new.offer()
    assert await put(line, new.code, "answer", answer_of(person)) == (200, "")
    assert await new.open() == (200, "")
    assert await new.judge(True) == (200, "")
    return new


async def list_it(person: Person, line: Line, new: New) -> bytes:
    """Sign and publish the list with the new device."""
    added = Keys(make_client_uri(person.user_uri, new.opening.device_id), b"", new.opening.key)
    value = person.next_list([*person.devices, added]).encode()
    assert (await line.request("PUT", "/v1/account/device-list", {"value": text(value)}))[0] == 200
    return value


def test_the_table_has_a_way_for_every_state_and_no_way_back() -> None:
    for state, event in itertools.product(LinkState, Event):
        if (state, event) in MOVES:
            assert state not in ENDS
        else:
            with pytest.raises(Refusal) as caught:
                move(state, event)
            assert caught.value.code is Code.CONFLICT
    order = list(LinkState)
    assert all(order.index(after) > order.index(before) for (before, _), after in MOVES.items())
    for state in set(LinkState) - ENDS:
        assert {move(state, Event.DECLINE), move(state, Event.TIME)} == {LinkState.DECLINED, LinkState.EXPIRED}


async def test_a_link_goes_from_offer_to_outcome_and_repeats_are_harmless(hub: Hub) -> None:
    person, line = await hub.join("alice")
    new = New(hub)
    await new.offer()
    assert len(new.code) == 8
    assert await new.state() == (200, "offered")
    said = answer_of(person)
    for _ in range(2):
        assert await put(line, new.code, "answer", said) == (200, "")
    assert await new.state() == (200, "answered")
    for _ in range(2):
        assert await new.open() == (200, "")
    assert await new.state() == (200, "opened")
    for _ in range(2):
        assert await new.judge(True) == (200, "")
    assert await new.state() == (200, "agreed")
    value = await list_it(person, line, new)
    for _ in range(2):
        assert await put(line, new.code, "outcome", {"device_list": text(value)}) == (200, "")
    status, shown = await new.ask("GET", f"/v1/links/{new.code}")
    assert status == 200
    assert shown["state"] == "listed" and shown["device_list"] == text(value)
    assert shown["answer"] == said and shown["opening"] == opened(new.opening)
    assert shown["commitment"] == text(new.opening.commitment())


async def test_second_answer_is_refused_whoever_gives_it(hub: Hub) -> None:
    person, line = await hub.join("alice")
    stranger, strange = await hub.join("mallory")
    new = New(hub)
    await new.offer()
    assert await put(line, new.code, "answer", answer_of(person)) == (200, "")
    assert await put(line, new.code, "answer", answer_of(person, nonce=text(b"x" * 32))) == (409, "conflict")
    assert await put(strange, new.code, "answer", answer_of(stranger)) == (409, "conflict")
    _, shown = await new.ask("GET", f"/v1/links/{new.code}")
    assert shown["answer"] == answer_of(person)


async def test_answer_with_a_list_that_is_not_the_callers_newest_is_refused(hub: Hub) -> None:
    person, line = await hub.join("alice")
    stranger, _ = await hub.join("mallory")
    old = person.list
    newer = person.next_list([*person.devices, person.new_device()])
    assert (await line.request("PUT", "/v1/account/device-list", {"value": text(newer.encode())}))[0] == 200
    new = New(hub)
    await new.offer()
    for value in (stranger.list, old, person.next_list(person.devices)):
        refused = await put(line, new.code, "answer", answer_of(person, device_list=text(value.encode())))
        assert refused == (422, "device_list_refused")
    for change in (
        {"nonce": text(bytes(31))},
        {"handle": "Not A Handle"},
        {"intake_key": text(bytes(5))},
        {"more": 1},
    ):
        said = answer_of(person, device_list=text(newer.encode())) | change
        assert await put(line, new.code, "answer", said) == (400, "malformed"), change
    assert await new.state() == (200, "offered")


async def test_opening_must_fit_the_commitment_and_come_after_the_answer(hub: Hub) -> None:
    person, line = await hub.join("alice")
    new, other = New(hub), New(hub)
    await new.offer()
    assert await new.open() == (409, "conflict")
    await put(line, new.code, "answer", answer_of(person))
    assert await new.open(other.opening) == (403, "not_allowed")
    assert await new.judge(True, other.opening) == (403, "not_allowed")
    assert await new.judge(False, other.opening) == (403, "not_allowed")
    assert await new.judge(True) == (409, "conflict")
    assert await new.state() == (200, "answered")


async def test_old_opening_opens_no_other_link(hub: Hub) -> None:
    person, line = await hub.join("alice")
    old = await until_agreed(hub, person, line)
    new = New(hub)
    await new.offer()
    await put(line, new.code, "answer", answer_of(person))
    assert await new.open(old.opening) == (403, "not_allowed")


async def test_either_side_can_say_no_until_the_list_is_told(hub: Hub) -> None:
    person, line = await hub.join("alice")
    for side in ("new before the answer", "new", "old"):
        hub.clock.now += 3_600_000
        new = New(hub)
        await new.offer()
        if side == "new before the answer":
            assert await new.judge(False) == (200, "")
        else:
            await put(line, new.code, "answer", answer_of(person))
            await new.open()
        if side == "new":
            assert await new.judge(False) == (200, "")
        if side == "old":
            assert await put(line, new.code, "outcome", {"device_list": None}) == (200, "")
            assert await put(line, new.code, "outcome", {"device_list": None}) == (200, "")
        assert await new.state() == (200, "declined"), side
        assert await new.judge(True) == (409, "conflict")
        assert (await put(line, new.code, "answer", answer_of(person, nonce=text(b"y" * 32))))[0] == 409
    hub.clock.now += 3_600_000
    new = await until_agreed(hub, person, line)
    value = await list_it(person, line, new)
    await put(line, new.code, "outcome", {"device_list": text(value)})
    assert await new.judge(False) == (409, "conflict")
    assert await put(line, new.code, "outcome", {"device_list": None}) == (409, "conflict")


async def test_outcome_is_the_answering_accounts_and_names_the_device(hub: Hub) -> None:
    person, line = await hub.join("alice")
    stranger, strange = await hub.join("mallory")
    new = New(hub)
    await new.offer()
    assert await put(line, new.code, "outcome", {"device_list": None}) == (403, "not_allowed")
    new = await until_agreed(hub, person, line)
    for body in ({"device_list": None}, {"device_list": text(stranger.list.encode())}):
        assert await put(strange, new.code, "outcome", body) == (403, "not_allowed")
    unlisted = await put(line, new.code, "outcome", {"device_list": text(person.list.encode())})
    assert unlisted == (422, "device_list_refused")
    other_key = Keys(make_client_uri(person.user_uri, new.opening.device_id), b"", secrets.token_bytes(32))
    value = person.next_list([*person.devices, other_key]).encode()
    assert (await line.request("PUT", "/v1/account/device-list", {"value": text(value)}))[0] == 200
    assert await put(line, new.code, "outcome", {"device_list": text(value)}) == (422, "device_list_refused")
    assert await new.state() == (200, "agreed")


async def test_unanswered_outcome_before_the_yes_of_the_new_device_is_refused(hub: Hub) -> None:
    person, line = await hub.join("alice")
    new = New(hub)
    await new.offer()
    await put(line, new.code, "answer", answer_of(person))
    await new.open()
    value = await list_it(person, line, new)
    assert await put(line, new.code, "outcome", {"device_list": text(value)}) == (409, "conflict")


async def test_link_expires_by_name_and_is_forgotten_later(hub: Hub) -> None:
    person, line = await hub.join("alice")
    new = New(hub)
    await new.offer()
    hub.clock.now += LIFETIME_MS - 1
    assert await new.state() == (200, "offered")
    hub.clock.now += 1
    assert await new.state() == (200, "expired")
    assert await put(line, new.code, "answer", answer_of(person)) == (409, "conflict")
    assert await new.open() == (409, "conflict")
    assert await new.judge(True) == (409, "conflict")
    hub.clock.now += KEPT_MS
    assert await new.state() == (404, "not_found")
    assert await hub.context.db.read(store.count) == 1
    await service.forget_expired(hub.context)
    assert await hub.context.db.read(store.count) == 0


async def test_the_hubs_house_keeping_forgets_links(tmp_path: Path) -> None:
    path = tmp_path / "privity.toml"
    path.write_text(init.write_fresh(tmp_path, "hub.example", "127.0.0.1:0").section)
    context, parts = build_context(config.load(path), Clock())
    old = Link("aaaaaaaa", bytes(32), LinkState.LISTED, NOW_MS - KEPT_MS)
    fresh = Link("bbbbbbbb", bytes(32), LinkState.OFFERED, NOW_MS)
    for link in (old, fresh):
        await context.db.write(partial(store.put, link=link))
    keeping = asyncio.create_task(keep_house(context, parts))
    async with asyncio.timeout(60):
        while await context.db.read(store.count) != 1:
            await asyncio.sleep(0.01)
    assert await context.db.read(lambda reader: store.find(reader, "bbbbbbbb")) == fresh
    keeping.cancel()
    await context.db.close()


async def test_unknown_and_malformed_codes_are_refused_by_name(hub: Hub) -> None:
    person, line = await hub.join("alice")
    new = New(hub)
    new.code = "aaaaaaaa"
    assert await new.state() == (404, "not_found")
    assert await new.open() == (404, "not_found")
    assert await new.judge(False) == (404, "not_found")
    assert await put(line, new.code, "answer", answer_of(person)) == (404, "not_found")
    assert await put(line, new.code, "outcome", {"device_list": None}) == (404, "not_found")
    for code in ("", "aaaaaaa", "aaaaaaaaa", "AAAAAAAA", "aaaaaaa1", "../x", "%2e%2e%2f", "aaaaaaaa%2fopening"):
        status, answer = await line.request("GET", f"/v1/links/{code}")
        assert status in (401, 404) and is_named(status, answer), code


async def test_what_the_account_says_needs_its_session(hub: Hub) -> None:
    new = New(hub)
    await new.offer()
    for method, part in (("PUT", "/answer"), ("PUT", "/outcome"), ("DELETE", ""), ("POST", "/opening"), ("HEAD", "")):
        async with hub.http.request(method, f"/v1/links/{new.code}{part}", json={}) as response:
            assert response.status == 401, (method, part)


async def test_one_address_cannot_open_links_without_end(hub: Hub) -> None:
    answers = [await New(hub).ask("POST", "/v1/links", {"commitment": text(bytes(32))}) for _ in range(7)]
    assert [status for status, _ in answers] == [200] * 5 + [429] * 2
    assert answers[-1][1]["limit"] == "link.offer"
    open_at_most = LIMITS["link.offer"].burst + LIFETIME_MS // LIMITS["link.offer"].refill_ms
    assert open_at_most == 10


async def test_all_addresses_together_cannot_fill_the_disk(hub: Hub) -> None:
    def fill(tx: Tx) -> None:
        for number in range(MAX_LINKS):
            store.put(tx, Link(str(number), bytes(32), LinkState.OFFERED, hub.clock.now + LIFETIME_MS))

    await hub.context.db.write(fill)
    status, answer = await New(hub).ask("POST", "/v1/links", {"commitment": text(bytes(32))})
    assert (status, answer["code"], answer["limit"]) == (429, "too_many", "link.stock")
    hub.clock.now += LIFETIME_MS + KEPT_MS
    assert (await New(hub).ask("POST", "/v1/links", {"commitment": text(bytes(32))}))[0] == 200
    assert await hub.context.db.read(store.count) == 1


async def test_codes_cannot_be_tried_out(hub: Hub) -> None:
    new = New(hub)
    new.code = "aaaaaaaa"
    answers = [await new.state() for _ in range(LIMITS["link.get"].burst + 3)]
    assert answers.count((429, "too_many")) >= 2
    said = [await new.open() for _ in range(LIMITS["link.speak"].burst + 3)]
    assert said.count((429, "too_many")) >= 2


async def test_taken_codes_are_not_handed_out_again(hub: Hub) -> None:
    poor = replace(hub.context, random=lambda count: bytes(count))
    assert (await service.offer(poor, OfferLink(bytes(32)), None)).code == "aaaaaaaa"
    with pytest.raises(Refusal) as caught:
        await service.offer(poor, OfferLink(bytes(32)), None)
    assert caught.value.code is Code.UNAVAILABLE


async def test_any_bytes_at_every_endpoint_are_refused_by_name(hub: Hub) -> None:
    person, line = await hub.join("alice")
    new = New(hub)
    await new.offer()
    await put(line, new.code, "answer", answer_of(person))
    examples: list[bytes] = [b"", b"{", b"null", b"{}", b"[" * 9999, b'{"opening":{"key":""},"same":true}']
    given(BODY)(HOSTILE(lambda data: examples.append(data)))()
    pieces = {**opened(new.opening), "commitment": "", "same": True, "device_list": None}
    for left_out in pieces:
        bent = {name: value for name, value in pieces.items() if name != left_out}
        examples.append(json.dumps(bent).encode())
        examples.append(json.dumps({left_out: pieces[left_out]}).encode())
    for data in examples:
        hub.clock.now += 60_000
        for method, path in (("POST", ""), ("GET", "/aaaaaaaa"), ("PUT", "/CODE/opening"), ("PUT", "/CODE/verdict")):
            where = "/v1/links" + path.replace("CODE", new.code)
            async with hub.http.request(method, where, data=data) as response:
                assert is_named(response.status, await response.json()), (path, data)
        for part in ("answer", "outcome"):
            status, answer = await line.request("PUT", f"/v1/links/{new.code}/{part}", data=data)
            assert is_named(status, answer), (part, data)
    async with hub.http.put(f"/v1/links/{new.code}/opening", data=bytes(5_000)) as response:
        assert (response.status, (await response.json())["code"]) == (413, "too_large")
