# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A second device joins an account over a real hub; a hub in between, a no, a crash or a stranger gets nothing."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import aiohttp
import msgspec
import pytest

from privity.client.device_lists import fetch_list
from privity.client.engine import inputs
from privity.client.engine.account_keys import AccountKeys
from privity.client.engine.shown import Kind
from privity.client.errors import CommandRefused, HubUnreachable, LinkDeclined, LinkExpired, LinkRefused, StoreExists
from privity.client.linking import Pending
from privity.client.mailbox import open_mailbox, shown_code, typed_code
from privity.client.sdk import Device
from privity.client.store.database import Store
from privity.identity.device_list import DeviceList
from privity.identity.errors import BadAnswer, ForeignHost, WrongOpening
from privity.identity.linking import Opening
from privity.server.links.model import Link
from privity.wire.rest import AnswerLink, FinishLink, JudgeLink, LinkState, OpenLink
from tests.client.linked import heard, texts, world


async def test_a_second_device_joins_and_both_read_and_show_the_same(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        bob = await w.person("bob_b")
        direct, group = await w.ann.direct(bob.user_uri), await w.ann.create_group()
        await w.ann.invite(group, bob.user_uri)
        await w.ann.send(direct, "before")
        link = await w.link()
        offering = asyncio.create_task(w.ann.account.offered(link.code.upper().replace("-", " ")))
        check = await link.check()
        offered = await offering
        assert check == offered.check
        assert (link.user_uri, link.handle) == (w.ann.user_uri, "ann_a")
        new, _ = await asyncio.gather(link.accept(), offered.accept())
        assert new.client_uri == offered.client_uri
        assert sorted(each.client_uri for each in await bob.devices(w.ann.user_uri)) == sorted(
            [w.ann.client_uri, new.client_uri]
        )
        async with new:
            await new.caught_up()
            for room in (direct, group):
                await bob.send(room, "one")
                await w.ann.send(room, "two")
                await new.send(room, "three")
                for device in (w.ann, bob, new):
                    await heard(device, room, "three")
                assert texts(w.ann, room)[-3:] == texts(bob, room)[-3:] == texts(new, room) == ["one", "two", "three"]
            shown = [item for item in new.read(direct) if item.kind is Kind.MESSAGE]
            assert [item.mine for item in shown] == [False, True, True]
            assert await new.verify(bob.user_uri) == await bob.verify(w.ann.user_uri)
        again = Device.open(w.new_folder, "three")
        async with again:
            await again.caught_up()
            await again.send(group, "four")
            await heard(bob, group, "four")
        await bob.close()


async def test_a_device_that_waits_for_the_account_key_can_add_and_remove_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(AccountKeys, "look", lambda _: None)  # as where the hub withholds what devices send each other
    async with world(tmp_path) as w:
        link, offered = await w.both()
        new, _ = await asyncio.gather(link.accept(), offered.accept())
        async with new:
            await new.caught_up()
            third = await Device.link(w.folder / "third", "four", w.hub)
            with pytest.raises(CommandRefused, match="account key"):
                await new.account.offered(third.code)
            with pytest.raises(CommandRefused, match="account key"):
                await new.host.do(lambda n: inputs.ConfirmDevice(n, offered.client_uri, bytes(32)))
            with pytest.raises(CommandRefused, match="account key"):
                await new.account.remove_device(w.ann.client_uri)
            assert (await w.row(third.code)).state is LinkState.OFFERED
            await third.decline()
            assert len(await w.ann.devices()) == 2


async def test_a_removed_device_leaves_every_room_and_reads_nothing_new(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        bob = await w.person("bob_b")
        room = await w.ann.direct(bob.user_uri)
        link, offered = await w.both()
        new, _ = await asyncio.gather(link.accept(), offered.accept())
        async with new:
            await new.caught_up()
            await bob.send(room, "while it was there")
            await heard(new, room, "while it was there")
            for uri, why in ((w.ann.client_uri, "itself"), (bob.client_uri, "no device"), ("x", "no device")):
                with pytest.raises(CommandRefused, match=why):
                    await w.ann.account.remove_device(uri)
            await w.ann.account.remove_device(new.client_uri)
            await bob.send(room, "after it has gone")
            await heard(w.ann, room, "after it has gone")
            assert [each.client_uri for each in await w.ann.devices()] == [w.ann.client_uri]
            assert texts(new, room) == ["while it was there"]
            with pytest.raises(CommandRefused, match="itself"):
                await w.ann.account.remove_device(w.ann.client_uri)
        await bob.close()


# A no


@pytest.mark.parametrize("who", ["new", "old", "new before the answer"])
async def test_a_no_on_either_side_ends_it_for_both_and_nothing_is_kept(tmp_path: Path, who: str) -> None:
    async with world(tmp_path) as w:
        if who == "new before the answer":
            link = await w.link()
            await link.decline()
            with pytest.raises(LinkRefused):
                await w.ann.account.offered(link.code)
        else:
            link, offered = await w.both()
            other = asyncio.create_task(offered.accept() if who == "new" else link.accept())
            await (link.decline() if who == "new" else offered.decline())
            with pytest.raises(LinkDeclined):
                await other
        await link.close()
        await w.nothing_was_added()


async def test_the_new_devices_no_is_heard_even_after_the_old_ones_yes(tmp_path: Path) -> None:
    """The old device signs only once the new one has agreed, so a no is never too late by accident."""
    async with world(tmp_path) as w:
        link, offered = await w.both()
        signing = asyncio.create_task(offered.accept())
        await asyncio.sleep(0)
        await link.decline()
        with pytest.raises(LinkDeclined):
            await signing
        await w.nothing_was_added()


async def test_a_no_after_the_list_was_told_says_what_to_do(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        link, offered = await w.both()
        accepting = asyncio.create_task(link.accept())
        await w.until(link.code, LinkState.AGREED)
        accepting.cancel()
        await offered.accept()
        with pytest.raises(LinkRefused, match="remove it there"):
            await link.decline()
        assert not w.new_folder.exists()
        await w.ann.account.remove_device(offered.client_uri)
        await w.nothing_was_added()


# A hub in between


def bent_answer(change: Callable[[AnswerLink], AnswerLink]) -> Callable[[Link], Link]:
    def bend(link: Link) -> Link:
        assert link.answer is not None
        return replace(link, answer=change(link.answer))

    return bend


BENT = [
    ("nonce", bent_answer(lambda said: msgspec.structs.replace(said, nonce=bytes(32)))),
    ("handle", bent_answer(lambda said: msgspec.structs.replace(said, handle="eve_e"))),
    ("intake key", bent_answer(lambda said: msgspec.structs.replace(said, intake_key=bytes(32)))),
]


@pytest.mark.parametrize(("what", "bend"), BENT, ids=[row[0] for row in BENT])
async def test_an_answer_replaced_by_the_hub_makes_other_digits(
    tmp_path: Path, what: str, bend: Callable[[Link], Link]
) -> None:
    async with world(tmp_path) as w:
        link = await w.link()
        offering = asyncio.create_task(w.ann.account.offered(link.code))
        await w.rewrite(bend(await w.until(link.code, LinkState.ANSWERED)))
        check = await link.check()
        offered = await offering
        assert check != offered.check
        await asyncio.gather(link.decline(), offered.decline())
        await w.nothing_was_added()


async def test_a_list_of_another_account_shows_as_such_and_makes_other_digits(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        eve = await w.person("eve_e")
        theirs = (await fetch_list(eve.host, eve.user_uri)).encode()
        link = await w.link()
        offering = asyncio.create_task(w.ann.account.offered(link.code))
        swap = bent_answer(lambda said: msgspec.structs.replace(said, device_list=theirs))
        await w.rewrite(swap(await w.until(link.code, LinkState.ANSWERED)))
        check = await link.check()
        assert link.user_uri == eve.user_uri
        assert check != (await offering).check
        await link.decline()
        await w.nothing_was_added()
        await eve.close()


async def test_a_key_of_the_hub_in_the_place_of_the_new_devices_shows(tmp_path: Path) -> None:
    """Two links: the hub plays the new device towards Ann and Ann towards the new device. It had to commit first."""
    async with world(tmp_path) as w, aiohttp.ClientSession() as http:
        link = await w.link()
        thief = Opening.new(os.urandom(32), os.urandom)
        mailbox = await open_mailbox(http, w.hub, thief.commitment())
        offering = asyncio.create_task(w.ann.account.offered(mailbox.code))
        answered = await w.until(mailbox.code, LinkState.ANSWERED)
        honest = await w.row(link.code)
        await w.rewrite(
            replace(honest, state=LinkState.ANSWERED, user_uri=answered.user_uri, answer=answered.answer),
        )
        shown_new = await link.check()
        theirs = OpenLink(thief.key, thief.device_id, thief.nonce)
        await mailbox.say("opening", theirs)
        offered = await offering
        assert offered.check != shown_new
        await mailbox.say("verdict", JudgeLink(theirs, True))
        await offered.decline()
        await link.decline()
        await w.nothing_was_added()


async def test_an_opening_that_the_hub_exchanged_with_its_commitment_is_refused(tmp_path: Path) -> None:
    """Ann's device holds the commitment that it saw before it answered; what the hub says later does not count."""
    async with world(tmp_path) as w:
        link = await w.link()
        thief = Opening.new(os.urandom(32), os.urandom)
        offering = asyncio.create_task(w.ann.account.offered(link.code))
        answered = await w.until(link.code, LinkState.ANSWERED)
        theirs = OpenLink(thief.key, thief.device_id, thief.nonce)
        await w.rewrite(
            replace(answered, commitment=thief.commitment(), state=LinkState.OPENED, opening=theirs),
        )
        with pytest.raises(WrongOpening):
            await offering
        assert (await w.row(link.code)).state is LinkState.DECLINED
        with pytest.raises(LinkDeclined):
            await link.check()
        await w.nothing_was_added()


async def test_an_answer_that_cannot_be_one_is_refused_by_name_before_anything_is_opened(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        foreign = (await fetch_list(w.ann.host, w.ann.user_uri)).encode()
        for error, host, change in (
            (BadAnswer, "hub.example", {"handle": "No Handle"}),
            (BadAnswer, "hub.example", {"nonce": b""}),
            (ForeignHost, "other.example", {}),
        ):
            link = await w.link()
            link._save(msgspec.structs.replace(link._pending, host=host))
            said = AnswerLink(bytes(32), foreign, "ann_a", None)
            bent = msgspec.structs.replace(said, **change)
            await w.rewrite(replace(await w.row(link.code), state=LinkState.ANSWERED, answer=bent))
            with pytest.raises(error):
                await link.check()
            row = await w.row(link.code)
            assert (row.state, row.opening) == (LinkState.DECLINED, None)
            await w.nothing_was_added()


async def test_an_outcome_that_does_not_name_this_device_is_refused(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        link, _ = await w.both()
        accepting = asyncio.create_task(link.accept())
        agreed = await w.until(link.code, LinkState.AGREED)
        own = (await fetch_list(w.ann.host, w.ann.user_uri)).encode()
        await w.rewrite(replace(agreed, state=LinkState.LISTED, device_list=own))
        with pytest.raises(Exception, match="does not name") as caught:
            await accepting
        assert type(caught.value).__name__ == "KeyNotListed"
        await w.nothing_was_added()


# Strangers, and things that change


async def test_a_strangers_answer_is_shown_as_the_strangers(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        eve = await w.person("eve_e")
        link = await w.link()
        offering = asyncio.create_task(eve.account.offered(link.code))
        await link.check()
        await offering
        assert (link.user_uri, link.handle) == (eve.user_uri, "eve_e")
        with pytest.raises(LinkRefused, match="already"):
            await w.ann.account.offered(link.code)
        await link.decline()
        await w.nothing_was_added()
        await eve.close()


async def test_a_list_that_changed_after_the_check_ends_the_link(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        link, offered = await w.both()
        other = Opening.new(os.urandom(32), os.urandom)
        uri = w.ann.client_uri.rsplit("/", 1)[0] + "/" + other.device_id
        await w.ann.host.do(lambda n: inputs.ConfirmDevice(n, uri, other.key))
        accepting = asyncio.create_task(link.accept())
        with pytest.raises(LinkRefused, match="changed"):
            await offered.accept()
        with pytest.raises(LinkDeclined):
            await accepting
        assert offered.client_uri not in {each.client_uri for each in await w.ann.devices()}
        assert not w.new_folder.exists()


async def test_codes_that_are_none_are_refused_by_name(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        for bad in ("", "k3x7", "k3x7-m2q1", "../../../", "k3x7-m2qa5"):
            with pytest.raises(CommandRefused):
                await w.ann.account.offered(bad)
        with pytest.raises(LinkExpired):
            await w.ann.account.offered("aaaa-aaaa")


async def test_an_unreachable_hub_leaves_no_folder(tmp_path: Path, unused_tcp_port: int) -> None:
    with pytest.raises(HubUnreachable):
        await Device.link(tmp_path / "new", "three", f"http://127.0.0.1:{unused_tcp_port}")
    assert not (tmp_path / "new").exists()


# Crashes: `close` leaves the folder as a process that was killed does, since every step is saved before it is taken


async def test_a_link_goes_on_after_a_crash_with_the_same_code_and_digits(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        link = await w.link()
        await link.close()
        with pytest.raises(CommandRefused, match="link it to the end"):
            Device.open(w.new_folder, "three")
        again = await w.link()
        assert again.code == link.code
        offering = asyncio.create_task(w.ann.account.offered(again.code))
        check = await again.check()
        await again.close()
        third = await w.link()
        assert await third.check() == check == (await offering).check
        new, _ = await asyncio.gather(third.accept(), (await offering).accept())
        async with new:
            await new.caught_up()


async def test_an_answer_that_the_hub_exchanges_after_the_opening_is_never_looked_at(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        link, offered = await w.both()
        await link.close()
        await w.rewrite(
            bent_answer(lambda said: msgspec.structs.replace(said, nonce=b"x" * 32))(await w.row(link.code))
        )
        again = await w.link()
        assert await again.check() == offered.check
        await again.decline()


async def test_the_outcome_is_told_again_after_a_broken_connection_and_a_lost_link_is_said(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        link, offered = await w.both()
        accepting = asyncio.create_task(link.accept())
        await w.until(link.code, LinkState.AGREED)
        key = (await w.row(link.code)).opening
        assert key is not None
        signed = await w.ann.host.do(lambda n: inputs.ConfirmDevice(n, offered.client_uri, key.key))
        assert isinstance(signed, DeviceList)
        await w.ann.host.connected().close()
        await offered._tell(FinishLink(signed.encode()))
        async with await accepting as new:
            await new.caught_up()
        await w.forget(link.code)
        with pytest.raises(LinkRefused, match="was added but could not be told"):
            await offered._tell(FinishLink(signed.encode()))


@pytest.mark.parametrize("forgotten", [False, True], ids=["link still there", "link forgotten"])
async def test_a_crash_between_outcome_and_pinning_is_made_good(tmp_path: Path, forgotten: bool) -> None:
    async with world(tmp_path) as w:
        link, offered = await w.both()
        accepting = asyncio.create_task(link.accept())
        await w.until(link.code, LinkState.AGREED)
        accepting.cancel()
        await link.close()
        await offered.accept()
        if forgotten:
            await w.forget(link.code)
        again = await w.link()
        assert await again.check() == offered.check
        async with await again.accept() as new:
            await new.caught_up()
            assert new.client_uri == offered.client_uri
        with pytest.raises(StoreExists):
            await w.link()


async def test_a_link_that_ended_while_the_new_device_was_away_leaves_nothing(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        link, _ = await w.both()
        accepting = asyncio.create_task(link.accept())
        await w.until(link.code, LinkState.AGREED)
        accepting.cancel()
        await link.close()
        await w.forget(link.code)
        again = await w.link()
        with pytest.raises(LinkExpired):
            await again.accept()
        await w.nothing_was_added()


async def test_a_link_that_nobody_answered_is_begun_anew(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        link = await w.link()
        await link.close()
        await w.forget(link.code)
        again = await w.link()
        assert again.code != link.code
        await again.close()
        with pytest.raises(CommandRefused, match="holds a link with"):
            await Device.link(w.new_folder, "three", "http://127.0.0.1:1")
        third = await w.link()
        assert third.code == again.code
        await third.decline()


async def test_a_crash_before_the_first_line_was_saved_is_begun_anew(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        Store.create(w.new_folder, "three").close()
        link = await w.link()
        await link.decline()
        await w.nothing_was_added()


async def test_what_else_is_in_the_folder_stays(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        w.new_folder.mkdir()
        (w.new_folder / "letter").write_text("mine")
        link = await w.link()
        await link.decline()
        assert [path.name for path in w.new_folder.iterdir()] == ["letter"]


def test_a_link_under_way_shows_no_key() -> None:
    secret = os.urandom(32)
    opening = Opening.new(os.urandom(32), os.urandom)
    kept = Pending(
        "http://hub.example",
        "aaaaaaaa",
        secret,
        OpenLink(opening.key, opening.device_id, opening.nonce),
        "h",
        b"",
        b"",
        b"",
    )
    assert repr(kept) == "<Pending link offered>"
    assert repr(secret) not in repr([kept]) and secret.hex() not in str(kept)


def test_codes_are_read_as_people_type_them() -> None:
    assert typed_code(" K3X7 m2qa\n") == typed_code("k3x7-m2qa") == "k3x7m2qa"
    assert shown_code("k3x7m2qa") == "k3x7-m2qa"
