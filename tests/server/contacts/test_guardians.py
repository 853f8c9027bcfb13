# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Guardians agree to people and to adulthood, and to nothing else; strangers, wards and the grown get no further."""

from __future__ import annotations

import pytest

from privity.identity.consent import CODE_BYTES, Op, code_hash, code_proof
from privity.server.contacts import forgetting
from privity.server.contacts.model import DAY_MS
from privity.server.guardians import service
from privity.wire.age import AgeBand
from privity.wire.contacts import Guardian
from tests.server.contacts.people import Somebody, exact, join, rows
from tests.server.core.people import Person, text
from tests.server.keylog.hubs import Hub

CLAIM = {"suites": [1]}


async def family(hub: Hub) -> tuple[Somebody, Somebody]:
    """A guardian and their ward."""
    guardian, ward = await join(hub, "guardian"), await join(hub, "ward", AgeBand.MINOR)
    assert await guardian.guard(ward)
    return guardian, ward


async def guardians_of(one: Somebody) -> list[Guardian]:
    return (await one.contacts()).guardians


async def test_a_guardian_sees_who_asks_and_nothing_of_what_is_said(hub: Hub) -> None:
    guardian, ward = await family(hub)
    stranger = await join(hub, "stranger")
    assert (await stranger.ask("ward"))[0] == 404, "whoever asks is not told that there is a guardian either"
    assert await ward.asked_by() == []
    assert await guardian.asks_for(ward) == ["stranger"]
    assert (await guardian.profile(stranger)).handle == "stranger"
    assert (await guardian.vouch(ward, stranger))[0] == 200
    (request,) = (await ward.contacts()).requests
    assert request.profile.handle == "stranger" and len(request.vouches) == 1
    assert await ward.names() == [], "a guardian agrees for nobody"
    assert (await stranger.ask("ward"))[0] == 404, "and of the agreement nobody is told before the ward's yes"
    assert await guardian.asks_for(ward) == []
    assert (await ward.grant(stranger))[0] == 200
    (contact,) = (await ward.contacts()).contacts
    assert contact.vouches == request.vouches
    assert (await stranger.contacts()).contacts[0].vouches == [], "nor that there is a guardian"
    assert (await guardian.call("POST", f"users/{stranger.id}/claim", CLAIM))[0] == 404
    assert (await guardian.call("POST", f"users/{ward.id}/claim", CLAIM))[0] == 404, "to watch is not to talk"


async def test_no_of_a_guardian_holds_and_yes_can_be_taken_back(hub: Hub) -> None:
    guardian, ward = await family(hub)
    stranger = await join(hub, "stranger")
    await stranger.ask("ward")
    old = guardian.entry(Op.VOUCH, stranger.uri, ward=ward.uri)
    path = f"wards/{ward.id}/asks/{stranger.id}"
    assert (await guardian.call("PUT", path, {"entry": old}))[0] == 200
    assert (await guardian.call("PUT", path, {"entry": old}))[0] == 200, "again is harmless"
    assert (await ward.grant(stranger))[0] == 200
    assert await ward.names() == ["stranger"]
    await guardian.done("DELETE", path)
    assert await ward.names() == await stranger.names() == []
    status, answer = await guardian.call("PUT", path, {"entry": old})
    assert (status, answer["code"]) == (409, "conflict"), "a yes that was taken back is used up"
    hub.clock.now += 1
    assert (await guardian.vouch(ward, stranger))[0] == 200
    assert await ward.names() == ["stranger"]


async def test_refused_askers_are_shown_to_nobody(hub: Hub) -> None:
    guardian, ward = await family(hub)
    stranger = await join(hub, "stranger")
    await stranger.ask("ward")
    await guardian.done("DELETE", f"wards/{ward.id}/asks/{stranger.id}")
    assert await guardian.asks_for(ward) == [] and await ward.asked_by() == []
    hub.clock.now += 1
    assert (await stranger.ask("ward"))[0] == 404
    assert await guardian.asks_for(ward) == []


