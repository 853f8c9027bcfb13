# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Promises 1 and 5 attacked: whoever has all that the hub notes for rules tries to find who writes with whom.

A town talks in direct rooms and groups; then the tables are read as a thief of the database reads them.
"""

from __future__ import annotations

import random
from itertools import combinations

from privity.server.observing import service
from privity.wire.observed import ObservedKind
from tests import stores
from tests.server.observing.asking import ask, block, grant
from tests.server.rooms.conftest import world
from tests.server.rooms.world import World

__all__ = ["world"]
SAID = b"the word that nobody may find"


async def test_whoever_has_every_observation_cannot_tell_who_writes_with_whom(world: World) -> None:
    """Two worlds of the same people in which others talk with each other leave the same rows, but for their numbers."""
    people = [await world.join(name) for name in ("anna", "ben", "mona", "zoe")]
    pairs = list(combinations(range(4), 2))
    chosen = random.Random(5)
    rooms = {pair: await people[pair[0]].create(people[pair[1]].user_uri) for pair in pairs}
    for (one, other), room in rooms.items():
        await people[one].invite(room, people[other])
    await world.context.db.write(lambda tx: tx.execute("DELETE FROM observed"))
    told = []
    for matching in ([(0, 1), (2, 3)], [(0, 2), (1, 3)], [(0, 3), (1, 2)]):
        for pair in matching:
            for speaker in chosen.sample(pair, 2):
                await people[speaker].say(rooms[pair], SAID)
        await service.flush(world.context, everything=True)
        rows = stores.look(world.context.config, lambda reader: reader.all("SELECT * FROM observed ORDER BY account"))
        told.append([row[1:] for row in rows])
        await world.context.db.write(lambda tx: tx.execute("DELETE FROM observed"))
    assert len(told[0]) == 4
    assert told[0] == told[1] == told[2], "who talked with whom makes no difference to any column"


async def test_no_row_holds_words_rooms_addresses_of_the_net_or_another_person_than_it_is_about(world: World) -> None:
    anna, ben, mona = [await world.join(name) for name in ("anna", "ben", "mona")]
    zoe = await world.join("zoe", stranger=True)
    room, direct = await anna.create(), await anna.create(ben.user_uri)
    await anna.invite(room, ben, mona)
    for where in (room, direct):
        await anna.say(where, SAID)
    await ask(zoe, anna)
    await grant(anna, zoe)
    await block(mona, zoe)
    await service.flush(world.context, everything=True)
    rows = stores.look(
        world.context.config, lambda reader: reader.all("SELECT kind, account, other, room, network FROM observed")
    )
    between = {kind: (account, other) for kind, account, other, _, _ in rows if other}
    assert between == {
        ObservedKind.ASKED: (zoe.user_uri, anna.user_uri),
        ObservedKind.ACCEPTED: (anna.user_uri, zoe.user_uri),
        ObservedKind.BLOCKED: (mona.user_uri, zoe.user_uri),
    }
    text = repr(rows)
    for hidden in (SAID.decode(), room, direct, "127.0.0.1", "::1", anna.keys.client_uri):
        assert hidden not in text
    assert {kind for kind, _, _, where, _ in rows if where} == set(), "a room stands beside a knock alone"
