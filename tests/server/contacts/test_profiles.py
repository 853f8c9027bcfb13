# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What people show of themselves, to whom; and what is no name, no words and no picture."""

from __future__ import annotations

import base64
from typing import Any

from privity.policy.profile import MAX_BIO, MAX_NAME, MAX_PICTURE_BYTES
from privity.server.contacts.model import DAY_MS
from privity.wire.age import AgeBand
from tests.server.contacts.people import Somebody, exact, join
from tests.server.core.people import Person, text
from tests.server.core.test_deletion import last_list, traces
from tests.server.keylog.hubs import Hub

PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
SHOWN: dict[str, Any] = {"name": "Name", "bio": "Some\nwords", "listed": True}


def body(**changed: Any) -> dict[str, Any]:
    picture = changed.pop("picture", PNG)
    return SHOWN | {"picture": None if picture is None else base64.b64encode(picture).decode()} | changed


async def seen(one: Somebody, other: Somebody) -> str | None:
    """The name that one is shown of the other; None where there is nobody."""
    status, answer = await one.call("GET", f"users/{other.id}/profile")
    return answer["name"] if status == 200 else None


async def test_a_profile_comes_back_as_it_was_written(hub: Hub) -> None:
    alice, bob = await join(hub, "alice"), await join(hub, "bob")
    assert await alice.done("GET", "profile") == {"name": "", "bio": "", "picture": None, "listed": True}
    assert await alice.done("PUT", "profile", body()) == body()
    assert await alice.done("GET", "profile") == body()
    found = await bob.profile(alice)
    assert (found.name, found.bio, found.picture, found.handle) == ("Name", "Some\nwords", PNG, "alice")
    assert found.since_ms % DAY_MS == 0 and 0 <= hub.clock.now - found.since_ms < DAY_MS
    await alice.done("PUT", "profile", body(name="", bio="", picture=None, listed=False))
    assert await seen(bob, alice) is None, "who is not listed is nobody to a stranger"


WRONG: tuple[dict[str, Any], ...] = (
    {"name": "x" * (MAX_NAME + 1)},
    {"name": "x" * 10_000},
    {"bio": "x" * (MAX_BIO + 1)},
    {"name": "two\nlines"},
    {"name": "a\0b"},
    {"name": "\u202egnp.exe"},
    {"bio": "\u2066hidden"},
    {"bio": "a\u2028b"},
    {"bio": "a\rb"},
    {"name": "Z" + "\u0301" * 5},
    {"name": " padded"},
    {"name": None},
    {"picture": b"GIF89a" + bytes(10)},
    {"picture": b"<svg xmlns='http://www.w3.org/2000/svg'/>"},
    {"picture": b""},
    {"picture": b"RIFF\0\0\0\0AVI "},
    {"picture": PNG + bytes(MAX_PICTURE_BYTES)},
)


async def test_what_no_profile_can_have_is_refused_as_a_whole(hub: Hub) -> None:
    alice = await join(hub, "alice")
    await alice.done("PUT", "profile", body())
    for wrong in WRONG:
        status, answer = await alice.call("PUT", "profile", body(**wrong))
        assert (status, answer["code"]) == (400, "malformed"), wrong
        assert await alice.done("GET", "profile") == body()


async def test_pictures_of_each_kind_are_kept_without_a_look_inside(hub: Hub) -> None:
    """A bomb of a few bytes is no matter for a hub that decodes nothing."""
    alice = await join(hub, "alice")
    bomb = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + b"\xff\xff\xff\xff" * 2 + bytes(9)
    for picture in (bomb, b"\xff\xd8\xff\xe0", b"RIFF\x04\0\0\0WEBPVP8 ", PNG + bytes(MAX_PICTURE_BYTES - len(PNG))):
        assert await alice.done("PUT", "profile", body(picture=picture)) == body(picture=picture)


async def test_requests_carry_the_profile_without_its_picture(hub: Hub) -> None:
    alice, bob = await join(hub, "alice"), await join(hub, "bob")
    await alice.done("PUT", "profile", body(listed=False))
    await alice.ask("bob")
    (request,) = (await bob.contacts()).requests
    assert (request.profile.name, request.profile.bio, request.profile.picture) == ("Name", "Some\nwords", None)
    assert (await bob.profile(alice)).picture == PNG, "whoever asked is looked at when the person wants to"


