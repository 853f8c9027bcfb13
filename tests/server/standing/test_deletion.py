# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Deleting an account against which something stands: what goes, what stays, for how long, and what it stops."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from privity.identity.device_list import DeviceList
from privity.mls.crypto import generate_signature_key
from privity.mls.suites import suite
from privity.server.limits import CLOSED_HANDLE_KEPT_MS
from privity.server.standing.model import BAN_KEPT_MS
from privity.wire.staff import Verb
from tests.server.contacts.people import rows
from tests.server.core.people import Person
from tests.server.core.test_deletion import close, settled, traces
from tests.server.keylog.hubs import Hub, fresh, running
from tests.server.rooms.world import World
from tests.server.staff.deciding import DAY_MS, Desk, statement

STAFF = generate_signature_key(suite(1), lambda count: bytes(range(count)))


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    async with running(replace(fresh(tmp_path), staff_public_key=STAFF[1])) as made:
        await made.begun()
        yield made


def desk_of(hub: Hub) -> Desk:
    return Desk(World(hub.context, hub.parts, hub.clock, hub.http, STAFF[0]))  # type: ignore[arg-type]  # both tell time


async def begin_again(hub: Hub, person: Person, *, handle: str, phrase: bool) -> Any:
    """A new account by the same person: with the old recovery phrase, or with a fresh one."""
    again = Person(handle)
    if phrase:
        again.recovery_private = person.recovery_private
        again = _signed_anew(again)
    status, answer = await hub.post("/v1/accounts", again.registration())
    return "ok" if status == 200 else answer["code"]


def _signed_anew(person: Person) -> Person:
    person.list = DeviceList.sign(
        person.user_uri,
        tuple(one.listed() for one in person.devices),
        person.account_private,
        recovery_private=person.recovery_private,
    )
    return person


async def test_nothing_about_the_person_stays_but_marks(hub: Hub) -> None:
    person = await hub.register("mallory")
    desk = desk_of(hub)
    await desk.ban(person.user_uri)
    await desk.done(Verb.WARN, person.user_uri, decision="D-0")
    await desk.done(Verb.STATEMENT, person.user_uri, statement=statement(text="an invented statement of reasons"))
    await close(hub, person)
    await settled(hub)
    for table in ("restriction", "warning", "statement"):
        assert await rows(hub.context.db, table) == []
    assert len(await rows(hub.context.db, "barred")) == 2
    recovery = person.list.recovery_key
    found = {needle for _, needle in traces(hub, "mallory", "an invented statement of reasons", recovery)}
    assert found <= {recovery}, "the key stands in the lists that contacts have thirty days to see"
    kept = await rows(hub.context.db, "staff_effect")
    assert len(kept) == 3 and all(person.user_uri not in row for row in kept)


@pytest.mark.parametrize("verb", [Verb.BAN, Verb.SUSPEND])
async def test_what_was_barred_begins_no_new_account_before_its_time(hub: Hub, verb: Verb) -> None:
    person = await hub.register("mallory")
    desk = desk_of(hub)
    lasts_ms = BAN_KEPT_MS if verb is Verb.BAN else 200 * DAY_MS
    until_ms = None if verb is Verb.BAN else hub.clock.now + lasts_ms
    await desk.done(verb, person.user_uri, decision="D-1", until_ms=until_ms)
    await close(hub, person)
    assert await begin_again(hub, person, handle="mallory", phrase=False) == "handle_taken"
    assert await begin_again(hub, person, handle="molly", phrase=True) == "restricted"
    hub.clock.now += lasts_ms - 1
    assert await begin_again(hub, person, handle="mallory", phrase=False) == "handle_taken"
    assert await begin_again(hub, person, handle="molly", phrase=True) == "restricted"
    hub.clock.now += 1
    await settled(hub)
    assert await rows(hub.context.db, "barred") == []
    assert await begin_again(hub, person, handle="molly", phrase=True) == "ok"
    assert await begin_again(hub, person, handle="mallory", phrase=False) == "ok"


async def test_a_ban_does_not_stop_who_brings_nothing_of_the_old_account(hub: Hub) -> None:
    """Said here, because nobody should promise it: this hub knows no phone numbers, and no faces."""
    person = await hub.register("mallory")
    await desk_of(hub).ban(person.user_uri)
    await close(hub, person)
    assert await begin_again(hub, person, handle="somebody", phrase=False) == "ok"


async def test_who_was_limited_leaves_no_mark(hub: Hub) -> None:
    person = await hub.register("mallory")
    await desk_of(hub).limit(person.user_uri, days=365)
    await close(hub, person)
    assert await rows(hub.context.db, "barred") == []
    hub.clock.now += CLOSED_HANDLE_KEPT_MS
    assert await begin_again(hub, person, handle="mallory", phrase=True) == "ok"


async def test_an_effect_for_an_account_that_is_gone_is_refused(hub: Hub) -> None:
    person = await hub.register("mallory")
    desk = desk_of(hub)
    asked = desk.effect(Verb.BAN, person.user_uri, decision="D-1")
    await close(hub, person)
    done = await desk.send(asked)
    assert (done.outcome, done.reason) == ("refused", "no account has this user URI")
