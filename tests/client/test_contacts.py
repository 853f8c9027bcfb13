# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Contacts of devices on a real hub: asking, meeting, inviting, guardians, ages, profiles."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from privity.client.contacts import How
from privity.client.engine.shown import ContactsChanged, Notice
from privity.client.errors import CommandRefused, NotAContact
from privity.client.profiles import MAX_KEPT_BYTES, Profiles
from privity.client.sdk import Device
from privity.identity.consent import CODE_BYTES, shown_code
from privity.identity.errors import BadCode, BadHandle
from privity.wire.age import AgeBand
from privity.wire.contacts import Profile
from privity.wire.errors import Code, Refusal
from tests.client.town import LIMIT_S, Town, befriend, handle_of, shown, town


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Town]:
    async with town(tmp_path) as made:
        yield made


async def until(device: Device, happened: Callable[[], bool]) -> None:
    """Return once this is so: looked at whenever the device shows something."""
    queue = device.host.follow()
    try:
        async with asyncio.timeout(LIMIT_S):
            while not happened():
                await queue.get()
    finally:
        device.host.unfollow(queue)


def who(device: Device) -> list[tuple[str, str]]:
    return [(each.user_uri, each.how) for each in device.contacts.people()]


async def test_an_adult_who_is_listed_is_asked_and_says_yes(place: Town) -> None:
    ann, bob = await place.person("ann_a"), await place.person("bob_b")
    assert not await ann.contacts.ask("Bob_B")
    assert [each.target for each in ann.contacts.asked()] == ["bob_b"]
    await until(bob, lambda: bool(bob.contacts.requests()))
    (wish,) = bob.contacts.requests()
    assert (wish.user_uri, wish.handle, wish.mutual) == (ann.user_uri, "ann_a", 0)
    with pytest.raises(NotAContact, match="privity contacts ask"):
        await bob.direct(ann.user_uri)
    assert await bob.contacts.accept(ann.user_uri)
    assert bob.contacts.is_contact(ann.user_uri) and bob.contacts.requests() == []
    await until(ann, lambda: ann.contacts.is_contact(bob.user_uri))
    assert who(ann) == [(bob.user_uri, "asked")] and ann.contacts.asked() == []
    assert ann.names.handle(bob.user_uri) == "bob_b"
    room = await ann.direct(bob.user_uri)
    assert (await shown(bob, room, await ann.send(room, "hello"))).text == "hello"


async def test_nobody_hears_whether_there_is_such_a_person(place: Town) -> None:
    """A minor who does not ask, somebody who said no, and nobody at all are one."""
    ann, bob = await place.person("ann_a"), await place.person("bob_b")
    kid = await place.person("kid_k", AgeBand.MINOR)
    for target in ("kid_k", "nobody_at_all", "bob_b"):
        assert not await ann.contacts.ask(target)
    await until(bob, lambda: bool(bob.contacts.requests()))
    await bob.contacts.decline(ann.user_uri)
    await kid.contacts.refresh()
    assert kid.contacts.requests() == [] and bob.contacts.requests() == []
    assert {each.target for each in ann.contacts.asked()} == {"kid_k", "nobody_at_all", "bob_b"}
    await ann.contacts.withdraw("nobody_at_all")
    assert {each.target for each in ann.contacts.asked()} == {"kid_k", "bob_b"}
    for wrong in ("", "a b", "ann_a"):
        with pytest.raises((BadHandle, CommandRefused)):
            await ann.contacts.ask(wrong)


async def test_two_minors_who_type_each_others_handles_are_contacts(place: Town) -> None:
    kid, pal = await place.person("kid_k", AgeBand.MINOR), await place.person("pal_p", AgeBand.UNKNOWN)
    await befriend(kid, pal)
    assert who(kid) == [(pal.user_uri, "asked")]
    room = await kid.direct(pal.user_uri)
    await shown(pal, room, await kid.send(room, "hello"))


