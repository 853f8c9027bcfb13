# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Accounts are opened, locked, linked and brought back by a page; nobody gets around a lock or at what is another's."""

from __future__ import annotations

from pathlib import Path

import pytest

from privity.faces.app import house
from privity.faces.app.port.asked import ConversationList, Conversations, CreateGroup, Done, FullText, SendText
from privity.faces.app.port.asked import Page as PageOf
from privity.faces.app.port.devices import AnswerOffer, Devices, OfferDevice, RemoveDevice
from privity.faces.app.port.happened import (
    AccountChanged,
    AccountGone,
    EntryChanged,
    LinkCheck,
    LinkEnded,
    Told,
)
from privity.faces.app.port.opening import Accounts, AnswerLink, BeginLink, Create, LockNow, Overview, Restore, Unlock
from privity.faces.app.port.shown import Lock
from tests.client.town import run, town
from tests.faces.app.pages import PASSPHRASE, daemon, page
from tests.faces.app.scenes import problem, scene


def test_a_further_device_is_linked_in_the_same_home_and_removed(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(tmp_path) as at:
            await at.direct()
            link = BeginLink(account="ann-2", hub=at.town.url, passphrase=PASSPHRASE)
            assert await problem(at.page, AnswerLink(account="ann", same=True)) == "NothingToAnswer"
            assert await problem(at.page, AnswerOffer(account="ann", same=True)) == "NothingToAnswer"
            code = (await at.page.ask(link)).code
            offered = await at.page.ask(OfferDevice(account="ann", code=code))
            check = await at.page.until(lambda e: isinstance(e, LinkCheck))
            assert (check.check, check.handle) == (offered.check, "ann.x")
            assert isinstance(await at.page.ask(AnswerLink(account="ann-2", same=True)), Done)
            assert isinstance(await at.page.ask(AnswerOffer(account="ann", same=True)), Done)
            await at.page.until(
                lambda e: isinstance(e, AccountChanged) and e.account.account == "ann-2" and e.account.connected
            )
            devices = (await at.page.ask(Devices(account="ann"))).devices
            assert [each.this for each in devices].count(True) == 1
            (new,) = [each.client_uri for each in devices if not each.this]
            remove = RemoveDevice(account="ann", client_uri=new)
            assert isinstance(await at.page.ask(remove), Done)
            assert len((await at.page.ask(Devices(account="ann"))).devices) == 1
            await at.page.until(lambda e: isinstance(e, Told) and e.account == "ann" and "taken off" in e.text)

    run(story())


def test_a_link_that_was_interrupted_goes_on_with_the_same_code(tmp_path: Path) -> None:
    async def story() -> None:
        async with town(tmp_path / "hub") as hub, daemon(tmp_path) as door, page(door) as opened:
            link = BeginLink(account="new", hub=hub.url, passphrase=PASSPHRASE)
            code = (await opened.ask(link)).code
            await opened.ask(LockNow())
            assert await problem(opened, Unlock(account="new", passphrase=PASSPHRASE)) == "CommandRefused"
            (shown,) = (await opened.ask(Overview())).accounts
            assert (shown.account, shown.lock) == ("new", Lock.UNFINISHED)
            assert shown.problem
            assert (await opened.ask(link)).code == code

    run(story())


def test_digits_that_differ_add_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(tmp_path) as at:
            code = (await at.page.ask(BeginLink(account="new", hub=at.town.url, passphrase=PASSPHRASE))).code
            await at.page.ask(OfferDevice(account="ann", code=code))
            await at.page.until(lambda e: isinstance(e, LinkCheck))
            await at.page.ask(AnswerOffer(account="ann", same=False))
            await at.page.ask(AnswerLink(account="new", same=False))
            await at.page.until(lambda e: isinstance(e, LinkEnded) and e.account == "new")
            await at.page.until(lambda e: isinstance(e, AccountGone) and e.account == "new")
            assert {each.account for each in (await at.page.ask(Overview())).accounts} == {"ann", "bob"}
            assert not (tmp_path / "home" / "accounts" / "new").exists()

    run(story())


def test_an_account_comes_back_with_its_phrase(tmp_path: Path) -> None:
    async def story() -> None:
        async with town(tmp_path / "hub") as hub, daemon(tmp_path) as door, page(door) as opened:
            create = Create(account="ann", hub=hub.url, handle="ann.x", passphrase=PASSPHRASE)
            phrase = (await opened.ask(create)).phrase
            wrong = Restore(
                account="again",
                hub=hub.url,
                handle="ann.x",
                passphrase=PASSPHRASE,
                phrase="abandon " * 11 + "about",
            )
            assert await problem(opened, wrong) == "WrongPhrase"
            right = Restore(account="again", hub=hub.url, handle="ann.x", passphrase=PASSPHRASE, phrase=phrase)
            assert isinstance(await opened.ask(right), Done)
            await opened.until(
                lambda e: isinstance(e, AccountChanged) and e.account.account == "again" and e.account.connected
            )

    run(story())


def test_wrong_passphrases_have_to_wait_whatever_the_way_in(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(tmp_path) as at:
            await at.page.ask(LockNow())
            unlock = Unlock(account="ann", passphrase="wrong")
            create = Create(account="ann", hub=at.town.url, handle="ann.x", passphrase="wrong")
            link = BeginLink(account="ann", hub=at.town.url, passphrase="wrong")
            bad = Restore(account="ann", hub="no address", handle="ann.x", passphrase="wrong", phrase="no phrase")
            named = [await problem(at.page, request) for request in (unlock, create, bad)]
            assert named == ["WrongPassphrase"] * 3
            for request in (unlock, create, link, bad, Unlock(account="ann", passphrase=PASSPHRASE)):
                assert await problem(at.page, request) == "TooSoon"
            (ann, bob) = (await at.page.ask(Overview())).accounts
            assert ann.wait_s > 0
            assert bob.wait_s == 0
            assert ann.handle == "" and ann.user_uri == ""  # while it is locked nothing of it is known
        async with daemon(tmp_path) as door, page(door) as again:
            assert await problem(again, Unlock(account="ann", passphrase=PASSPHRASE)) == "TooSoon"

    run(story())


def test_what_names_nothing_or_somebody_else_is_refused(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(tmp_path) as at:
            room = (await at.page.ask(CreateGroup(account="ann"))).room_uri
            for account, name in (("../ann", "BadName"), ("nobody", "NoAccount"), ("", "BadName")):
                assert await problem(at.page, Conversations(account=account)) == name
                if account:
                    assert await problem(at.page, LockNow(account=account)) == name
            assert await problem(at.page, PageOf(account="bob", room_uri=room)) == "NotThere"  # ann's, not bob's
            assert await problem(at.page, PageOf(account="bob", room_uri="../../ann")) == "NotThere"
            assert await problem(at.page, PageOf(account="ann", room_uri=room, before=-1)) == "Malformed"
            assert await problem(at.page, FullText(account="ann", room_uri=room, seq=10**9)) == "NotThere"
            again = Create(account="ann", hub=at.town.url, handle="ann.x", passphrase=PASSPHRASE)
            assert await problem(at.page, again) == "AccountOpen"
            empty = Create(account="new", hub=at.town.url, handle="new.x", passphrase="")
            assert await problem(at.page, empty) == "CommandRefused"
            taken = Create(account="new", hub=at.town.url, handle="ann.x", passphrase=PASSPHRASE)
            assert await problem(at.page, taken) == "HandleTaken"
            plain = Create(account="new", hub="http://hub.example", handle="new.x", passphrase=PASSPHRASE)
            assert await problem(at.page, plain) == "PlaintextRefused"
            assert await problem(at.page, SendText(account="ann", room_uri=room, text=" \n", token="t")) == (
                "CommandRefused"
            )
            long = SendText(account="ann", room_uri=room, text="x" * 100_000, token="t")
            assert await problem(at.page, long) == "UsageError"
            soon = SendText(account="ann", room_uri=room, text="x", token="t", expires_s=0)
            assert await problem(at.page, soon) == "Malformed"
            assert isinstance(await at.page.ask(Overview()), Accounts)

    run(story())


def test_a_sleep_of_the_machine_and_an_idle_time_lock_everything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story() -> None:
        async with scene(tmp_path) as at:
            vigil = at.door.house._vigil
            vigil.slept_s = lambda: 3600.0
            for name in ("ann", "bob"):
                await at.page.until(
                    lambda e, name=name: (
                        isinstance(e, AccountChanged)  # type: ignore[misc]  # a default in a lambda
                        and (e.account.account, e.account.lock) == (name, Lock.LOCKED)
                    )
                )
            assert await problem(at.page, Conversations(account="ann")) == "AccountLocked"
            await at.page.ask(Unlock(account="ann", passphrase=PASSPHRASE))
            now = [0.0]
            vigil.now_s, vigil.idle_s = lambda: now[0], 100.0
            vigil.touch()
            now[0] = 99.0
            assert isinstance(await at.page.ask(Conversations(account="ann")), ConversationList)  # by itself: no doing
            now[0] = 101.0
            at.page.events.clear()
            await at.page.until(lambda e: isinstance(e, AccountChanged) and e.account.lock is Lock.LOCKED)

    monkeypatch.setattr(house, "WATCH_S", 0.01)
    run(story())


def test_an_opening_that_is_locked_meanwhile_leaves_nothing_open(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(tmp_path) as at:
            await at.page.ask(LockNow(account="ann"))
            opening = at.page.begin(Unlock(account="ann", passphrase=PASSPHRASE))
            await at.page.until(lambda e: isinstance(e, AccountChanged) and e.account.lock is Lock.OPENING)
            await at.page.ask(LockNow(account="ann"))
            first = await opening
            assert isinstance(first, Done) or first.name == "AccountLocked"
            again = await at.page.ask(Unlock(account="ann", passphrase=PASSPHRASE))
            assert isinstance(again, Done), again

    run(story())


def test_a_second_page_sees_the_same_and_a_locked_account_tells_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(tmp_path) as at, page(at.door) as other:
            room = await at.direct()
            sent = await at.say("ann", room, "both see it")
            await other.until(
                lambda e: isinstance(e, EntryChanged) and (e.account, e.entry.message_id) == ("bob", sent)
            )
            await other.ask(LockNow(account="bob"))
            locked = await at.page.until(
                lambda e: isinstance(e, AccountChanged) and e.account.lock is Lock.LOCKED and e.account.account == "bob"
            )
            assert locked.account.unread == 0
            before = len(other.events)
            await at.say("ann", room, "bob is locked")
            assert not [e for e in other.events[before:] if getattr(e, "account", "") == "bob"]

    run(story())
