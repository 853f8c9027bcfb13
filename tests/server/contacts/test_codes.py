# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""One-time codes: for ten minutes, for one person, for one purpose; worth nothing to whoever guesses."""

from __future__ import annotations

import asyncio
import secrets

from privity.identity.consent import CODE_BYTES, Op, code_hash, code_proof
from privity.server.contacts import forgetting
from privity.server.contacts.model import MEETING_KEPT_MS
from privity.server.limits import LIMITS, MAX_CODES
from privity.wire.age import AgeBand
from privity.wire.contacts import CODE_LIFE_MS, Purpose
from tests import stores
from tests.server.contacts.people import Somebody, exact, join, rows
from tests.server.core.people import text
from tests.server.keylog.hubs import Hub


async def find(one: Somebody, code: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
    return await exact(one.line, "POST", "contacts/codes/find", {"code_hash": text(code_hash(code))})


async def test_people_who_meet_become_contacts(hub: Hub) -> None:
    alice, bob = await join(hub, "alice", listed=False), await join(hub, "bob", AgeBand.MINOR)
    await alice.done("PUT", "profile", {"name": "Alice", "bio": "", "picture": None, "listed": False})
    code = await alice.code()
    found = await bob.look(code)
    assert (found.user_uri, found.handle, found.purpose, found.name) == (alice.uri, "alice", Purpose.CONTACT, "Alice")
    assert await bob.use(code, alice) == (200, {"connected": False})
    assert await alice.names() == await bob.names() == [], "until a device of the maker has checked it"
    (request,) = (await alice.contacts()).requests
    assert request.profile.handle == "bob"
    assert (await alice.profile(bob)).handle == "bob"
    proof = code_proof(code, Op.MEET, alice.uri, bob.uri)
    entry = {"entry": alice.entry(Op.MEET, bob.uri, proof=proof)}
    for _ in range(2):
        assert await alice.done("PUT", f"contacts/{bob.id}", entry) == {"connected": True}
    (contact,), (same,) = (await alice.contacts()).contacts, (await bob.contacts()).contacts
    assert (contact.theirs, same.own) == ([request.entry], [request.entry])
    assert (await alice.contacts()).requests == []


async def test_a_code_that_is_used_over_or_never_was_is_nobodys(hub: Hub) -> None:
    alice, bob, carol = [await join(hub, name) for name in ("alice", "bob", "carol")]
    never, used, over = secrets.token_bytes(CODE_BYTES), await alice.code(), await alice.code()
    nothing = await find(bob, never)
    assert nothing[0] == 404
    assert (await carol.use(used, alice))[0] == 200
    assert await find(bob, used) == nothing
    assert (await bob.use(used, alice))[0] == (await carol.use(used, alice))[0] == 404, "once"
    hub.clock.now += CODE_LIFE_MS - 1
    assert (await find(bob, over))[0] == 200
    hub.clock.now += 1
    assert await find(bob, over) == nothing
    assert (await bob.use(over, alice))[0] == 404
    blocked = await alice.code()
    await alice.done("PUT", f"blocks/{bob.id}")
    assert await find(bob, blocked) == nothing
    assert (await bob.use(blocked, alice))[0] == 404
    assert [one.profile.handle for one in (await alice.contacts()).requests] == ["carol"]


async def test_of_two_at_once_one_wins(hub: Hub) -> None:
    alice, bob, carol = [await join(hub, name) for name in ("alice", "bob", "carol")]
    code = await alice.code()
    answers = await asyncio.gather(bob.use(code, alice), carol.use(code, alice))
    assert sorted(status for status, _ in answers) == [200, 404]
    assert len((await alice.contacts()).requests) == 1


async def test_a_code_of_another_makes_nobody_a_contact(hub: Hub) -> None:
    alice, bob, mallory = [await join(hub, name) for name in ("alice", "bob", "mallory")]
    code = await mallory.code()
    assert (await bob.use(code, alice))[0] == 404, "the entry names another than the maker of the code"
    body = {"code_hash": text(code_hash(code)), "purpose": "contact"}
    status, answer = await alice.call("POST", "contacts/codes", body)
    assert (status, answer["code"]) == (409, "conflict")
    proof = code_proof(code, Op.MEET, mallory.uri, bob.uri)
    entry = mallory.entry(Op.MEET, bob.uri, proof=proof)
    assert (await mallory.call("PUT", f"contacts/{bob.id}", {"entry": entry}))[0] == 404, "a MEET that nobody waits for"


async def test_guessing_ends_at_the_limit(hub: Hub) -> None:
    alice = await join(hub, "alice")
    limit = LIMITS["code.find"]
    hub.context.limits.take("code.find", alice.uri, 1000 * limit.burst - 1)
    assert (await find(alice, secrets.token_bytes(CODE_BYTES)))[0] == 404
    status, answer = await alice.use(secrets.token_bytes(CODE_BYTES), await join(hub, "bob"))
    assert (status, answer["limit"]) == (429, "code.find")
    guesses_a_day = limit.burst + 86_400_000 // limit.refill_ms
    assert guesses_a_day * 10_000 * MAX_CODES * 1_000_000 < 256**CODE_BYTES // 1_000, "a million people, for years"


async def test_open_codes_are_bounded_and_forgotten(hub: Hub) -> None:
    alice = await join(hub, "alice")
    for _ in range(MAX_CODES):
        await alice.code()
    body = {"code_hash": text(secrets.token_bytes(32)), "purpose": "contact"}
    status, answer = await alice.call("POST", "contacts/codes", body)
    assert (status, answer["limit"]) == (429, "code.stock")
    hub.clock.now += CODE_LIFE_MS
    await alice.code()
    await forgetting.keep_house(hub.context)
    assert len(await rows(hub.context.db, "contact_code")) == 1


async def test_making_the_same_again_is_harmless(hub: Hub) -> None:
    alice = await join(hub, "alice")
    body = {"code_hash": text(secrets.token_bytes(32)), "purpose": "contact"}
    first = await alice.done("POST", "contacts/codes", body)
    hub.clock.now += 1000
    assert await alice.done("POST", "contacts/codes", body) == first
    for wrong in ({"code_hash": text(b"x")}, {"purpose": "spying"}, {"code_hash": None}):
        assert (await alice.call("POST", "contacts/codes", body | wrong))[0] == 400


async def test_a_meeting_that_no_device_checks_is_forgotten(hub: Hub) -> None:
    alice, bob = await join(hub, "alice"), await join(hub, "bob")
    code = await alice.code()
    await bob.use(code, alice)
    hub.clock.now += MEETING_KEPT_MS
    assert (await alice.contacts()).requests == []
    entry = alice.entry(Op.MEET, bob.uri, proof=code_proof(code, Op.MEET, alice.uri, bob.uri))
    assert (await alice.call("PUT", f"contacts/{bob.id}", {"entry": entry}))[0] == 404
    await forgetting.keep_house(hub.context)
    assert await rows(hub.context.db, "contact_meeting") == []


async def test_the_hub_keeps_no_code(hub: Hub) -> None:
    alice = await join(hub, "alice")
    code = await alice.code()
    data = b"".join(stores.on_disk(hub.context.config).values())
    assert code_hash(code) in data and code not in data
