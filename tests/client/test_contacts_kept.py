# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a device keeps of contacts: in its store, from an older one, in a backup, in an export."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from privity.client.backup import contents
from privity.client.contacts import HeldRoom, people
from privity.client.engine import contact_inputs
from privity.client.engine import inputs as i
from privity.client.engine.contact_book import BEGUN_KEY, MAX_OF_ROOM, OWN_SCOPE, Known
from privity.client.engine.contact_codes import MADE_SCOPE, MAX_KEPT, keep_made
from privity.client.engine.contact_signing import sign
from privity.client.engine.records import Table
from privity.client.errors import CommandRefused
from privity.client.sdk import Device
from privity.identity.consent import CODE_BYTES, Op
from privity.identity.uris import new_room_uri
from privity.message.report import Reason
from privity.wire.contacts import Contacts, Purpose
from tests.client.fake_hub import HOST, Phone, World
from tests.client.linked import PHRASE, heard, world
from tests.client.linked import World as Linked
from tests.server.befriending import befriend


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Linked]:
    async with world(tmp_path) as made:
        yield made


def known(phone: Phone, user_uri: str) -> Known:
    found = phone.engine.device.contacts.known(user_uri)
    assert found is not None
    return found


def test_a_store_from_before_there_were_contacts_has_those_of_its_direct_conversations() -> None:
    town = World()
    anna, ben, carol = town.person(), town.person(), town.person()
    anna.direct(ben)
    anna.invite(anna.create_group(), carol)
    for change in [each for each in anna.view.rows if each[0] is Table.CONTACT]:
        del anna.view.rows[change]
    anna.disconnect()
    anna.engine = anna.make_engine()
    book = anna.engine.device.contacts
    assert [(each.user_uri, each.how) for each in people(book)] == [(ben.user, "before")]
    anna.connect()
    assert anna.view.get(Table.CONTACT, OWN_SCOPE, BEGUN_KEY) == b""
    anna.do(lambda n: i.Block(n, ben.user))
    assert people(book) == [], "one who ended it is not taken for one again"
    anna.restart()
    assert people(anna.engine.device.contacts) == []


def test_contacts_are_there_without_the_hub_and_after_a_crash() -> None:
    town = World()
    town.befriending = False
    anna, ben = town.person(), town.person()
    own = sign(anna.engine.device, Op.REQUEST, ben.user)
    theirs = sign(ben.engine.device, Op.REQUEST, anna.user)
    told = town.hub.contacts(anna)
    pair = msgspec.structs.replace(told.contacts[0], own=[own], theirs=[theirs])
    answer = msgspec.structs.replace(told, contacts=[pair])
    town.hub.contacts = lambda phone: answer if phone is anna else told_nothing(told)
    anna.do(contact_inputs.RefreshContacts)
    before = known(anna, ben.user)
    anna.crash()
    anna.engine = anna.make_engine()
    assert known(anna, ben.user) == before and anna.engine.device.contacts.is_contact(ben.user)
    assert [each.how for each in people(anna.engine.device.contacts)] == ["asked"]


def told_nothing(told: Contacts) -> Contacts:
    return msgspec.structs.replace(told, contacts=[])


def test_codes_and_words_about_rooms_take_no_more_room_than_they_may() -> None:
    town = World()
    anna, ben = town.person(), town.person()
    device = anna.engine.device
    codes = [town.random.randbytes(CODE_BYTES) for _ in range(MAX_KEPT + 5)]
    for code in codes:
        keep_made(device, code, Purpose.CONTACT)
        device.now_ms += 1
    assert len(device.batch.scan(Table.CONTACT, MADE_SCOPE)) == MAX_KEPT
    assert "KeptCode" not in repr(codes) and all(code.hex() not in repr(device.batch) for code in codes)
    room = new_room_uri(HOST, town.random.randbytes)
    for _ in range(MAX_OF_ROOM + 5):
        device.contacts.note_room(room, [sign(device, Op.GRANT, ben.user, room_uri=room)])
        device.now_ms += 1
    assert len(device.contacts.about(room)) == MAX_OF_ROOM
    device.contacts.left_room(room)
    assert device.contacts.about(room) == [] and not device.contacts.agreed_to(room)
    again = sign(device, Op.GRANT, ben.user, room_uri=room)
    device.contacts.note_room(room, [again])
    assert device.contacts.invited_by(room, ben.user)
    device.now_ms += 31 * 86_400_000
    assert not device.contacts.invited_by(room, ben.user) and device.contacts.agreed_to(room)


