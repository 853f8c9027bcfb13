# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Who counts as a minor is reached by three ways only, and the age that somebody else declares opens none."""

from __future__ import annotations

import pytest

from privity.server.contacts.model import DAY_MS
from privity.wire.age import AgeBand
from tests.server.contacts.people import Somebody, join
from tests.server.keylog.hubs import Hub

CLAIM = {"suites": [1]}


async def reaches(one: Somebody, other: Somebody) -> bool:
    return (await one.call("POST", f"users/{other.id}/claim", CLAIM))[0] == 200


@pytest.mark.parametrize("declared", list(AgeBand))
@pytest.mark.parametrize("minor", [AgeBand.MINOR, AgeBand.UNKNOWN])
async def test_no_declared_age_opens_a_way_to_a_minor(hub: Hub, declared: AgeBand, minor: AgeBand) -> None:
    """An adult who registers as a minor gains nothing; who has said nothing is protected as a minor."""
    stranger, child = await join(hub, "stranger", declared), await join(hub, "child", minor)
    for target in ("child", child.uri):
        assert (await stranger.ask(target))[0] == 404
    assert (await stranger.call("GET", "handles/child"))[0] == 404
    for what in ("handle", "profile"):
        assert (await stranger.call("GET", f"users/{child.id}/{what}"))[0] == 404
    assert (await child.contacts()).requests == []
    assert (await child.grant(stranger))[0] == 404, "not even the child can agree to what it was not shown"
    assert not await reaches(stranger, child) and not await reaches(child, stranger)


async def test_two_minors_who_ask_for_each_other_are_contacts(hub: Hub) -> None:
    one, other = await join(hub, "one.m", AgeBand.MINOR), await join(hub, "other.m", AgeBand.UNKNOWN)
    assert (await one.ask("other.m"))[0] == 404
    assert await other.ask("one.m") == (200, {"connected": True})
    assert await reaches(one, other) and await reaches(other, one)


async def test_a_minor_may_ask_an_adult(hub: Hub) -> None:
    child, adult = await join(hub, "child", AgeBand.MINOR), await join(hub, "adult")
    assert (await child.ask("adult"))[0] == 200
    assert await adult.asked_by() == ["child"]
    assert (await adult.profile(child)).handle == "child"
    assert await adult.grant(child) == (200, {"connected": True})
    assert await reaches(adult, child)


async def test_a_minor_is_met_in_person(hub: Hub) -> None:
    child, adult = await join(hub, "child", AgeBand.MINOR), await join(hub, "adult")
    await child.meet(adult)
    assert await reaches(adult, child) and await child.names() == ["adult"]


async def test_a_minor_who_registers_as_an_adult_is_treated_as_one_until_somebody_says_otherwise(hub: Hub) -> None:
    """What self-declaration cannot stop. What was agreed meanwhile pauses once the child counts as one."""
    child, stranger, guardian = [await join(hub, name) for name in ("child", "stranger", "guardian")]
    assert (await stranger.ask("child"))[0] == 200
    assert await child.asked_by() == ["stranger"]
    assert (await child.grant(stranger))[0] == 200
    assert await reaches(stranger, child), "nobody can see that this is a child"
    assert await guardian.guard(child)
    assert not await reaches(stranger, child) and not await reaches(child, stranger)
    assert await child.names() == await stranger.names() == []
    assert (await child.contacts()).age.band is AgeBand.MINOR
    assert await guardian.asks_for(child) == ["stranger"]
    assert (await guardian.vouch(child, stranger))[0] == 200
    assert await reaches(stranger, child), "with the word of the guardian it goes on"


async def test_who_becomes_a_minor_is_in_no_directory_and_shown_no_requests(hub: Hub) -> None:
    child, stranger = await join(hub, "child"), await join(hub, "stranger")
    await stranger.ask("child")
    assert await child.asked_by() == ["stranger"]
    assert (await child.done("PUT", "account/age", {"band": "minor"}))["band"] == "minor"
    assert await child.asked_by() == []
    assert (await child.grant(stranger))[0] == 404
    assert (await stranger.call("GET", "handles/child"))[0] == 404
    assert not (await child.done("GET", "profile"))["listed"]
    body = {"name": "", "bio": "", "picture": None, "listed": True}
    status, answer = await child.call("PUT", "profile", body)
    assert (status, answer["code"]) == (403, "not_allowed")


async def test_a_minor_is_not_listed_by_registering_so(hub: Hub) -> None:
    child = await join(hub, "child", AgeBand.UNKNOWN, listed=True)
    assert not (await child.done("GET", "profile"))["listed"]


async def test_nobody_makes_themselves_an_adult(hub: Hub) -> None:
    for handle, band in (("minor", AgeBand.MINOR), ("unknown", AgeBand.UNKNOWN)):
        child = await join(hub, handle, band)
        age = await child.done("PUT", "account/age", {"band": "adult"})
        assert age == {"band": band.value, "adult_from_ms": None, "review": True}
        hub.clock.now += 400 * DAY_MS
        assert (await child.contacts()).age.band is band
        age = await child.done("PUT", "account/age", {"band": "minor"})
        assert age == {"band": "minor", "adult_from_ms": None, "review": False}
        assert (await child.done("PUT", "account/age", {"band": "unknown"}))["band"] == "unknown"


async def test_other_bands_do_not_exist(hub: Hub) -> None:
    child = await join(hub, "child", AgeBand.MINOR)
    for band in ("", "ADULT", "old", None, 1):
        assert (await child.call("PUT", "account/age", {"band": band}))[0] == 400


async def test_contacts_of_a_minor_by_their_own_asking_stay_when_nobody_watches(hub: Hub) -> None:
    """A guardianship that ends takes its vouches along, and leaves what the minor wanted."""
    child, friend, stranger, guardian = [
        await join(hub, name, band)
        for name, band in (
            ("child", AgeBand.MINOR),
            ("friend", AgeBand.MINOR),
            ("stranger", AgeBand.ADULT),
            ("guardian", AgeBand.ADULT),
        )
    ]
    await child.ask("friend")
    await friend.ask("child")
    assert await guardian.guard(child)
    await stranger.ask("child")
    assert (await guardian.vouch(child, stranger))[0] == 200
    assert (await child.grant(stranger))[0] == 200
    assert await child.names() == ["friend", "stranger"]
    await guardian.done("DELETE", f"wards/{child.id}")
    assert await child.names() == ["friend"]
    assert (await child.contacts()).age.band is AgeBand.MINOR