async def test_who_sees_a_minor(hub: Hub) -> None:
    """Contacts, whom the minor asked, and guardians; to everybody else there is nobody."""
    child = await join(hub, "child", AgeBand.MINOR)
    names = ("guardian", "asked", "friend", "stranger", "asking")
    guardian, asked, friend, stranger, asking = [await join(hub, name) for name in names]
    await child.done("PUT", "profile", body(listed=False))
    assert await guardian.guard(child)
    await child.ask("asked")
    await child.meet(friend)
    await asking.ask("child")
    assert [await seen(one, child) for one in (guardian, asked, friend)] == ["Name"] * 3
    assert [await seen(one, child) for one in (stranger, asking)] == [None] * 2
    nobody = Person("x")
    for what in ("profile", "handle"):
        heard = [await exact(stranger.line, "GET", f"users/{id_}/{what}") for id_ in (child.id, nobody.id)]
        assert heard[0] == heard[1]
    assert await seen(child, guardian) == "", "and the child sees who watches over it"


async def test_whom_one_blocked_sees_nothing_more(hub: Hub) -> None:
    alice, bob = await join(hub, "alice"), await join(hub, "bob")
    await alice.done("PUT", "profile", body())
    assert await seen(bob, alice) == "Name"
    await alice.done("PUT", f"blocks/{bob.id}")
    assert await seen(bob, alice) is None
    assert (await bob.call("GET", "handles/alice"))[0] == 404
    assert (await bob.ask("alice"))[0] == 404


async def test_a_guardian_sees_who_asks_for_the_ward_and_only_while_they_ask(hub: Hub) -> None:
    guardian, child = await join(hub, "guardian"), await join(hub, "child", AgeBand.MINOR)
    asker = await join(hub, "asker", listed=False)
    await asker.done("PUT", "profile", body(listed=False))
    assert await guardian.guard(child)
    assert await seen(guardian, asker) is None
    await asker.ask("child")
    assert await seen(guardian, asker) == "Name" and await seen(child, asker) is None
    await asker.done("DELETE", "contacts/requests/child")
    assert await seen(guardian, asker) is None


async def test_the_directory_shows_listed_adults_contacts_and_oneself(hub: Hub) -> None:
    alice, bob = await join(hub, "alice", listed=False), await join(hub, "bob")
    assert (await bob.call("GET", "handles/alice"))[0] == 404
    assert (await alice.call("GET", "handles/alice"))[0] == 200
    assert (await alice.call("GET", "handles/bob"))[0] == 200
    await alice.ask("bob")
    assert (await bob.grant(alice))[0] == 200
    assert (await bob.call("GET", "handles/alice"))[0] == 200
    hub.clock.now += 1
    await bob.end(alice)
    assert (await bob.call("GET", "handles/alice"))[0] == 404


async def test_profiles_end_with_the_account(hub: Hub) -> None:
    alice = await join(hub, "alice")
    await alice.done("PUT", "profile", body(name="Somebody Particular", picture=PNG + b"my own face"))
    assert traces(hub, "Somebody Particular", b"my own face")
    closing = last_list(alice.person, phrase=True)
    assert (await hub.post("/v1/recovery", {"device_list": text(closing.encode())}))[0] == 200
    await hub.context.db.scrub()
    assert traces(hub, "Somebody Particular", b"my own face") == []


async def test_what_is_kept_about_a_person_is_told_to_them_and_nothing_hidden_of_others(hub: Hub) -> None:
    """A no of another, their block, and an invitation that is not shown stay theirs."""
    alice, bob = await join(hub, "alice"), await join(hub, "bob")
    await alice.ask("bob")
    before = (await alice.done("GET", "account/stored"))["tables"]
    await bob.end(alice)
    assert (await alice.done("GET", "account/stored"))["tables"] == before
    rows = (await bob.done("GET", "account/stored/contact_no"))["rows"]
    assert len(rows) == 1
