# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Who is added to a group: contacts, or people who said yes to an invitation; a minor only where they were asked."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import msgspec
import pytest

from privity.identity.consent import Op
from privity.identity.uris import id_of
from privity.server.contacts import forgetting
from privity.server.contacts.model import ASK_KEPT_MS
from privity.server.invitations import service
from privity.server.rooms import commits
from privity.wire import rest, socket
from privity.wire.age import AgeBand
from privity.wire.contacts import Contacts
from privity.wire.errors import Code, Refusal
from tests.server.befriending import befriend
from tests.server.contacts.people import exact, rows, signed_entry
from tests.server.core.people import HOST, Person
from tests.server.rooms.conftest import world as world
from tests.server.rooms.test_refusals import checked_commit
from tests.server.rooms.world import Device, World

__all__ = ["world"]


@dataclass
class Talker:
    """A device in rooms that also says what its person agrees to."""

    world: World
    device: Device

    @property
    def uri(self) -> str:
        return self.device.user_uri

    @property
    def id(self) -> str:
        return self.device.person.id

    def entry(self, op: Op, other: str, *, at_ms: int | None = None, **more: Any) -> str:
        at_ms = self.world.clock.now if at_ms is None else at_ms
        return signed_entry(self.device.person, op, other, at_ms=at_ms, **more)

    async def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        status, answer = await self.device.line.request(method, f"/v1/{path}", body)
        return int(status), answer

    async def contacts(self) -> Contacts:
        status, answer = await self.call("GET", "contacts")
        assert status == 200, answer
        return msgspec.convert(answer, Contacts)

    async def invite(self, room: str, other: Talker, **more: Any) -> tuple[int, Any]:
        body = {"entry": self.entry(Op.REQUEST, other.uri, room=room, **more)}
        return await self.call("POST", f"rooms/{id_of(room)}/invitations", body)

    async def agree(self, room: str, other: Talker, **more: Any) -> tuple[int, Any]:
        body = {"entry": self.entry(Op.GRANT, other.uri, room=room, **more)}
        return await self.call("PUT", f"rooms/{id_of(room)}/invitation", body)

    async def decline(self, room: str) -> None:
        assert (await self.call("DELETE", f"rooms/{id_of(room)}/invitation"))[0] == 200

    async def claims(self, other: Talker, room: str = "") -> int:
        return (await self.call("POST", f"users/{other.id}/claim", {"suites": [1], "room_uri": room}))[0]

    async def add(self, room: str, other: Talker) -> int:
        """The status of a commit that adds the other."""
        pending = self.device.invitation(room, other.device)
        status, _ = await self.device.line.request(
            "POST", self.device.path(room, "commit"), data=msgspec.json.encode(self.device.body(pending))
        )
        if status == 200:
            await self.device.until_seq(room, self.device.cursors[room] + 1)
            while room not in other.device.groups:
                await other.device.until(socket.Inbox)
        else:
            self.device.groups[room].clear_pending()
        return int(status)


async def join(world: World, handle: str, age: AgeBand = AgeBand.ADULT, *, listed: bool = True) -> Talker:
    return Talker(world, await world.join(handle, stranger=True, age=age, listed=listed))


@pytest.fixture
async def admin(world: World) -> AsyncIterator[tuple[Talker, str]]:
    """Anna, and a group of hers."""
    anna = await join(world, "anna")
    yield anna, await anna.device.create()


async def test_a_stranger_comes_in_by_an_invitation(world: World, admin: tuple[Talker, str]) -> None:
    anna, room = admin
    ben = await join(world, "ben")
    assert await anna.claims(ben, room) == await anna.add(room, ben) == 404
    assert await anna.invite(room, ben) == (200, {"ok": True})
    assert await anna.claims(ben, room) == await anna.add(room, ben) == 404, "an invitation is no yes"
    (shown,) = (await ben.contacts()).invitations
    assert (shown.room_uri, shown.profile.handle, shown.people, shown.contacts) == (room, "anna", 1, [])
    assert (await ben.agree(room, anna))[0] == 200
    (invited,) = (await anna.contacts()).invited
    assert invited.user_uri == ben.uri and invited.theirs is not None
    assert await anna.claims(ben) == 404, "the yes is to this room alone"
    assert await anna.claims(ben, room) == await anna.add(room, ben) == 200
    assert (await anna.contacts()).invited == [] and (await ben.contacts()).invitations == []
    assert len((await ben.contacts()).rooms) == len((await anna.contacts()).rooms) == 1


