# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Who may begin with whom, as pages see it: asking, meeting, guardians, invitations, and who is frozen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from privity.client.engine import inputs
from privity.faces.app.port.asked import (
    Begin,
    Begun,
    ConversationList,
    Conversations,
    CreateGroup,
    Done,
    Invite,
    Invited,
    LookAt,
    React,
    Search,
)
from privity.faces.app.port.contacts import (
    AcceptContact,
    AgeSet,
    AnswerHeld,
    AnswerInvitation,
    AskContact,
    CodeMade,
    CodeOf,
    ContactAsked,
    DeclineContact,
    EndContact,
    EndGuardianship,
    LookCode,
    MakeCode,
    PutProfile,
    SetAge,
    SetFrozen,
    SetWardAge,
    TakeBackAsk,
    UseCode,
    Vouch,
)
from privity.faces.app.port.happened import ConversationChanged
from privity.faces.app.port.shown import EntryKind
from privity.server.invitations import service as consents
from privity.wire.age import AgeBand
from privity.wire.contacts import Purpose
from tests.client.town import run
from tests.faces.app.scenes import Scene, befriend, contacts_until, made, problem, scene, words

DAY_MS = 86_400_000


async def done(at: Scene, request: Any) -> None:
    answer = await at.page.ask(request)
    assert isinstance(answer, Done), answer