async def test_a_second_guardian_needs_the_first(hub: Hub) -> None:
    guardian, ward = await family(hub)
    stranger, asker = await join(hub, "stranger"), await join(hub, "asker")
    assert not await stranger.guard(ward), "a stranger who gets the ward to type a code is none yet"
    assert (await stranger.contacts()).wards == []
    await asker.ask("ward")
    assert (await stranger.vouch(ward, asker))[0] == 404
    assert (await stranger.call("PUT", f"wards/{ward.id}/age", {"band": "adult"}))[0] == 404
    assert sorted(await guardian.asks_for(ward)) == ["asker", "stranger"]
    assert [(one.handle, one.pending) for one in await guardians_of(ward)] == [("guardian", False), ("stranger", True)]
    hub.clock.now += 1
    assert (await guardian.vouch(ward, stranger))[0] == 200
    assert await stranger.asks_for(ward) == ["asker"]
    third = await join(hub, "third")
    code = await third.code("guardian")
    status, answer = await ward.use(code, third, Op.GUARD)
    assert (status, answer["limit"]) == (429, "guardian.stock")


async def test_a_refused_second_guardian_is_gone(hub: Hub) -> None:
    guardian, ward = await family(hub)
    stranger = await join(hub, "stranger")
    assert not await stranger.guard(ward)
    await guardian.done("DELETE", f"wards/{ward.id}/asks/{stranger.id}")
    assert [one.handle for one in await guardians_of(ward)] == ["guardian"]


async def test_when_the_first_goes_nobody_who_waited_moves_up(hub: Hub) -> None:
    guardian, ward = await family(hub)
    stranger = await join(hub, "stranger")
    assert not await stranger.guard(ward)
    await guardian.done("DELETE", f"wards/{ward.id}")
    assert await guardians_of(ward) == [] and (await stranger.contacts()).wards == []


async def test_a_ward_gets_out_by_no_way_of_its_own(hub: Hub) -> None:
    guardian, ward = await family(hub)
    stranger = await join(hub, "stranger")
    await stranger.ask("ward")
    await ward.done("PUT", "account/age", {"band": "adult"})
    await ward.done("PUT", "account/age", {"band": "unknown"})
    await ward.done("DELETE", f"wards/{ward.id}")
    await ward.done("DELETE", f"wards/{guardian.id}")
    await ward.done("DELETE", f"contacts/{guardian.id}")
    await ward.done("PUT", f"blocks/{guardian.id}")
    assert [one.handle for one in await guardians_of(ward)] == ["guardian"]
    assert await guardian.asks_for(ward) == ["stranger"]
    assert (await ward.call("PUT", f"wards/{ward.id}/age", {"band": "adult"}))[0] == 404
    assert (await ward.call("PUT", f"wards/{guardian.id}/age", {"band": "minor"}))[0] == 404
    status, answer = await ward.call("POST", "contacts/codes", {"code_hash": text(bytes(32)), "purpose": "guardian"})
    assert (status, answer["code"]) == (403, "not_allowed"), "a ward watches over nobody"
    entry = ward.entry(Op.VOUCH, stranger.uri, ward=guardian.uri)
    assert (await ward.call("PUT", f"wards/{guardian.id}/asks/{stranger.id}", {"entry": entry}))[0] == 404


async def test_a_guardian_sets_back_a_minor_who_said_to_be_an_adult(hub: Hub) -> None:
    """By taking the code the person is a minor; the guardian says when that is over."""
    guardian, child = await join(hub, "guardian"), await join(hub, "child")
    assert await guardian.guard(child)
    assert (await child.contacts()).age.band is AgeBand.MINOR
    assert (await guardian.done("PUT", f"wards/{child.id}/age", {"band": "adult"}))["band"] == "adult"
    assert await guardians_of(child) == [] and (await guardian.contacts()).wards == []
    assert (await guardian.call("PUT", f"wards/{child.id}/age", {"band": "minor"}))[0] == 404


async def test_a_review_is_shown_to_the_guardian(hub: Hub) -> None:
    guardian, ward = await family(hub)
    await ward.done("PUT", "account/age", {"band": "adult"})
    (found,) = (await guardian.contacts()).wards
    assert found.age.review
    assert not (await guardian.done("PUT", f"wards/{ward.id}/age", {"band": "minor"}))["review"]