async def test_the_yes_is_used_up(world: World, admin: tuple[Talker, str]) -> None:
    anna, room = admin
    ben = await join(world, "ben")
    await anna.invite(room, ben)
    old = ben.entry(Op.GRANT, anna.uri, room=room)
    assert (await ben.call("PUT", f"rooms/{id_of(room)}/invitation", {"entry": old}))[0] == 200
    assert await anna.add(room, ben) == 200
    await ben.device.call("POST", ben.device.path(room, "leave"), None, rest.Done)
    assert (await ben.contacts()).rooms == []
    await anna.device.until_seq(room, anna.device.cursors[room] + 2)
    await anna.device.commit(room, anna.device.pending(room))
    assert await anna.claims(ben, room) == 404
    assert (await ben.call("PUT", f"rooms/{id_of(room)}/invitation", {"entry": old}))[0] == 404, "nobody invites now"
    assert await anna.add(room, ben) == 404


async def test_a_yes_is_for_whoever_invited(world: World, admin: tuple[Talker, str]) -> None:
    anna, room = admin
    ben, carl = await join(world, "ben"), await join(world, "carl")
    await befriend(world.context.db, anna.uri, carl.uri)
    assert await anna.add(room, carl) == 200
    await anna.invite(room, ben)
    assert (await ben.agree(room, carl))[0] == 404
    assert (await ben.agree(room, anna))[0] == 200
    assert await carl.claims(ben, room) == 404


async def test_no_is_not_told_and_holds(world: World, admin: tuple[Talker, str]) -> None:
    anna, room = admin
    ben = await join(world, "ben")
    first = await anna.invite(room, ben)
    before = (await anna.contacts()).invited
    stored = (await anna.call("GET", "account/stored"))[1]
    await ben.decline(room)
    await ben.decline(room)
    assert (await anna.contacts()).invited == before
    assert (await anna.call("GET", "account/stored"))[1] == stored
    assert (await ben.contacts()).invitations == []
    world.clock.now += 1000
    assert await anna.invite(room, ben) == first
    assert (await ben.contacts()).invitations == []
    assert (await ben.agree(room, anna))[0] == 404
    world.clock.now += ASK_KEPT_MS
    assert await anna.invite(room, ben) == first
    assert len((await ben.contacts()).invitations) == 1


async def test_a_yes_can_be_taken_back(world: World, admin: tuple[Talker, str]) -> None:
    anna, room = admin
    ben = await join(world, "ben")
    await anna.invite(room, ben)
    await ben.agree(room, anna)
    await ben.decline(room)
    assert await anna.claims(ben, room) == await anna.add(room, ben) == 404


async def test_invitations_are_over_after_a_month(world: World, admin: tuple[Talker, str]) -> None:
    anna, room = admin
    ben = await join(world, "ben")
    await anna.invite(room, ben)
    await ben.agree(room, anna)
    world.clock.now += ASK_KEPT_MS
    assert await anna.claims(ben, room) == 404
    assert (await anna.contacts()).invited == []
    await forgetting.keep_house(world.context)
    for table in ("invitation", "invitation_no"):
        assert await rows(world.context.db, table) == []
    assert [row[0] for row in await rows(world.context.db, "room_word")] == [anna.uri], "of those who are in it"


async def test_only_who_may_add_invites(world: World, admin: tuple[Talker, str]) -> None:
    anna, room = admin
    ben, carl = await join(world, "ben"), await join(world, "carl")
    await befriend(world.context.db, anna.uri, ben.uri)
    assert await anna.add(room, ben) == 200
    assert (await ben.invite(room, carl))[0] == 403
    assert (await carl.invite(room, ben))[0] == 404, "nobody from outside"
    assert (await anna.invite(room, ben))[0] == 409, "nobody who is in"
    direct = await anna.device.create(direct_with=ben.uri)
    assert (await anna.invite(direct, carl))[0] == 403
    other = await carl.device.create()
    body = {"entry": anna.entry(Op.REQUEST, carl.uri, room=other)}
    assert (await anna.call("POST", f"rooms/{id_of(room)}/invitations", body))[0] == 400, "another room than the path"


async def test_whoever_leaves_invites_nobody_any_more(world: World, admin: tuple[Talker, str]) -> None:
    anna, room = admin
    ben = await join(world, "ben")
    await anna.invite(room, ben)
    await anna.device.call("POST", anna.device.path(room, "leave"), None, rest.Done)
    assert (await ben.contacts()).invitations == []
    assert (await ben.agree(room, anna))[0] == 404