async def test_a_contact_that_ended_stays_ended_on_a_device_that_read_the_backup(town: Linked) -> None:
    bob = await town.person("bob_b")
    ann = town.ann
    await ann.contacts.end(bob.user_uri)
    ended = ann.host.engine.device.contacts.known(bob.user_uri)
    assert ended is not None and ended.own_after > 0
    path = await ann.backups.make(town.folder / "b")
    await ann.close()
    async with await Device.recovered(town.new_folder, "four", town.hub, handle="ann_a", phrase=PHRASE) as new:
        await new.caught_up()
        assert new.host.engine.device.contacts.known(bob.user_uri) is None
        await new.backups.restore(path, PHRASE)
        back = new.host.engine.device.contacts.known(bob.user_uri)
        assert back is not None and (back.own_after, back.theirs_after) == (ended.own_after, ended.theirs_after)
        assert not new.contacts.is_contact(bob.user_uri)
    await bob.close()


async def test_a_backup_makes_nobody_a_contact(town: Linked) -> None:
    """Who is said to be one from before is one only where the hub says so too, and not after an end."""
    plain = Known(listed=True)
    assert plain.ended_with(True, -1, -1).before and not plain.ended_with(False, -1, -1).before
    ended = Known(listed=True, own_after=5, theirs_after=7)
    assert ended.ended_with(True, 3, 9) == Known(listed=True, own_after=5, theirs_after=9)
    assert not Known().ended_with(True, -1, -1).listed
    person = contents.Person("mimi://hub.example/u/x", b"", b"", "", b"")
    assert (person.before, person.own_after, person.theirs_after) == (False, -1, -1), "a backup of today's readers"
    assert contents.decode(contents.encode(person)) == person


async def test_an_export_names_the_contacts(town: Linked) -> None:
    bob = await town.person("bob_b")
    folder = await town.ann.exports.export(town.folder / "e")
    index = json.loads((folder / "index.json").read_text())
    (since,) = [each.since_ms for each in town.ann.contacts.people()]
    assert index["contacts"] == [{"user_uri": bob.user_uri, "name": "bob_b", "since_ms": since, "how": "asked"}]
    await bob.close()


async def test_a_new_device_asks_about_conversations_from_before_there_were_contacts(town: Linked) -> None:
    """Nobody signed anything for them, so that it has only the hub's word."""
    bob = await town.person("bob_b", friend=False)
    ann = town.ann
    await befriend(town.context.db, ann.user_uri, bob.user_uri)
    before = Known(before=True, listed=True).encode()
    ann.host.store.save({(Table.CONTACT, "", bob.user_uri.encode()): before})
    bob.host.store.save({(Table.CONTACT, "", ann.user_uri.encode()): before})
    room, other = await ann.direct(bob.user_uri), await ann.create_group()
    await ann.send(room, "hello")
    await heard(bob, room, "hello")
    link, offered = await town.both()
    yes = asyncio.create_task(offered.accept())
    async with await link.accept() as new:
        await yes
        await new.caught_up()
        assert new.rooms().keys() == {other} and room not in new.left_rooms()
        assert new.contacts.held() == [HeldRoom(room, "", (bob.user_uri,), ())]
        with pytest.raises(CommandRefused, match="does not wait"):
            await new.contacts.leave_held(other, Reason.SPAM)
        assert new.contacts.held() == [HeldRoom(room, "", (bob.user_uri,), ())]
        await new.contacts.accept_held(room)
        await bob.send(room, "to both")
        await heard(new, room, "to both")
        assert new.contacts.held() == [] and room in new.rooms()
    await bob.close()