async def test_who_met_are_contacts_by_a_code_that_counts_once(place: Town) -> None:
    ann, kid = await place.person("ann_a"), await place.person("kid_k", AgeBand.MINOR)
    code = await kid.contacts.make_code()
    found = await ann.contacts.look_code(code.upper().replace("-", " "))
    assert (found.user_uri, found.handle) == (kid.user_uri, "kid_k")
    assert await ann.contacts.use_code(code) == kid.user_uri
    await until(ann, lambda: ann.contacts.is_contact(kid.user_uri))
    await until(kid, lambda: kid.contacts.is_contact(ann.user_uri))
    assert who(ann) == [(kid.user_uri, "met")] and who(kid) == [(ann.user_uri, "met")]
    with pytest.raises(Refusal) as caught:
        await ann.contacts.use_code(code)
    assert caught.value.code is Code.NOT_FOUND
    for wrong in ("", "k3x7", "k3x7-m2qa-b4cd-e5f1"):
        with pytest.raises(BadCode):
            await ann.contacts.look_code(wrong)
    with pytest.raises(CommandRefused, match="for a contact"):
        await ann.guarding.use_code(await kid.contacts.make_code())


async def test_an_ended_contact_begins_only_with_new_words(place: Town) -> None:
    ann, bob, room = await place.pair()
    await ann.contacts.end(bob.user_uri)
    assert not ann.contacts.is_contact(bob.user_uri)
    await bob.contacts.refresh()
    assert not bob.contacts.is_contact(ann.user_uri)
    assert await bob.invite(await bob.create_group(), ann.user_uri) is How.INVITED, "she is asked"
    assert await ann.direct(bob.user_uri) == room, "what was begun is still there"
    await befriend(bob, ann)
    await shown(ann, room, await bob.send(room, "again"))


async def test_a_stranger_is_invited_and_comes_once_they_agree(place: Town) -> None:
    ann, bob, _ = await place.pair()
    carol = await place.person("carol_c")
    await befriend(bob, carol)
    room = await ann.create_group()
    assert await ann.invite(room, bob.user_uri) is How.ADDED
    assert await ann.invite(room, carol.user_uri) is How.INVITED
    await until(carol, lambda: bool(carol.contacts.invitations()))
    (invitation,) = carol.contacts.invitations()
    assert (invitation.room_uri, invitation.profile.handle) == (room, "alice_a")
    assert (invitation.people, invitation.contacts) == (2, (bob.user_uri,))
    assert room not in carol.rooms()
    await carol.contacts.accept_invitation(room)
    await until(carol, lambda: room in carol.rooms())
    await shown(carol, room, await bob.send(room, "welcome"))
    assert carol.contacts.invitations() == [] and not carol.contacts.is_contact(ann.user_uri)
    with pytest.raises(CommandRefused, match="nobody invites"):
        await carol.contacts.accept_invitation(room)


async def test_an_invitation_that_is_declined_is_gone(place: Town) -> None:
    ann, carol = await place.person("ann_a"), await place.person("carol_c")
    room = await ann.create_group()
    assert await ann.invite(room, carol.user_uri) is How.INVITED
    await until(carol, lambda: bool(carol.contacts.invitations()))
    await carol.contacts.decline_invitation(room)
    assert carol.contacts.invitations() == []
    kid = await place.person("kid_k", AgeBand.MINOR)
    with pytest.raises(NotAContact, match="cannot be invited"):
        await ann.invite(room, kid.user_uri)


async def test_a_guardian_sees_who_asks_and_a_ward_only_after_their_yes(place: Town) -> None:
    parent, kid = await place.person("parent_p"), await place.person("kid_k", AgeBand.UNKNOWN)
    ann, bob = await place.person("ann_a"), await place.person("bob_b")
    assert await kid.guarding.use_code(await parent.guarding.make_code()) == parent.user_uri
    await until(parent, lambda: bool(parent.guarding.wards()))
    await kid.contacts.refresh()
    assert [each.user_uri for each in kid.guarding.guardians()] == [parent.user_uri]
    assert kid.contacts.age.band is AgeBand.MINOR
    for asker in (ann, bob):
        assert not await asker.contacts.ask("kid_k")
    await until(parent, lambda: len(parent.guarding.wards()[0].asks) == 2)
    await kid.contacts.refresh()
    assert kid.contacts.requests() == []
    with pytest.raises(CommandRefused, match="asks for nothing"):
        await parent.guarding.vouch(kid.user_uri, parent.user_uri)
    await parent.guarding.vouch(kid.user_uri, ann.user_uri)
    await parent.guarding.refuse(kid.user_uri, bob.user_uri)
    await until(kid, lambda: bool(kid.contacts.requests()))
    assert [each.user_uri for each in kid.contacts.requests()] == [ann.user_uri]
    assert await kid.contacts.accept(ann.user_uri)
    assert who(kid) == [(ann.user_uri, "vouched")]
    await until(ann, lambda: ann.contacts.is_contact(kid.user_uri))


