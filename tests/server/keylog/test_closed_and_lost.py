# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What was erased is not what was lost: nobody asks for a closed account, and nobody revives it."""

from __future__ import annotations

from pathlib import Path

import pytest

from privity.server.limits import CLOSED_LISTS_KEPT_MS
from privity.wire.errors import Code
from tests.server.core.conftest import Clock
from tests.server.core.people import Person, connect
from tests.server.core.test_deletion import close, settled, tombstones
from tests.server.keylog.bringing import bring, bring_own, everything, label_of, lose, lost_count, published, refused
from tests.server.keylog.hubs import Hub, fresh, look_up, running
from tests.server.keylog.losing import keeping, lost_after, take_back
from tests.server.keylog.test_resets import exists


@pytest.mark.parametrize("erased", [False, True], ids=["its lists are still kept", "its lists are erased"])
async def test_while_something_else_is_lost_nobody_revives_a_closed_account(tmp_path: Path, erased: bool) -> None:
    async with running(fresh(tmp_path)) as hub:
        await hub.begun()
        alice, _ = await hub.join("alice")
        _, line = await hub.join("bobby")
        carol = await hub.register("carol")
        made = await close(hub, alice)
        lists = await published(hub, label_of(alice))
        if erased:
            hub.clock.now += CLOSED_LISTS_KEPT_MS
            await settled(hub)
        await lose(hub, carol)
        assert await lost_count(hub) == 1
        before = await everything(hub)
        status, answer = await look_up(line, label_of(alice))
        assert (status, answer.get("code")) == ((410, "account_closed") if erased else (200, None))
        for values in ([made.encode()], lists, lists[:1]):
            answered = await bring(line, label_of(alice), values)
            if erased:
                refused(answered, Code.CONFLICT, "never published")
            else:
                assert answered == (200, {"taken": 0})
        for values in (lists, lists[:1]):
            answered = await bring_own(hub, alice.device, "alice", values)
            if erased:
                refused(answered, Code.CONFLICT, "never published")
            else:
                assert answered[0] in (200, 403)
        assert await everything(hub) == before and not await exists(hub, alice.device)


async def test_an_old_copy_of_the_database_does_not_bring_a_closed_account_back(tmp_path: Path) -> None:
    """It has the account again; its next list is lost, and whoever has seen that ends the account anew."""
    checked, clock = fresh(tmp_path), Clock()
    people: list[Person] = []
    last: list[bytes] = []

    async def before(hub: Hub) -> None:
        people.extend([await hub.register("alice"), await hub.register("bobby")])

    async def after(hub: Hub) -> None:
        last.append((await close(hub, people[0])).encode())

    async with keeping() as keeper:
        await lost_after(checked, keeper, clock, after, before)
        assert (await take_back(checked, [keeper.at()], clock)).lost == 1
        async with running(checked, clock=clock, witnesses=[keeper.at()], quorum=1) as hub:
            alice, bobby = people
            line = await connect(hub.http, bobby.device)
            assert (await look_up(line, label_of(alice)))[1]["code"] == "keys_lost"
            assert await exists(hub, alice.device)
            assert await bring(line, label_of(alice), last) == (200, {"taken": 1})
            assert not await exists(hub, alice.device) and len(await tombstones(hub)) == 1
            assert (await look_up(line, label_of(alice)))[0] == 200, "and everybody sees it proven again"
            hub.clock.now += CLOSED_LISTS_KEPT_MS
            await settled(hub)
            assert (await look_up(line, label_of(alice)))[1]["code"] == "account_closed"
