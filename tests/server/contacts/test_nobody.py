# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Whoever is not to be found looks like nobody: the same bytes, counts and limits, whatever a stranger tries."""

from __future__ import annotations

from typing import Any

from privity.identity.consent import Op
from privity.identity.uris import make_user_uri
from privity.wire.age import AgeBand
from tests.server.contacts.people import Somebody, exact, join
from tests.server.core.people import HOST, Person, text
from tests.server.core.test_deletion import last_list
from tests.server.keylog.hubs import Hub

STRANGE = ("nobody.here", "unlisted", "minor", "unknown", "guarded", "blocking", "closed")


async def strangers(hub: Hub, caller: Somebody) -> dict[str, str]:
    """(handle, ID) of people whom the caller is not to find, each for another reason; the first does not exist."""
    people = {
        "unlisted": await join(hub, "unlisted", listed=False),
        "minor": await join(hub, "minor", AgeBand.MINOR),
        "unknown": await join(hub, "unknown", AgeBand.UNKNOWN),
        "guarded": await join(hub, "guarded", AgeBand.MINOR),
        "blocking": await join(hub, "blocking"),
        "closed": await join(hub, "closed"),
    }
    guardian = await join(hub, "guardian")
    assert await guardian.guard(people["guarded"])
    await people["blocking"].done("PUT", f"blocks/{caller.id}")
    closing = last_list(people["closed"].person, phrase=True)
    assert (await hub.post("/v1/recovery", {"device_list": text(closing.encode())}))[0] == 200
    return {"nobody.here": Person("x").id, **{name: one.id for name, one in people.items()}}


async def heard(hub: Hub, caller: Somebody, handle: str, id_: str) -> dict[str, Any]:
    """What a stranger hears of one person, by every way there is."""
    uri = make_user_uri(HOST, id_)
    hub.clock.now += 1
    room, other = Person("x").id, Person("x")
    ways: dict[str, tuple[str, str, Any]] = {
        "find": ("GET", f"handles/{handle}", None),
        "ask": ("POST", "contacts/requests", {"entry": caller.entry(Op.REQUEST, handle)}),
        "ask again": ("POST", "contacts/requests", {"entry": caller.entry(Op.REQUEST, handle)}),
        "find again": ("GET", f"handles/{handle}", None),
        "ask by address": ("POST", "contacts/requests", {"entry": caller.entry(Op.REQUEST, uri)}),
        "take back": ("DELETE", f"contacts/requests/{handle}", None),
        "take back by address": ("DELETE", f"contacts/requests/{id_}", None),
        "claim": ("POST", f"users/{id_}/claim", {"suites": [1]}),
        "claim for a room": (
            "POST",
            f"users/{id_}/claim",
            {"suites": [1], "room_uri": f"mimi://{HOST}/r/{room}"},
        ),
        "handle": ("GET", f"users/{id_}/handle", None),
        "profile": ("GET", f"users/{id_}/profile", None),
        "agree": ("PUT", f"contacts/{id_}", {"entry": caller.entry(Op.GRANT, uri)}),
        "end": ("DELETE", f"contacts/{id_}", None),
        "vouch": (
            "PUT",
            f"wards/{id_}/asks/{other.id}",
            {"entry": caller.entry(Op.VOUCH, other.user_uri, ward=uri)},
        ),
        "refuse": ("DELETE", f"wards/{id_}/asks/{other.id}", None),
        "age of a ward": ("PUT", f"wards/{id_}/age", {"band": "adult"}),
        "end of a guardianship": ("DELETE", f"wards/{id_}", None),
    }
    return {way: await exact(caller.line, *asked) for way, asked in ways.items()}


async def test_a_stranger_hears_the_same_of_everybody(hub: Hub) -> None:
    alice = await join(hub, "alice")
    ids = await strangers(hub, alice)
    said = {name: await heard(hub, alice, name, ids[name]) for name in STRANGE}
    nobody = said["nobody.here"]
    assert {way: answer[0] for way, answer in nobody.items()} == {
        "find": 404,
        "ask": 404,
        "ask again": 404,
        "find again": 404,
        "ask by address": 404,
        "take back": 200,
        "take back by address": 200,
        "claim": 404,
        "claim for a room": 404,
        "handle": 404,
        "profile": 404,
        "agree": 404,
        "end": 200,
        "vouch": 404,
        "refuse": 404,
        "age of a ward": 404,
        "end of a guardianship": 200,
    }
    for name, answers in said.items():
        for way, answer in answers.items():
            assert answer == nobody[way], f"{way}: {name} is told apart from nobody"


async def test_a_minor_who_declares_nothing_else_hears_the_same_too(hub: Hub) -> None:
    """Who says to be a minor is told no more than others."""
    caller = await join(hub, "young", AgeBand.MINOR)
    ids = await strangers(hub, caller)
    nobody = await heard(hub, caller, "nobody.here", ids["nobody.here"])
    for name in STRANGE[1:]:
        assert await heard(hub, caller, name, ids[name]) == nobody, name


async def test_what_stands_of_the_asker_tells_nothing(hub: Hub) -> None:
    """Neither what waits nor what the hub says it keeps differs by who is there."""
    alice = await join(hub, "alice")
    ids = await strangers(hub, alice)
    for name in STRANGE:
        assert (await alice.ask(name))[0] == 404
    found = (await alice.contacts()).asked
    assert sorted(one.target for one in found) == sorted(STRANGE)
    assert len({one.asked_ms for one in found}) == 1
    answer = await alice.done("GET", "account/stored/contact_ask")
    rows = [dict(zip(answer["columns"], row, strict=True)) for row in answer["rows"]]
    assert sorted(row["target"]["value"] for row in rows) == sorted(STRANGE)
    shown = {tuple(sorted(row)) for row in rows}
    assert len(shown) == 1 and len({row["asked_ms"]["value"] for row in rows}) == 1
    stored = (await alice.done("GET", "account/stored"))["tables"]
    counts = {table["name"]: table["rows"] for table in stored}
    assert counts["contact_ask"] == len(STRANGE)
    assert [counts[name] for name in ("contact_side", "contact_meeting", "guardian", "vouch", "invitation")] == [0] * 5
    assert ids


async def test_limits_are_spent_alike(hub: Hub) -> None:
    """What a guess costs does not depend on whether it was right."""
    alice = await join(hub, "alice")
    ids = await strangers(hub, alice)
    spent = []
    for name in STRANGE:
        hub.clock.now += 365 * 86_400_000
        before = dict(hub.context.limits._full_at)
        await heard(hub, alice, name, ids[name])
        after = hub.context.limits._full_at
        spent.append(
            sorted(
                (limit, full_at - hub.clock.now)
                for (limit, caller), full_at in after.items()
                if before.get((limit, caller)) != full_at
            )
        )
    assert all(one == spent[0] for one in spent)


async def test_of_somebody_listed_a_stranger_hears_that_they_are_there_and_no_more(hub: Hub) -> None:
    alice, bob = await join(hub, "alice"), await join(hub, "bob")
    assert await alice.done("GET", "handles/bob") == {"user_uri": bob.uri}
    assert (await alice.ask("bob"))[1] == {"connected": False}
    assert (await alice.call("POST", f"users/{bob.id}/claim", {"suites": [1]}))[0] == 404
    assert (await alice.call("GET", "handles/alice"))[0] == 200, "oneself"