async def test_ageing_out_ends_the_guardianship(place: Town) -> None:
    parent, kid = await place.person("parent_p"), await place.person("kid_k", AgeBand.MINOR)
    await kid.guarding.use_code(await parent.guarding.make_code())
    await until(parent, lambda: bool(parent.guarding.wards()))
    told = await kid.contacts.set_age(AgeBand.ADULT)
    assert told.band is AgeBand.MINOR and told.review
    queue = kid.host.follow()
    await parent.guarding.set_age(kid.user_uri, AgeBand.ADULT)
    assert parent.guarding.wards() == []
    await kid.contacts.refresh()
    assert kid.contacts.age.band is AgeBand.ADULT and kid.guarding.guardians() == []
    seen = [queue.get_nowait() for _ in range(queue.qsize())]
    assert any(isinstance(each, Notice) and "an adult's from now on" in each.text for each in seen)
    assert any(isinstance(each, ContactsChanged) for each in seen)


async def test_a_guardian_lets_go(place: Town) -> None:
    parent, kid = await place.person("parent_p"), await place.person("kid_k", AgeBand.MINOR)
    await kid.guarding.use_code(await parent.guarding.make_code())
    await until(parent, lambda: bool(parent.guarding.wards()))
    await parent.guarding.end(kid.user_uri)
    assert parent.guarding.wards() == []
    await kid.contacts.refresh()
    assert kid.guarding.guardians() == [] and kid.contacts.age.band is AgeBand.MINOR


async def test_profiles_are_kept_where_they_were_seen(place: Town) -> None:
    ann, bob, _ = await place.pair()
    picture = b"\x89PNG\r\n\x1a\n" + bytes(100)
    await bob.profiles.put("Bob", "likes tea", picture, listed=False)
    own = await bob.profiles.own()
    assert (own.name, own.bio, own.picture, own.listed) == ("Bob", "likes tea", picture, False)
    seen = await ann.profiles.of(bob.user_uri)
    assert (seen.name, seen.handle, seen.picture) == ("Bob", "bob_b", picture)
    await bob.profiles.put("Bobby", "", None, listed=True)
    assert (await ann.profiles.of(bob.user_uri)).name == "Bob", "within the hour it is not asked for again"
    stranger = await place.person("stranger_s")
    kid = await place.person("kid_k", AgeBand.MINOR)
    with pytest.raises(Refusal) as caught:
        await stranger.profiles.of(kid.user_uri)
    assert caught.value.code is Code.NOT_FOUND
    assert ann.profiles.kept(bob.user_uri) == seen and ann.profiles.kept(kid.user_uri) is None


async def test_profiles_take_no_more_room_than_they_may(place: Town) -> None:
    ann = await place.person("ann_a")
    profiles = Profiles(ann.host)
    for number in range(24):
        profiles._keep(Profile(f"mimi://hub.example/u/{number}", "h", "n", "", bytes(1_000_000), 0))
    profiles._keep(Profile("mimi://hub.example/u/huge", "h", "n", "", bytes(2_000_000), 0))
    kept = [number for number in range(24) if profiles.kept(f"mimi://hub.example/u/{number}") is not None]
    assert 10 <= len(kept) <= MAX_KEPT_BYTES // 1_000_000 and profiles.kept("mimi://hub.example/u/huge") is None


async def test_a_blocked_contact_is_none(place: Town) -> None:
    ann, bob, _ = await place.pair()
    await ann.block(bob.user_uri)
    assert not ann.contacts.is_contact(bob.user_uri)
    await ann.block(bob.user_uri, False)
    await ann.contacts.refresh()
    assert not ann.contacts.is_contact(bob.user_uri), "they ask anew"


async def test_codes_are_kept_before_they_are_shown_and_never_said(place: Town) -> None:
    ann = await place.person("ann_a")
    await ann.contacts.make_code()
    assert handle_of(ann) == "ann_a" and shown_code(bytes(CODE_BYTES)) == "aaaa-aaaa-aaaa-aaaa"