async def test_blocking_ends_invitations(world: World, admin: tuple[Talker, str]) -> None:
    anna, room = admin
    ben = await join(world, "ben")
    await anna.invite(room, ben)
    await ben.agree(room, anna)
    assert (await ben.call("PUT", f"blocks/{anna.id}"))[0] == 200
    assert await anna.claims(ben, room) == await anna.add(room, ben) == 404
    assert (await ben.contacts()).invitations == []


@pytest.mark.parametrize("declared", [AgeBand.ADULT, AgeBand.MINOR])
async def test_a_stranger_invites_no_minor(world: World, declared: AgeBand) -> None:
    """Whatever age they declare; and they hear what they would hear of nobody."""
    anna, child = await join(world, "anna", declared), await join(world, "child", AgeBand.MINOR)
    room = await anna.device.create()
    nobody = Person("x")
    heard = []
    for uri in (child.uri, nobody.user_uri):
        body = {"entry": anna.entry(Op.REQUEST, uri, room=room)}
        heard.append(await exact(anna.device.line, "POST", f"rooms/{id_of(room)}/invitations", body))
    assert heard[0] == heard[1] and heard[0][0] == 404
    assert (await child.contacts()).invitations == []
    assert (await child.agree(room, anna))[0] == 404
    assert await anna.claims(child, room) == await anna.add(room, child) == 404


async def test_a_minor_is_asked_where_they_do_not_know_somebody(world: World, admin: tuple[Talker, str]) -> None:
    anna, room = admin
    ben, child = await join(world, "ben"), await join(world, "child", AgeBand.MINOR)
    await befriend(world.context.db, anna.uri, child.uri)
    await befriend(world.context.db, anna.uri, ben.uri)
    assert await anna.claims(child, room) == 200, "among contacts alone"
    assert await anna.add(room, ben) == 200
    assert await anna.claims(child, room) == await anna.add(room, child) == 404
    assert await anna.invite(room, child) == (200, {"ok": True})
    (shown,) = (await child.contacts()).invitations
    assert (shown.people, shown.contacts) == (2, [anna.uri])
    assert (await child.agree(room, anna))[0] == 200
    assert await anna.claims(child, room) == await anna.add(room, child) == 200


async def test_in_a_common_group_a_minor_is_not_told_apart(world: World, admin: tuple[Talker, str]) -> None:
    """Who is in it with them knows that they are there; that they are a minor, or blocked somebody, is not said."""
    anna, room = admin
    ben, adult, blocking, child = [
        await join(world, name, band, listed=False)
        for name, band in (
            ("ben", AgeBand.ADULT),
            ("adult", AgeBand.ADULT),
            ("blocking", AgeBand.ADULT),
            ("child", AgeBand.MINOR),
        )
    ]
    for other in (ben, adult, blocking, child):
        await befriend(world.context.db, anna.uri, other.uri)
    for other in (ben, adult, blocking):
        assert await anna.add(room, other) == 200
    await anna.invite(room, child)
    await child.agree(room, anna)
    assert await anna.add(room, child) == 200
    assert (await blocking.call("PUT", f"blocks/{ben.id}"))[0] == 200
    own = await ben.device.create()
    said = []
    for other in (adult, blocking, child):
        ways = [
            ("POST", "contacts/requests", {"entry": ben.entry(Op.REQUEST, other.uri)}),
            ("POST", f"rooms/{id_of(own)}/invitations", {"entry": ben.entry(Op.REQUEST, other.uri, room=own)}),
            ("POST", f"users/{other.id}/claim", {"suites": [1], "room_uri": own}),
            ("GET", f"users/{other.id}/profile", None),
            ("GET", f"users/{other.id}/handle", None),
        ]
        heard = [await exact(ben.device.line, *way) for way in ways]
        said.append([(status, data.replace(other.id.encode(), b"ID")) for status, _, data in heard])
    handles = (b"adult", b"blocking", b"child")
    alike = [[(s, d.replace(handle, b"H")) for s, d in one] for one, handle in zip(said, handles, strict=True)]
    assert alike[0] == alike[1] == alike[2]
    assert [status for status, _ in alike[0]] == [200, 200, 404, 200, 200]
    assert len((await adult.contacts()).requests) == len((await adult.contacts()).invitations) == 1
    for other in (blocking, child):
        found = await other.contacts()
        assert found.requests == [] and found.invitations == []
    names = []
    for other in (adult, child):
        shown = {"name": "Name", "bio": "", "picture": None, "listed": False}
        assert (await other.call("PUT", "profile", shown))[0] == 200
        names.append([(await one.call("GET", f"users/{other.id}/profile"))[1]["name"] for one in (ben, anna)])
    assert names == [["Name", "Name"], ["", "Name"]], "what a minor wrote is for contacts"