def test_two_people_ask_accept_and_end(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(tmp_path) as at:
            assert await problem(at.page, Begin(account="ann", user_uri=at.bob)) == "NotAContact"
            await done(at, PutProfile(account="ann", name="Bob", bio="<b>hello</b>", picture=None, listed=True))
            assert await at.page.ask(AskContact(account="ann", target="bob.x")) == ContactAsked(connected=False)
            (asked,) = (await contacts_until(at.page, "ann", lambda found: bool(found.asked))).asked
            assert asked.target in ("bob.x", at.bob)
            (wish,) = (await contacts_until(at.page, "bob", lambda found: bool(found.requests))).requests
            assert (wish.card.handle, wish.card.name, wish.card.bio) == ("ann.x", "Bob", "<b>hello</b>")
            assert wish.mutual == 0
            assert not (await at.page.ask(LookAt(account="bob", user_uri=at.ann))).person.contact
            await done(at, AcceptContact(account="bob", user_uri=at.ann))
            for account, other in (("ann", at.bob), ("bob", at.ann)):
                (contact,) = (await contacts_until(at.page, account, lambda found: bool(found.contacts))).contacts
                assert (contact.person.user_uri, contact.how, contact.person.contact) == (other, "asked", True)
            assert isinstance(await at.page.ask(Begin(account="ann", user_uri=at.bob)), Begun)
            await done(at, EndContact(account="bob", user_uri=at.ann))
            await contacts_until(at.page, "bob", lambda found: not found.contacts)

    run(story())


def test_an_ask_is_declined_or_taken_back_and_nobody_is_told(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(tmp_path) as at:
            for target in ("bob.x", "nobody.at.all"):
                assert await at.page.ask(AskContact(account="ann", target=target)) == ContactAsked(connected=False)
            await contacts_until(at.page, "bob", lambda found: bool(found.requests))
            await done(at, DeclineContact(account="bob", user_uri=at.ann))
            await contacts_until(at.page, "bob", lambda found: not found.requests)
            found = await contacts_until(at.page, "ann", lambda found: len(found.asked) == 2)
            assert found.contacts == ()
            await done(at, TakeBackAsk(account="ann", target="nobody.at.all"))
            await contacts_until(at.page, "ann", lambda found: len(found.asked) == 1)
            assert await problem(at.page, AcceptContact(account="ann", user_uri=at.ann)) == "CommandRefused"
            assert await problem(at.page, AskContact(account="ann", target="not a handle")) == "BadHandle"

    run(story())


def test_minors_become_contacts_when_both_ask_and_nobody_sees_a_request(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(tmp_path) as at:
            await made(at.door, at.page, at.town, "kim", age=AgeBand.MINOR, listed=False)
            await made(at.door, at.page, at.town, "lee", age=AgeBand.UNKNOWN, listed=True)
            assert await at.page.ask(AskContact(account="kim", target="lee.x")) == ContactAsked(connected=False)
            assert (await contacts_until(at.page, "lee", lambda found: True)).requests == ()
            assert await at.page.ask(AskContact(account="ann", target="kim.x")) == ContactAsked(connected=False)
            assert await at.page.ask(AskContact(account="lee", target="kim.x")) == ContactAsked(connected=True)
            for account in ("kim", "lee"):
                found = await contacts_until(at.page, account, lambda found: bool(found.contacts))
                assert len(found.contacts) == 1
                assert found.requests == ()

    run(story())


def test_a_code_is_looked_at_and_used_once(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(tmp_path) as at:
            code = await at.page.ask(MakeCode(account="ann", purpose=Purpose.CONTACT))
            assert isinstance(code, CodeMade)
            found = await at.page.ask(LookCode(account="bob", code=code.code))
            assert found == CodeOf(user_uri=at.ann, handle="ann.x", purpose=Purpose.CONTACT)
            use = UseCode(account="bob", code=code.code, purpose=Purpose.CONTACT)
            wrong = UseCode(account="bob", code=code.code, purpose=Purpose.GUARDIAN)
            assert await problem(at.page, wrong) == "CommandRefused"
            await done(at, use)
            for account in ("ann", "bob"):
                (contact,) = (await contacts_until(at.page, account, lambda found: bool(found.contacts))).contacts
                assert contact.how == "met"
            assert await problem(at.page, use) == "NotFound"
            assert await problem(at.page, LookCode(account="bob", code="what")) == "BadCode"

    run(story())


def test_a_guardian_agrees_to_who_asks_and_sets_the_day(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(tmp_path) as at:
            kim = await made(at.door, at.page, at.town, "kim", age=AgeBand.UNKNOWN, listed=False)
            code = await at.page.ask(MakeCode(account="ann", purpose=Purpose.GUARDIAN))
            await done(at, UseCode(account="kim", code=code.code, purpose=Purpose.GUARDIAN))
            (guardian,) = (await contacts_until(at.page, "kim", lambda found: bool(found.guardians))).guardians
            assert (guardian.user_uri, guardian.pending) == (at.ann, False)
            (ward,) = (await contacts_until(at.page, "ann", lambda found: bool(found.wards))).wards
            assert (ward.user_uri, ward.handle, ward.age.band, ward.asks) == (kim, "kim.x", AgeBand.MINOR, ())

            assert await at.page.ask(AskContact(account="bob", target="kim.x")) == ContactAsked(connected=False)
            found = await contacts_until(at.page, "ann", lambda found: bool(found.wards and found.wards[0].asks))
            (ask,) = found.wards[0].asks
            assert (ask.card.user_uri, ask.guardian) == (at.bob, False)
            assert (await contacts_until(at.page, "kim", lambda found: True)).requests == ()
            await done(at, Vouch(account="ann", ward_uri=kim, user_uri=at.bob, agree=True))
            (wish,) = (await contacts_until(at.page, "kim", lambda found: bool(found.requests))).requests
            await done(at, AcceptContact(account="kim", user_uri=wish.card.user_uri))
            (contact,) = (await contacts_until(at.page, "kim", lambda found: bool(found.contacts))).contacts
            assert contact.how == "vouched"
            assert not (await contacts_until(at.page, "ann", lambda found: True)).contacts

            adult = SetAge(account="kim", band=AgeBand.ADULT)
            answer = await at.page.ask(adult)
            assert isinstance(answer, AgeSet)
            assert (answer.age.band, answer.age.review) == (AgeBand.MINOR, True)
            await contacts_until(at.page, "ann", lambda found: found.wards[0].age.review)
            day = at.door.house.opened("ann").host.now_ms() + 400 * DAY_MS
            await done(at, SetWardAge(account="ann", ward_uri=kim, band=AgeBand.MINOR, adult_from_ms=day))
            await contacts_until(at.page, "kim", lambda found: found.age.adult_from_ms == day)
            never = SetWardAge(account="ann", ward_uri=kim, band=AgeBand.MINOR, adult_from_ms=1 << 50)
            assert await problem(at.page, never) == "Malformed"
            await done(at, SetWardAge(account="ann", ward_uri=kim, band=AgeBand.ADULT))
            grown = await contacts_until(at.page, "kim", lambda found: found.age.band is AgeBand.ADULT)
            assert grown.guardians == ()
            assert (await contacts_until(at.page, "ann", lambda found: not found.wards)).requests == ()
            assert await at.page.ask(AskContact(account="bob", target="kim.x")) == ContactAsked(connected=True)

            code = await at.page.ask(MakeCode(account="ann", purpose=Purpose.GUARDIAN))
            await done(at, UseCode(account="kim", code=code.code, purpose=Purpose.GUARDIAN))
            await contacts_until(at.page, "kim", lambda found: found.age.band is AgeBand.MINOR)
            await contacts_until(at.page, "ann", lambda found: bool(found.wards))
            await done(at, EndGuardianship(account="ann", ward_uri=kim))
            left = await contacts_until(at.page, "kim", lambda found: not found.guardians)
            assert left.age.band is AgeBand.MINOR

    run(story())


def test_a_stranger_is_invited_to_a_group_and_comes_in_after_a_yes(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(tmp_path) as at:
            cat = await made(at.door, at.page, at.town, "cat")
            await befriend(at.page, "ann", "cat")
            room = (await at.page.ask(CreateGroup(account="ann", name="Tea"))).room_uri
            assert await at.page.ask(Invite(account="ann", room_uri=room, user_uri=cat)) == Invited(added=True)
            assert await at.page.ask(Invite(account="ann", room_uri=room, user_uri=at.bob)) == Invited(added=False)
            (invitation,) = (await contacts_until(at.page, "bob", lambda found: bool(found.invitations))).invitations
            assert (invitation.room_uri, invitation.card.handle, invitation.people) == (room, "ann.x", 2)
            assert invitation.contacts == ()
            rows = await at.page.ask(Conversations(account="bob"))
            assert isinstance(rows, ConversationList)
            assert rows.conversations == ()
            await done(at, AnswerInvitation(account="bob", room_uri=room, accept=True))
            await at.page.until(
                lambda e: isinstance(e, ConversationChanged) and (e.account, e.conversation.title) == ("bob", "Tea")
            )
            held = AnswerHeld(account="bob", room_uri=room, stay=True)
            assert await problem(at.page, held) == "CommandRefused"

    run(story())


def test_nothing_of_somebody_frozen_is_shown_until_they_are_not(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(tmp_path) as at:
            room = await at.direct()
            before = await at.say("ann", room, "canary before")
            own = await at.say("bob", room, "mine")
            await at.shown("bob", before)
            await done(at, SetFrozen(account="bob", user_uri=at.ann, frozen=True))
            assert (await at.page.ask(LookAt(account="bob", user_uri=at.ann))).person.frozen
            after = await at.say("ann", room, "canary while frozen", in_reply_to=before)
            await at.page.ask(React(account="ann", room_uri=room, message_id=own, emoji="👍"))
            answered = await at.say("bob", room, "answer", in_reply_to=before)
            hidden = await at.shown("bob", after)
            assert (hidden.kind, hidden.files, hidden.quote) == (EntryKind.HIDDEN, (), None)
            entries = (await at.entries("bob", room)).entries
            assert not [each for each in entries if "canary" in words(each)]
            assert [each.kind for each in entries if each.sender == at.ann] == [EntryKind.HIDDEN] * 2
            assert not [each for each in entries if each.reactions]
            (quote,) = [each.quote for each in entries if each.message_id == answered]
            assert quote.text == ""
            (row,) = (await at.page.ask(Conversations(account="bob"))).conversations
            assert (row.frozen, row.unread, "canary" in row.preview) == (True, 0, False)
            assert (await at.page.ask(Search(account="bob", text="canary"))).hits == ()
            rows = (await at.page.ask(Conversations(account="ann"))).conversations
            assert [(each.frozen, each.attention) for each in rows] == [(False, "")], "they are not told"

            await done(at, SetFrozen(account="bob", user_uri=at.ann, frozen=False))
            entries = (await at.entries("bob", room)).entries
            assert len([each for each in entries if "canary" in words(each)]) == 2
            assert [each for each in entries if each.reactions]
            (row,) = (await at.page.ask(Conversations(account="bob"))).conversations
            assert (row.frozen, row.unread) == (False, 2)
            assert await problem(at.page, SetFrozen(account="bob", user_uri=at.bob, frozen=True)) == "CommandRefused"

    run(story())


@pytest.mark.parametrize("stay", [True, False])
def test_where_a_hub_lets_a_stranger_add_somebody_they_stay_outside_and_choose(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stay: bool
) -> None:
    async def story() -> None:
        async with scene(tmp_path) as at:
            room = (await at.page.ask(CreateGroup(account="ann", name="canary"))).room_uri
            monkeypatch.setattr(consents, "check_addition", lambda *_: None)
            ann = at.door.house.opened("ann")
            await ann.do(ann.host.do(lambda n: inputs.Invite(n, room, at.bob)))
            await at.say("ann", room, "canary")
            (held,) = (await contacts_until(at.page, "bob", lambda found: bool(found.held))).held
            assert (held.room_uri, held.added_by, held.contacts) == (room, at.ann, ())
            assert set(held.people) >= {at.ann}
            assert (await at.page.ask(Conversations(account="bob"))).conversations == ()
            assert not [e for e in at.page.events if getattr(e, "account", "") == "bob" and "canary" in str(e)]
            await done(at, AnswerHeld(account="bob", room_uri=room, stay=stay))
            assert (await contacts_until(at.page, "bob", lambda found: not found.held)).requests == ()
            if stay:
                await at.page.until(
                    lambda e: isinstance(e, ConversationChanged) and e.account == "bob" and e.conversation.member
                )
            else:
                assert (await at.page.ask(Conversations(account="bob"))).conversations == ()

    run(story())
