# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Handles are pinned as the hub first told them; a hub that lies about them later, or about two, changes nothing."""

from __future__ import annotations

import json
from collections.abc import Awaitable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import pytest

from privity.client.engine.records import MemoryView
from privity.client.errors import HandleMoved, HubUnreachable
from privity.client.host import Host
from privity.client.names import Names
from privity.identity.errors import BadHandle, BadUri
from privity.wire.errors import Code, Refusal

OWN, BOB, EVE, FAR = (
    f"mimi://{host}/u/{letter * 25}a" for host, letter in (("h.x", "o"), ("h.x", "b"), ("h.x", "e"), ("far.x", "f"))
)


@dataclass
class Hub:
    """What a hub says of handles, and what it was asked."""

    told: dict[str, str] = field(default_factory=dict)
    found: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    failure: Exception | None = None

    async def request(self, method: str, path: str, body: bytes, content_type: str) -> bytes:
        self.asked.append(path)
        if self.failure is not None:
            raise self.failure
        kind, name = path.removeprefix("/v1/").split("/")[:2]
        values, key = (self.told, "handle") if kind == "users" else (self.found, "user_uri")
        if name not in values:
            raise Refusal(Code.NOT_FOUND, "not here")
        return json.dumps({key: values[name]}).encode()


def names_on(hub: Hub, store: MemoryView) -> Names:
    own = SimpleNamespace(user_uri=OWN, handle="own.a", hub_host="h.x")
    engine: Any = SimpleNamespace(device=SimpleNamespace(own=own))
    return Names(cast(Host, SimpleNamespace(store=store, engine=engine, connected=lambda: hub)))


def last(uri: str) -> str:
    return uri.rsplit("/", 1)[-1]


async def raises(kind: type[Exception], work: Awaitable[object]) -> str:
    with pytest.raises(kind) as caught:
        await work
    return str(caught.value)


async def test_each_person_is_asked_for_once_and_kept() -> None:
    hub, store = Hub(told={last(BOB): "bob.c"}), MemoryView()
    names = names_on(hub, store)
    await names.learn([OWN, BOB, BOB])
    await names.learn([BOB])
    assert (names.handle(BOB), names.handle(OWN), len(hub.asked)) == ("bob.c", "own.a", 1)
    hub.told[last(BOB)] = "mallory"
    again = names_on(hub, store)
    await again.learn([BOB])
    assert (again.handle(BOB), len(hub.asked)) == ("bob.c", 1)
    assert await again.differs(BOB) == "mallory"
    assert again.handle(BOB) == "bob.c"
    hub.told[last(BOB)] = "\x1b[2J"
    assert await again.differs(BOB) == "by nothing that is a handle"
    hub.told[last(BOB)] = "bob.c"
    assert await again.differs(BOB) is None
    hub.failure = Refusal(Code.TOO_MANY, "slowly")
    assert await again.differs(BOB) is None


@pytest.mark.parametrize("told", ["", "a\x1b[2Jb", "Bob", "ｂｏｂ", "a" * 33, "..b"])
async def test_what_is_no_handle_is_not_taken(told: str) -> None:
    hub = Hub(told={last(BOB): told, last(EVE): "eve.e"})
    names = names_on(hub, MemoryView())
    await names.learn([BOB, EVE])
    assert (names.handle(BOB), names.handle(EVE)) == (None, "eve.e")


async def test_people_of_another_host_are_not_asked_for_here() -> None:
    hub = Hub(told={last(FAR): "bob.c"})
    names = names_on(hub, MemoryView())
    await names.learn([FAR])
    assert (names.handle(FAR), hub.asked) == (None, [])


@pytest.mark.parametrize(
    "failure", [HubUnreachable("gone"), Refusal(Code.TOO_MANY, "slowly"), Refusal(Code.NOT_FOUND, "an older hub")]
)
async def test_a_hub_that_does_not_say_leaves_people_unknown_until_later(failure: Exception) -> None:
    hub = Hub(told={last(BOB): "bob.c"}, failure=failure)
    names = names_on(hub, MemoryView())
    await names.learn([BOB, EVE])
    assert names.handle(BOB) is None
    assert len(hub.asked) == (2 if isinstance(failure, Refusal) and failure.code is Code.NOT_FOUND else 1)
    hub.failure = None
    await names.learn([BOB])
    assert names.handle(BOB) == "bob.c"


async def test_a_handle_that_is_given_to_somebody_else_is_refused() -> None:
    hub, store = Hub(told={last(BOB): "bob.c"}, found={"bob.c": BOB}), MemoryView()
    names = names_on(hub, store)
    assert await names.find(" @Bob.C ") == BOB
    hub.found["bob.c"] = EVE
    for again in (names, names_on(hub, store)):
        said = await raises(HandleMoved, again.find("bob.c"))
        assert BOB in said and EVE in said
        assert again.handle(EVE) is None
    hub.found = {"own.a": EVE}
    assert OWN in await raises(HandleMoved, names.find("own.a"))


async def test_a_person_under_a_second_handle_is_refused() -> None:
    hub = Hub(told={last(EVE): "eve.e"}, found={"bob.c": EVE})
    names = names_on(hub, MemoryView())
    await names.learn([EVE])
    assert "eve.e" in await raises(HandleMoved, names.find("bob.c"))
    assert names.handle(EVE) == "eve.e"


async def test_one_handle_told_of_two_names_both() -> None:
    hub = Hub(told={last(BOB): "bob.c", last(EVE): "bob.c"}, found={"bob.c": EVE})
    names = names_on(hub, MemoryView())
    await names.learn([BOB, EVE])
    assert names.bearers("bob.c") == [BOB, EVE]
    await raises(HandleMoved, names.find("bob.c"))


async def test_nonsense_is_neither_asked_nor_believed() -> None:
    hub = Hub(found={"bob.c": "mimi://h.x/u/short"})
    names = names_on(hub, MemoryView())
    await raises(BadHandle, names.find("../bob"))
    assert hub.asked == []
    await raises(BadUri, names.find("bob.c"))
