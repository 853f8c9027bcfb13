# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Warnings, what is covered, and how somebody is known, as pages see them."""

from __future__ import annotations

from pathlib import Path

from privity.client.engine.inputs import Tick
from privity.client.engine.shown import ChoicesChanged as Chosen
from privity.faces.app.port.asked import Delete, Done, Sent
from privity.faces.app.port.contacts import AgeSet, SetAge, SetFrozen
from privity.faces.app.port.happened import ChoicesChanged, ConversationChanged
from privity.faces.app.port.shown import EntryState
from privity.faces.app.port.strangers import (
    Acquaintance,
    HoldsShown,
    HoldsWhere,
    HowKnown,
    Protection,
    ProtectionShown,
    PutWarningAway,
    SetProtection,
    Warnings,
    WarningShown,
    WarningsShown,
)
from privity.wire.age import AgeBand
from tests.client.town import run
from tests.faces.app.scenes import Scene, contacts_until, problem, scene

THREAT = "I will send the video to all your friends if you don't pay"
CODE = "can you send me the verification code?"


async def warned(at: Scene, room_uri: str, account: str = "bob") -> tuple[WarningShown, ...]:
    found = await at.page.ask(Warnings(account=account, room_uri=room_uri))
    assert isinstance(found, WarningsShown), found
    return found.warnings


async def known(at: Scene, account: str, user_uri: str) -> list[str]:
    found = await at.page.ask(HowKnown(account=account, user_uri=user_uri))
    assert isinstance(found, Acquaintance), found
    return [line.text for line in found.lines]


def test_a_warning_stands_until_it_is_put_away_or_the_message_is_gone(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(tmp_path) as at:
            room_uri = await at.direct()
            await at.shown("bob", await at.say("ann", room_uri, "hello"))
            assert await warned(at, room_uri) == ()
            code = await at.shown("bob", await at.say("ann", room_uri, CODE))
            threat = await at.shown("bob", await at.say("ann", room_uri, THREAT))
            worst, other = await warned(at, room_uri)
            assert (worst.script, worst.seq, worst.user_uri) == ("extortion", threat.seq, at.ann)
            assert (other.script, other.seq, other.reason) == ("code", code.seq, "fraud")
            assert "Do not pay" in worst.help[0].text and not any(each.by_server for each in worst.help)
            assert any(each.url == "https://stopncii.org" for each in worst.help)
            assert await warned(at, room_uri, "ann") == (), "who wrote it is warned of nothing"
            assert await problem(at.page, PutWarningAway(account="bob", user_uri=at.ann, script="x")) == "Malformed"
            assert len(await warned(at, room_uri)) == 2
            put = PutWarningAway(account="bob", user_uri=at.ann, script="extortion")
            assert isinstance(await at.page.ask(put), Done)
            assert await warned(at, room_uri) == (other,)
            deleted = await at.page.ask(Delete(account="ann", room_uri=room_uri, message_id=code.message_id))
            assert isinstance(deleted, Sent)
            await at.shown("bob", code.message_id, EntryState.DELETED)
            assert await warned(at, room_uri) == ()

    run(story())


def test_warnings_are_off_where_the_person_says_so_and_while_somebody_is_frozen_or_known(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(tmp_path) as at:
            room_uri = await at.direct()
            await at.shown("bob", await at.say("ann", room_uri, THREAT))
            assert len(await warned(at, room_uri)) == 1
            for frozen in (True, False):
                assert isinstance(await at.page.ask(SetFrozen(account="bob", user_uri=at.ann, frozen=frozen)), Done)
                found = await at.page.ask(Warnings(account="bob", room_uri=room_uri))
                assert isinstance(found, WarningsShown), found
                assert (len(found.warnings), bool(found.frozen_help)) == (int(not frozen), frozen), "help stays"
            for warns in (False, True):
                assert isinstance(await at.page.ask(SetProtection(account="bob", warns=warns, covers_all=False)), Done)
                assert len(await warned(at, room_uri)) == int(warns)
            bob = at.door.house.opened("bob").device
            await bob.checked.check(at.ann, await bob.verify(at.ann))
            assert await warned(at, room_uri) == (), "they compared the number"
            assert await problem(at.page, Warnings(account="bob", room_uri=room_uri[:-1])) == "NotThere"

    run(story())


def test_who_counts_as_a_minor_is_warned_of_more_and_has_pictures_covered_until_they_choose(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(tmp_path) as at:
            room_uri = await at.direct()
            await at.shown("bob", await at.say("ann", room_uri, "add me on snapchat"))
            assert await warned(at, room_uri) == ()
            assert await at.page.ask(Protection(account="bob")) == ProtectionShown(warns=True, covers_all=False)
            assert isinstance(await at.page.ask(SetAge(account="bob", band=AgeBand.MINOR)), AgeSet)
            found = await contacts_until(at.page, "bob", lambda found: found.age.band is AgeBand.MINOR)
            assert found.covers_all
            assert [each.script for each in await warned(at, room_uri)] == ["moving"]
            assert isinstance(await at.page.ask(SetProtection(account="bob", warns=True, covers_all=False)), Done)
            await contacts_until(at.page, "bob", lambda found: not found.covers_all)
            for account in ("ann", "bob"):
                chosen = await at.page.ask(Protection(account=account))
                assert chosen == ProtectionShown(warns=True, covers_all=False)

    run(story())


def test_the_card_says_who_asked_first_and_who_is_in_between(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(tmp_path) as at:
            assert "Your device knows no handle of theirs." in await known(at, "bob", at.ann)
            await at.direct()
            of_ann, of_bob = await known(at, "bob", at.ann), await known(at, "ann", at.bob)
            assert "They asked for you first." in of_ann and "You asked for them first." in of_bob
            assert any("nothing shows who they are" in line for line in of_ann)
            assert "Your device knows no handle of theirs." not in of_ann
            bob = at.door.house.opened("bob").device
            await bob.checked.check(at.ann, await bob.verify(at.ann))
            assert any("You compared the safety number" in line for line in await known(at, "bob", at.ann))
            group = await bob.create_group()
            await bob.invite(group, at.ann)
            assert any(line.startswith("You are in 1 group (") for line in await known(at, "bob", at.ann))
            assert await problem(at.page, HowKnown(account="bob", user_uri=at.bob)) == "CommandRefused"

    run(story())


def test_what_was_chosen_on_another_device_is_told_to_the_page(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(tmp_path) as at:
            room_uri = await at.direct()
            device = at.door.house.opened("bob").device
            held = await at.page.ask(HoldsWhere(account="bob"))
            assert held == HoldsShown(text="It holds on this device, the only one that you have.")
            device.preferences.set_frozen(at.ann, True)
            device.host.engine.device.show(Chosen((at.ann,)))
            device.host.step(Tick())
            told = await at.page.until(lambda e: isinstance(e, ChoicesChanged))
            assert told == ChoicesChanged(account="bob")
            await at.page.until(
                lambda e: (
                    isinstance(e, ConversationChanged)
                    and e.account == "bob"
                    and (e.conversation.room_uri, e.conversation.frozen) == (room_uri, True)
                )
            )

    run(story())