async def test_ageing_out_ends_the_guardianship_by_itself(hub: Hub) -> None:
    guardian, ward = await family(hub)
    stranger, friend = await join(hub, "stranger"), await join(hub, "friend")
    day = hub.clock.now + 10 * DAY_MS
    answer = await guardian.done("PUT", f"wards/{ward.id}/age", {"band": "minor", "adult_from_ms": day})
    assert answer == {"band": "minor", "adult_from_ms": day, "review": False}
    await friend.ask("ward")
    assert (await guardian.vouch(ward, friend))[0] == 200
    assert (await ward.grant(friend))[0] == 200
    await stranger.ask("ward")
    hub.clock.now = day - 1
    assert await guardian.asks_for(ward) == ["stranger"]
    hub.clock.now = day
    assert (await guardian.contacts()).wards == [] and await guardians_of(ward) == []
    assert (await guardian.vouch(ward, stranger))[0] == 404, "a guardian who has aged out of it says nothing more"
    assert (await guardian.call("PUT", f"wards/{ward.id}/age", {"band": "minor"}))[0] == 404
    assert (await ward.contacts()).age.band is AgeBand.ADULT
    assert await ward.names() == ["friend"], "what was agreed stays"
    await forgetting.keep_house(hub.context)
    for table in ("guardian", "vouch"):
        assert await rows(hub.context.db, table) == []
    assert (await ward.contacts()).age.adult_from_ms is None
    assert await ward.names() == ["friend"]


async def test_a_day_that_has_come_is_now(hub: Hub) -> None:
    guardian, ward = await family(hub)
    answer = await guardian.done(
        "PUT", f"wards/{ward.id}/age", {"band": "minor", "adult_from_ms": hub.clock.now - DAY_MS}
    )
    assert answer["band"] == "adult" and await guardians_of(ward) == []


async def test_who_says_to_be_a_minor_again_stays_one(hub: Hub) -> None:
    guardian, ward = await family(hub)
    day = hub.clock.now + DAY_MS
    await guardian.done("PUT", f"wards/{ward.id}/age", {"band": "minor", "adult_from_ms": day})
    hub.clock.now = day
    assert (await ward.done("PUT", "account/age", {"band": "minor"}))["band"] == "minor"
    hub.clock.now += 100 * DAY_MS
    assert (await ward.contacts()).age.band is AgeBand.MINOR


async def test_a_guardian_who_is_a_minor_watches_over_nobody(hub: Hub) -> None:
    guardian, ward = await family(hub)
    stranger = await join(hub, "stranger")
    await stranger.ask("ward")
    await guardian.vouch(ward, stranger)
    await ward.grant(stranger)
    assert await ward.names() == ["stranger"]
    await guardian.done("PUT", "account/age", {"band": "minor"})
    assert await guardians_of(ward) == [] and await ward.names() == []
    assert (await guardian.vouch(ward, stranger))[0] == 404


@pytest.mark.parametrize("band", [AgeBand.MINOR, AgeBand.UNKNOWN])
async def test_a_minor_becomes_no_guardian(hub: Hub, band: AgeBand) -> None:
    minor, ward = await join(hub, "minor", band), await join(hub, "ward", AgeBand.MINOR)
    body = {"code_hash": text(bytes(32)), "purpose": "guardian"}
    status, answer = await minor.call("POST", "contacts/codes", body)
    assert (status, answer["code"]) == (403, "not_allowed")
    adult = await join(hub, "adult")
    code = await adult.code("guardian")
    await adult.done("PUT", "account/age", {"band": band.value})
    assert (await ward.use(code, adult, Op.GUARD))[0] == 403, "nor with a code from before"
    assert await guardians_of(ward) == []


async def test_two_do_not_watch_over_each_other(hub: Hub) -> None:
    one, other = await join(hub, "one.a"), await join(hub, "other.a")
    code = await other.code("guardian")
    assert await one.guard(other)
    status, answer = await one.use(code, other, Op.GUARD)
    assert (status, answer["code"]) == (403, "not_allowed")


async def test_codes_of_one_purpose_serve_no_other(hub: Hub) -> None:
    adult, ward = await join(hub, "adult"), await join(hub, "ward", AgeBand.MINOR)
    contact, guardian = await adult.code(), await adult.code("guardian")
    assert (await ward.use(contact, adult, Op.GUARD))[0] == 404
    assert (await ward.use(guardian, adult, Op.MEET))[0] == 404
    assert await guardians_of(ward) == [] and await adult.asked_by() == []
    assert (await ward.contacts()).age.band is AgeBand.MINOR


