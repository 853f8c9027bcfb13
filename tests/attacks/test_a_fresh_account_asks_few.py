# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Attack: a new account asks whom it can find, and tries whatever might give it a new burst. Friends need not wait."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from privity.identity.consent import Op
from privity.server.config import HubConfig
from privity.server.contacts import fresh
from privity.server.db.database import Tx
from privity.server.limits import DAY, HOUR, LIMITS, MINUTE, fresh_ask
from tests.server.contacts.people import Somebody, join, rows
from tests.server.core.conftest import Clock
from tests.server.core.people import connect
from tests.server.keylog.hubs import ENOUGH, Hub, put, running
from tests.server.keylog.hubs import fresh as fresh_config

FIRST, WEEK = LIMITS["contact.ask_first_day"], LIMITS["contact.ask_first_week"]
TABLE = ENOUGH | {name: LIMITS[name] for name in ("contact.ask_first_day", "contact.ask_first_week")}


def house(checked: HubConfig, clock: Clock) -> AbstractAsyncContextManager[Hub]:
    """A hub with the real limits of first days, and with plenty of everything else."""
    return running(checked, clock=clock, table=TABLE)


@pytest.fixture
def checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> HubConfig:
    monkeypatch.setattr(fresh, "FEW_ACCOUNTS", 1)
    return fresh_config(tmp_path)


async def asks(one: Somebody, count: int, name: str = "nobody") -> list[int]:
    """Different people who are not there; what each ask was answered."""
    return [(await one.ask(f"{name}{number}"))[0] for number in range(count)]


async def refused(one: Somebody, target: str, limit: str = "contact.ask_first_day") -> int:
    """That it is refused by this limit; how long it says that takes."""
    status, answer = await one.ask(target)
    assert (status, answer["limit"]) == (429, limit)
    assert fresh.FREE in answer["message"]
    return int(answer["retry_after_ms"])


async def test_nothing_that_a_script_does_gives_a_new_burst(checked: HubConfig) -> None:
    clock = Clock()
    async with house(checked, clock) as hub:
        eve, bob = await join(hub, "eve"), await join(hub, "bob")
        assert await asks(eve, FIRST.burst) == [404] * FIRST.burst
        assert await refused(eve, "bob") == FIRST.refill_ms
        assert await refused(eve, "one.more") == FIRST.refill_ms, "alike for who is there and who is not"
        before = await rows(hub.context.db, "account")
        assert await bob.asked_by() == [] and len(await rows(hub.context.db, "contact_ask")) == FIRST.burst
        for number in range(FIRST.burst):
            await eve.done("DELETE", f"contacts/requests/nobody{number}")
        assert await refused(eve, "bob") == FIRST.refill_ms, "taking back gives none"
        stale = eve.entry(Op.REQUEST, "bob", at_ms=clock.now + DAY)
        status, answer = await eve.call("POST", "contacts/requests", {"entry": stale})
        assert (status, answer["limit"]) == (429, "contact.ask_first_day"), "its own clock counts for nothing"
        await eve.done("PUT", "profile", {"name": "Somebody else", "bio": "", "picture": None, "listed": True})
        await refused(eve, "bob")
        second = eve.person.new_device()
        assert (await put(eve.line, eve.person.next_list([eve.person.device, second]).encode()))[0] == 200
        status, answer = await Somebody(hub, eve.person, await connect(hub.http, second)).ask("bob", device=second)
        assert (status, answer["limit"]) == (429, "contact.ask_first_day")
        assert await rows(hub.context.db, "account") == before, "what was refused changed nothing"
    async with house(checked, clock) as hub:
        again = Somebody(hub, eve.person, await connect(hub.http, eve.person.device))
        assert await refused(again, "bob") <= FIRST.refill_ms, "nor does a restart"
        clock.now += FIRST.refill_ms
        assert (await again.ask("bob"))[0] == 200
        await refused(again, "carol")
        clock.now -= 2 * HOUR
        assert await refused(again, "carol") <= FIRST.refill_ms, "a clock that went back locks nobody out"


async def test_the_day_after_is_no_new_burst_and_after_a_week_it_is_over(checked: HubConfig) -> None:
    clock = Clock()
    async with house(checked, clock) as hub:
        eve = await join(hub, "eve")
        born = clock.now
        clock.now = born + DAY - 1
        assert await asks(eve, FIRST.burst) == [404] * FIRST.burst
        await refused(eve, "one.more")
        clock.now = born + DAY
        left = (WEEK.burst * WEEK.refill_ms - FIRST.burst * FIRST.refill_ms) // WEEK.refill_ms
        assert await asks(eve, left, "second") == [404] * left
        assert await refused(eve, "two.more", "contact.ask_first_week") <= WEEK.refill_ms
        clock.now = born + 7 * DAY
        assert set(await asks(eve, 2 * WEEK.burst, "later")) == {404}
        row = await hub.context.db.read(lambda query: query.one("SELECT MAX(asks_full_ms) FROM account"))
        assert row == (0,), "and the number is forgotten"


async def test_friends_are_not_held_up(checked: HubConfig) -> None:
    """Who asked first, who shares a conversation, who stands before one, and the same request again."""
    clock = Clock()
    async with house(checked, clock) as hub:
        new, friend, mate, other = [await join(hub, name) for name in ("new", "friend", "mate", "other")]
        await asks(new, FIRST.burst)
        await refused(new, "mate")
        assert (await new.ask("nobody0"))[0] == 404, "the same again is no new one"
        clock.now += 1000
        await friend.ask("new")
        assert await new.ask("friend") == (200, {"connected": True})
        await other.ask("new")
        assert await new.grant(other) == (200, {"connected": True})

        def share(tx: Tx) -> None:
            tx.execute(
                "INSERT INTO room (id, room_uri, suite, epoch, epoch_seq, last_seq, last_ts_ms)"
                " VALUES (1, 'r', 1, 0, 0, 0, 0)"
            )
            for one in (new, mate):
                tx.execute("INSERT INTO participation (room_id, user_uri, from_ms) VALUES (1, ?, 1)", (one.uri,))

        await hub.context.db.write(share)
        assert (await new.ask("mate"))[0] == 200
        await mate.meet(new)
        await refused(new, "somebody")


async def test_who_was_invited_and_who_comes_to_a_small_hub(
    checked: HubConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    async with house(checked, clock) as hub:
        invited, small = await join(hub, "invited"), await join(hub, "small")
        await hub.context.db.write(
            lambda tx: tx.execute("INSERT INTO invite VALUES (?, 0, 0, ?)", (bytes(32), invited.uri))
        )
        assert set(await asks(invited, FIRST.burst + 5)) == {404}
        monkeypatch.setattr(fresh, "FEW_ACCOUNTS", 3)
        assert set(await asks(small, FIRST.burst + 5)) == {404}
        monkeypatch.setattr(fresh, "FEW_ACCOUNTS", 2)
        assert set(await asks(small, FIRST.burst, "more")) == {404}
        await refused(small, "last")


def test_the_ages_and_their_limits() -> None:
    assert [fresh_ask(age) for age in (-5, 0, DAY - 1, DAY, 7 * DAY - 1, 7 * DAY)] == [
        "contact.ask_first_day", "contact.ask_first_day", "contact.ask_first_day",
        "contact.ask_first_week", "contact.ask_first_week", None,
    ]  # fmt: skip
    usual = LIMITS["contact.ask"]
    assert FIRST.burst < WEEK.burst < usual.burst and FIRST.refill_ms > WEEK.refill_ms > usual.refill_ms
    assert all(one.refill_ms % MINUTE == 0 for one in (FIRST, WEEK)), "its sentence says minutes"
