# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Contact is what both want: requests, the answers to them, their end; entries that are old, forged or of others."""

from __future__ import annotations

import pytest

from privity.identity.consent import Op
from privity.server.contacts import forgetting, overview, service, standing
from privity.server.contacts.model import ASK_KEPT_MS, DAY_MS
from privity.server.db.database import Tx
from privity.server.limits import LIMITS
from privity.wire.age import AgeBand
from tests.server.contacts.people import Somebody, join, rows
from tests.server.core.people import Person, connect, text
from tests.server.core.test_deletion import last_list
from tests.server.keylog.hubs import Hub, put

CLAIM = {"suites": [1]}


async def claims(one: Somebody, other: Somebody) -> int:
    return (await one.call("POST", f"users/{other.id}/claim", CLAIM))[0]


async def test_a_request_is_seen_and_agreed_to(hub: Hub) -> None:
    alice, bob = await join(hub, "alice"), await join(hub, "bob")
    assert await claims(alice, bob) == await claims(bob, alice) == 404
    assert await alice.ask("bob") == (200, {"connected": False})
    (request,) = (await bob.contacts()).requests
    assert (request.profile.handle, request.vouches, request.mutual) == ("alice", [], 0)
    assert await claims(alice, bob) == 404, "asking is not enough"
    assert await bob.grant(alice) == (200, {"connected": True})
    assert await bob.grant(alice) == (200, {"connected": True}), "again is harmless"
    assert await claims(alice, bob) == await claims(bob, alice) == 200
    of_alice, of_bob = (await alice.contacts()), (await bob.contacts())
    assert (of_alice.asked, of_bob.requests) == ([], [])
    (contact,), (same,) = of_alice.contacts, of_bob.contacts
    assert (contact.own, contact.theirs) == (same.theirs, same.own)
    assert text(contact.own[0]) == text(request.entry)


async def test_two_who_ask_for_each_other_are_contacts(hub: Hub) -> None:
    alice, bob = await join(hub, "alice", listed=False), await join(hub, "bob", listed=False)
    assert (await alice.ask("bob"))[0] == 404
    assert (await bob.contacts()).requests == [], "who is not listed is shown nothing"
    assert await bob.ask("alice") == (200, {"connected": True})
    assert await alice.names() == ["bob"] and await bob.names() == ["alice"]
    assert await alice.ask("bob") == (200, {"connected": True}), "a contact can be asked for again"


async def test_a_yes_to_nobody_is_nothing(hub: Hub) -> None:
    alice, bob = await join(hub, "alice"), await join(hub, "bob")
    status, answer = await bob.grant(alice)
    assert (status, answer["code"]) == (404, "not_found")
    assert await alice.names() == await bob.names() == []


async def test_no_is_not_told_and_leaves_the_person_in_peace(hub: Hub) -> None:
    alice, bob = await join(hub, "alice"), await join(hub, "bob")
    first = await alice.ask("bob")
    before = (await alice.contacts()).asked
    await bob.end(alice)
    assert (await alice.contacts()).asked == before
    hub.clock.now += 1000
    assert await alice.ask("bob") == first
    assert (await bob.contacts()).requests == []
    assert (await bob.grant(alice))[0] == 404, "what is not shown is not agreed to"
    await alice.done("DELETE", "contacts/requests/bob")
    hub.clock.now += 1000
    assert await alice.ask("bob") == first
    assert (await bob.contacts()).requests == [], "taking it back and asking anew does not show it again"
    hub.clock.now += ASK_KEPT_MS
    assert await alice.ask("bob") == first
    assert await bob.asked_by() == ["alice"], "a month later it may be another matter"


async def test_who_said_no_can_still_ask_themselves(hub: Hub) -> None:
    alice, bob = await join(hub, "alice"), await join(hub, "bob")
    await alice.ask("bob")
    await bob.end(alice)
    hub.clock.now += 1000
    assert await bob.ask("alice") == (200, {"connected": True})