async def test_wards_are_bounded(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "MAX_WARDS", 1)
    guardian, _ = await family(hub)
    status, answer = await guardian.call(
        "POST", "contacts/codes", {"code_hash": text(code_hash(bytes(CODE_BYTES))), "purpose": "guardian"}
    )
    assert (status, answer["limit"]) == (429, "guardian.wards")


async def test_vouches_for_others_or_signed_wrongly_count_nothing(hub: Hub) -> None:
    guardian, ward = await family(hub)
    stranger, other = await join(hub, "stranger"), await join(hub, "other")
    await stranger.ask("ward")
    path = f"wards/{ward.id}/asks/{stranger.id}"
    for entry in (
        guardian.entry(Op.VOUCH, other.uri, ward=ward.uri),
        guardian.entry(Op.VOUCH, stranger.uri, ward=other.uri),
        guardian.entry(Op.GRANT, stranger.uri),
        guardian.entry(Op.VOUCH, stranger.uri, ward=ward.uri, at_ms=hub.clock.now - 2 * DAY_MS),
    ):
        assert (await guardian.call("PUT", path, {"entry": entry}))[0] == 400
    for one, entry in (
        (stranger, stranger.entry(Op.VOUCH, other.uri, ward=ward.uri)),
        (guardian, guardian.entry(Op.VOUCH, stranger.uri, ward=ward.uri, signer=ward.person.device.private)),
        (ward, guardian.entry(Op.VOUCH, stranger.uri, ward=ward.uri)),
    ):
        assert (await one.call("PUT", path, {"entry": entry}))[0] in (400, 403)
    assert (await guardian.vouch(ward, other))[0] == 404, "nobody who did not ask"
    assert await ward.asked_by() == []


async def test_whom_a_guardian_does_not_watch_over_looks_like_nobody(hub: Hub) -> None:
    guardian, _ = await family(hub)
    other, asker = await join(hub, "other", AgeBand.MINOR), await join(hub, "asker")
    nobody = Person("x")
    for verb, rest, body in (
        ("DELETE", f"/asks/{asker.id}", None),
        ("PUT", "/age", {"band": "adult"}),
        ("DELETE", "", None),
    ):
        heard = [await exact(guardian.line, verb, f"wards/{id_}{rest}", body) for id_ in (other.id, nobody.id)]
        assert heard[0] == heard[1]


async def test_a_guardians_code_needs_its_proof_only_from_the_device(hub: Hub) -> None:
    """The hub cannot check it: a guardian's device does, and steps back from a link whose proof is not one."""
    guardian, ward = await join(hub, "guardian"), await join(hub, "ward", AgeBand.MINOR)
    code = await guardian.code("guardian")
    forged = ward.entry(Op.GUARD, guardian.uri, proof=code_proof(bytes(CODE_BYTES), Op.GUARD, ward.uri, guardian.uri))
    body = {"code_hash": text(code_hash(code)), "entry": forged}
    assert (await ward.call("POST", "contacts/codes/use", body))[0] == 200
    (found,) = (await guardian.contacts()).wards
    assert text(found.entry) == forged
    await guardian.done("DELETE", f"wards/{ward.id}")
    assert await guardians_of(ward) == []


async def test_whoever_takes_an_account_over_by_a_reset_agreed_to_nothing(hub: Hub) -> None:
    """Its contacts and vouches are gone; who watches over it goes on doing so, and it watches over nobody."""
    guardian, ward = await family(hub)
    stranger, child = await join(hub, "stranger"), await join(hub, "child", AgeBand.MINOR)
    await stranger.ask("ward")
    await guardian.vouch(ward, stranger)
    await ward.grant(stranger)
    assert await stranger.guard(child)
    await ward.ask("somebody")
    for taken in (ward, stranger):
        await hub.context.db.write(
            lambda tx, uri=taken.uri: forgetting.forget_agreed(tx, hub.context.hooks, uri)  # type: ignore[misc]
        )
    assert await ward.names() == await stranger.names() == []
    assert (await ward.contacts()).asked == [] and (await guardian.contacts()).wards[0].asks == []
    assert [one.handle for one in await guardians_of(ward)] == ["guardian"]
    assert await guardians_of(child) == [] and (await child.contacts()).age.band is AgeBand.MINOR