async def test_whoever_is_not_to_be_found_is_not_added(world: World, admin: tuple[Talker, str]) -> None:
    """A commit that adds somebody is refused in the same words for each; for nobody there is no KeyPackage at all."""
    anna, room = admin
    ben, child, blocking = [
        await join(world, name, band)
        for name, band in (("ben", AgeBand.ADULT), ("child", AgeBand.MINOR), ("blocking", AgeBand.ADULT))
    ]
    assert (await blocking.call("PUT", f"blocks/{anna.id}"))[0] == 200
    person = Person("nobody")
    nobody = Device(world, person, person.device)
    heard = []
    for other in (ben.device, child.device, blocking.device, nobody):
        world.devices[other.keys.client_uri] = other.keys.public
        pending = anna.device.invitation(room, other)
        body = msgspec.to_builtins(anna.device.body(pending))
        heard.append(await exact(anna.device.line, "POST", f"rooms/{id_of(room)}/commit", body))
        direct = anna.device.creation(anna.device.new_group(other.user_uri))
        heard.append(await exact(anna.device.line, "POST", "rooms", msgspec.to_builtins(direct)))
        anna.device.groups[room].clear_pending()
    assert len({status for status, _, _ in heard}) == len({data for _, _, data in heard}) == 1
    assert heard[0][0] == 404


async def test_open_invitations_are_bounded(
    world: World, admin: tuple[Talker, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MAX_INVITATIONS", 1)
    anna, room = admin
    ben, carl = await join(world, "ben"), await join(world, "carl")
    assert (await anna.invite(room, ben))[0] == (await anna.invite(room, ben))[0] == 200
    status, answer = await anna.invite(room, carl)
    assert (status, answer["limit"]) == (429, "room.invitations")


async def test_own_words_about_a_room_are_kept_for_other_devices(world: World, admin: tuple[Talker, str]) -> None:
    """What somebody says who finds themselves in a room, and only about people who were in it."""
    anna, room = admin
    ben, carl = await join(world, "ben"), await join(world, "carl")
    await befriend(world.context.db, anna.uri, ben.uri)
    assert await anna.add(room, ben) == 200
    assert (await ben.contacts()).rooms == []
    assert (await ben.agree(room, carl))[0] == 404
    old = world.clock.now - 1
    assert (await ben.agree(room, anna))[0] == (await ben.agree(room, anna, at_ms=old))[0] == 200
    (kept,) = (await ben.contacts()).rooms
    assert kept == msgspec.convert(ben.entry(Op.GRANT, anna.uri, room=room), bytes), "the newest"
    elsewhere = f"mimi://{HOST}/r/{Person('x').id}"
    assert (await ben.agree(elsewhere, anna))[0] == 404


async def test_in_a_direct_room_nobody_speaks_once_it_has_ended(world: World) -> None:
    anna, ben = await join(world, "anna"), await join(world, "ben")
    await befriend(world.context.db, anna.uri, ben.uri)
    room = await anna.device.create(direct_with=ben.uri)
    await anna.device.invite(room, ben.device)
    await ben.device.say(room, b"one")
    assert (await ben.call("DELETE", f"contacts/{anna.id}"))[0] == 200
    for one in (anna, ben):
        await one.device.send(socket.Submit(secrets.token_bytes(16), room, one.device.sealed(room, b"x")))
        answer = await one.device.until_answer()
        assert isinstance(answer, socket.Refused) and answer.code is Code.NO_CONSENT
    await befriend(world.context.db, anna.uri, ben.uri)
    await anna.device.say(room, b"two")


async def test_consent_is_asked_for_again_where_the_commit_is_written(world: World, admin: tuple[Talker, str]) -> None:
    """Between the costly check and the writer somebody may say no."""
    anna, room = admin
    ben, carl = await join(world, "ben"), await join(world, "carl")
    await befriend(world.context.db, anna.uri, ben.uri)
    await anna.invite(room, carl)
    await carl.agree(room, anna)
    for other, no in ((ben, f"contacts/{anna.id}"), (carl, f"rooms/{id_of(room)}/invitation")):
        body = anna.device.body(anna.device.invitation(room, other.device))
        checked = await checked_commit(world, anna.device, room, body)
        assert (await other.call("DELETE", no))[0] == 200
        proposer = world.parts.proposer
        with pytest.raises(Refusal) as refused:
            await world.context.db.write(partial(commits.apply, proposer=proposer, checked=checked))
        assert refused.value.code is Code.NOT_FOUND
        anna.device.groups[room].clear_pending()