async def test_either_ends_it_and_nothing_of_before_brings_it_back(hub: Hub) -> None:
    alice, bob = await join(hub, "alice"), await join(hub, "bob")
    await alice.ask("bob")
    old = {"entry": bob.entry(Op.GRANT, alice.uri)}
    await bob.done("PUT", f"contacts/{alice.id}", old)
    hub.clock.now += DAY_MS // 2
    await bob.end(alice)
    assert await claims(alice, bob) == await claims(bob, alice) == 404
    assert await alice.names() == await bob.names() == []
    status, answer = await bob.call("PUT", f"contacts/{alice.id}", old)
    assert (status, answer["code"]) == (409, "conflict"), "an entry that was ended is used up"
    stale = bob.entry(Op.REQUEST, "alice", at_ms=hub.clock.now - DAY_MS // 2)
    status, answer = await bob.call("POST", "contacts/requests", {"entry": stale})
    assert (status, answer["code"]) == (409, "conflict")
    assert (await alice.ask("bob"))[0] == 200
    assert await bob.ask("alice") == (200, {"connected": True}), "new words count"


async def test_a_request_can_be_taken_back(hub: Hub) -> None:
    alice, bob = await join(hub, "alice"), await join(hub, "bob")
    for named, taken in (("bob", "bob"), (bob.uri, bob.id)):
        await alice.ask(named)
        assert await bob.asked_by() == ["alice"]
        for _ in range(2):
            assert await alice.done("DELETE", f"contacts/requests/{taken}") == {"ok": True}
        assert (await alice.contacts()).asked == [] and await bob.asked_by() == []
        hub.clock.now += 1000


async def test_the_same_person_is_shown_once(hub: Hub) -> None:
    alice, bob = await join(hub, "alice"), await join(hub, "bob")
    await alice.ask("bob")
    await alice.ask(bob.uri)
    assert await bob.asked_by() == ["alice"]
    assert len((await alice.contacts()).asked) == 2
    await bob.grant(alice)
    assert (await alice.contacts()).asked == []


async def test_requests_are_forgotten_after_a_month(hub: Hub) -> None:
    alice, bob = await join(hub, "alice"), await join(hub, "bob")
    await alice.ask("bob")
    hub.clock.now += ASK_KEPT_MS
    assert (await alice.contacts()).asked == [] and await bob.asked_by() == []
    await forgetting.keep_house(hub.context)
    assert await rows(hub.context.db, "contact_ask") == []
    assert (await bob.grant(alice))[0] == 404


async def test_nobody_asks_for_themselves(hub: Hub) -> None:
    alice = await join(hub, "alice")
    status, answer = await alice.ask("alice")
    assert (status, answer["code"]) == (403, "not_allowed")


@pytest.mark.parametrize("named", ["bob", "nobody.at.all"])
async def test_entries_of_others_or_of_another_time_are_refused(hub: Hub, named: str) -> None:
    """The same refusals for somebody who exists and somebody who does not."""
    alice, bob, carol = [await join(hub, handle) for handle in ("alice", "bob", "carol")]
    second = alice.person.new_device()
    assert (await put(alice.line, alice.person.next_list([alice.person.device, second]).encode()))[0] == 200
    for why, entry, code in (
        ("of another person", carol.entry(Op.REQUEST, named), "not_allowed"),
        ("of another device", alice.entry(Op.REQUEST, named, device=second), "not_allowed"),
        ("signed by another key", alice.entry(Op.REQUEST, named, signer=second.private), "not_allowed"),
        ("too old", alice.entry(Op.REQUEST, named, at_ms=hub.clock.now - DAY_MS - 1), "malformed"),
        ("too new", alice.entry(Op.REQUEST, named, at_ms=hub.clock.now + DAY_MS + 1), "malformed"),
        ("another op", alice.entry(Op.GRANT, bob.uri), "malformed"),
        ("no entry", text(b"x"), "malformed"),
        ("nothing", text(b""), "malformed"),
    ):
        status, answer = await alice.call("POST", "contacts/requests", {"entry": entry})
        assert (status >= 400, answer["code"]) == (True, code), why
    assert await bob.asked_by() == [] and (await alice.contacts()).asked == []
    granted = alice.entry(Op.GRANT, carol.uri)
    status, answer = await alice.call("PUT", f"contacts/{bob.id}", {"entry": granted})
    assert (status, answer["code"]) == (400, "malformed"), "an entry about another than the path"


async def test_a_device_that_was_removed_says_nothing_more(hub: Hub) -> None:
    alice, bob = await join(hub, "alice"), await join(hub, "bob")
    phone = alice.person.new_device()
    assert (await put(alice.line, alice.person.next_list([alice.person.device, phone]).encode()))[0] == 200
    lost = Somebody(hub, alice.person, await connect(hub.http, phone))
    assert (await lost.ask("bob", device=phone))[0] == 200
    assert (await put(alice.line, alice.person.next_list([alice.person.device]).encode()))[0] == 200
    assert (await lost.ask("bob", device=phone))[0] == 401
    entry = alice.entry(Op.REQUEST, "bob", device=phone)
    status, answer = await alice.call("POST", "contacts/requests", {"entry": entry})
    assert (status, answer["code"]) == (403, "not_allowed"), "nor does another device say it for that one"
    assert await bob.grant(alice) == (200, {"connected": True}), "what it said while it was one counts"


async def test_floods_of_requests_end_at_the_limits(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted alike for whoever exists and whoever does not."""
    monkeypatch.setattr(service, "MAX_ASKS", 3)
    alice, bob = await join(hub, "alice"), await join(hub, "bob", AgeBand.MINOR)
    for named in ("nobody1", "bob", "nobody2"):
        assert (await alice.ask(named))[0] == 404
    for named in ("nobody3", bob.uri):
        status, answer = await alice.ask(named)
        assert (status, answer["limit"]) == (429, "contact.asks")
    assert (await alice.ask("bob"))[0] == (await alice.ask("nobody1"))[0] == 404, "the same again takes no more room"
    assert LIMITS["contact.ask"].burst * LIMITS["contact.ask"].refill_ms >= DAY_MS // 2
    hub.context.limits.take("contact.ask", alice.uri, 1000 * LIMITS["contact.ask"].burst - 7)
    for named in ("bob", "nobody1"):
        status, answer = await alice.ask(named)
        assert (status, answer["limit"]) == (429, "contact.ask")


async def test_blocking_ends_all_of_it(hub: Hub) -> None:
    alice, bob, carol = [await join(hub, handle) for handle in ("alice", "bob", "carol")]
    await alice.ask("bob")
    await bob.grant(alice)
    await carol.ask("bob")
    before = (await carol.contacts()).asked
    for other in (alice, carol):
        await bob.done("PUT", f"blocks/{other.id}")
    assert await bob.names() == await alice.names() == [] and await bob.asked_by() == []
    assert (await carol.contacts()).asked == before, "who waits is not told"
    assert (await bob.grant(carol))[0] == 404
    code = await bob.code()
    assert (await alice.use(code, bob))[0] == 404
    hub.clock.now += 1000
    status, answer = await bob.ask("carol")
    assert (status, answer["code"]) == (404, "not_found"), "who blocked somebody asks them for nothing"
    for other in (alice, carol):
        await bob.done("DELETE", f"blocks/{other.id}")
    assert await bob.names() == [] and await bob.asked_by() == [], "a block is no pause"


async def test_a_closed_account_leaves_nobody_a_contact(hub: Hub) -> None:
    alice, bob, carol = [await join(hub, handle) for handle in ("alice", "bob", "carol")]
    await alice.ask("bob")
    await bob.grant(alice)
    await carol.ask("bob")
    closing = last_list(bob.person, phrase=True)
    assert (await hub.post("/v1/recovery", {"device_list": text(closing.encode())}))[0] == 200
    assert await alice.names() == []
    assert [one.target for one in (await carol.contacts()).asked] == ["bob"], "her own words, for a month"
    hub.clock.now += ASK_KEPT_MS
    await forgetting.keep_house(hub.context)
    for table in ("contact_ask", "contact_side", "contact_no", "age", "profile"):
        assert bob.id not in str(await rows(hub.context.db, table)), table


async def test_devices_are_told_that_there_is_something_new(hub: Hub) -> None:
    alice, bob = await join(hub, "alice"), await join(hub, "bob")
    minor = await join(hub, "minor", AgeBand.MINOR)

    async def told(one: Somebody) -> int:
        row = await hub.context.db.read(
            lambda reader: reader.one(
                "SELECT COUNT(*) FROM inbox WHERE client_uri = ?", (one.person.device.client_uri,)
            )
        )
        return int(row[0]) if row is not None else 0

    await alice.ask("bob")
    assert (await told(alice), await told(bob)) == (1, 1)
    await alice.ask("bob")
    assert await told(bob) == 1, "the same again is nothing new"
    await alice.ask("minor")
    assert await told(minor) == 0
    await bob.grant(alice)
    assert await told(bob) == 2 and await told(alice) >= 3
    before = await told(alice)
    hub.clock.now += 1000
    await bob.end(alice)
    assert (await told(alice), await told(bob)) == (before, 3), "of the end nobody else is told"


async def test_handles_that_look_like_addresses_are_handles(hub: Hub) -> None:
    alice, odd = await join(hub, "alice"), await join(hub, Person("x").id)
    assert (await alice.ask(odd.handle))[0] == 200
    assert await odd.asked_by() == ["alice"]
    await alice.done("DELETE", f"contacts/requests/{odd.handle}")
    assert await odd.asked_by() == []


async def test_what_is_shown_at_once_is_bounded_and_the_rest_waits(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """A flood fills no answer; whoever was refused or blocked makes room for the next."""
    monkeypatch.setattr(overview, "MAX_SHOWN", 2)
    monkeypatch.setattr(standing, "MAX_SHOWN", 2)
    bob = await join(hub, "bob")
    asking = [await join(hub, f"asker{number}") for number in range(12)]
    for one in asking:
        hub.clock.now += 1
        await one.ask("bob")
    shown = []
    for one in asking:
        first = (await bob.asked_by())[0]
        assert first == one.handle and len(await bob.asked_by()) <= 2
        shown.append(first)
        if len(shown) % 2:
            await bob.end(one)
        else:
            await bob.done("PUT", f"blocks/{one.id}")
    assert await bob.asked_by() == []


async def test_a_flood_of_strangers_does_not_hide_people_of_a_common_group(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who is not listed is asked in vain by strangers, however many, and seen by those who share a conversation."""
    monkeypatch.setattr(standing, "MAX_SHOWN", 1)
    bob, friend = await join(hub, "bob", listed=False), await join(hub, "friend")
    for number in range(6):
        await (await join(hub, f"asker{number}")).ask("bob")
    hub.clock.now += 1

    def share(tx: Tx) -> None:
        tx.execute(
            "INSERT INTO room (id, room_uri, suite, epoch, epoch_seq, last_seq, last_ts_ms)"
            " VALUES (1, 'r', 1, 0, 0, 0, 0)"
        )
        for one in (bob, friend):
            tx.execute("INSERT INTO participation (room_id, user_uri, from_ms) VALUES (1, ?, 1)", (one.uri,))

    await hub.context.db.write(share)
    await friend.ask("bob")
    assert await bob.asked_by() == ["friend"]
