# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a report proves: genuine ones verify, and every way of cheating gets its own verdict."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import replace

import aiohttp
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from privity.desk import config
from privity.identity.device_list import DeviceList
from privity.identity.uris import new_room_uri
from privity.keylog.labels import user_label
from privity.keylog.proof import MAX_DATED
from privity.message import sealed_report
from privity.message.content import SENDER_URI, MimiContent
from privity.message.franking import Frank, make_tag, period_of
from privity.message.report import Authorship, Reason, ReportedMessage
from privity.wire.errors import Code
from tests.desk.conftest import Home
from tests.desk.fake_hub import FakeHub
from tests.desk.running import Desk, started
from tests.desk.world import T0, Person, World, random


async def test_a_genuine_report_with_proof_is_level_2(desk: Desk, world: World) -> None:
    world.relay(world.sent())
    found = await desk.only()
    assert (found.state, found.level, found.accused_uri) == ("assessed", 2, world.alice.user_uri)
    assert found.reason == Reason.HARASSMENT
    (message,) = found.messages
    assert (message.outcome, message.authorship, message.detail) == ("VERIFIED_AUTHORSHIP", "holds", "")
    assert message.reporter_participated is True


async def test_a_genuine_report_without_proof_is_level_1(desk: Desk, world: World) -> None:
    world.relay(world.sent(proof=False))
    found = await desk.only()
    assert (found.level, found.messages[0].outcome, found.messages[0].authorship) == (1, "VERIFIED", "absent")


def forged(world: World) -> ReportedMessage:
    """Bob makes words of Alice up, with a random frank."""
    data = world.text("never said").encode()
    return world.message(data, Frank(random(32), 1, random(64)), T0 + 10, proof=False)


def altered(world: World) -> ReportedMessage:
    """A real message with one letter changed."""
    sent = world.sent()
    return replace(sent, data=sent.data.replace(b"invented", b"inventeD"))


def altered_without_proof(world: World) -> ReportedMessage:
    sent = world.sent(proof=False)
    return replace(sent, data=sent.data.replace(b"words", b"sword"))


def at_another_time(world: World) -> ReportedMessage:
    """A real message, said to be from one millisecond later."""
    sent = world.sent()
    return replace(sent, ts_ms=sent.ts_ms + 1)


def with_anothers_frank(world: World) -> ReportedMessage:
    """The frank of another real message of the same sender and room."""
    first, second = world.sent(), world.sent()
    return replace(first, frank=second.frank)


def with_a_foreign_signature(world: World) -> ReportedMessage:
    sent = world.sent()
    return replace(sent, frank=replace(sent.frank, signature=random(64)))


@pytest.mark.parametrize(
    "cheat", [forged, altered, altered_without_proof, at_another_time, with_anothers_frank, with_a_foreign_signature]
)
async def test_what_the_hub_never_franked_is_a_mismatch(
    desk: Desk, world: World, cheat: Callable[[World], ReportedMessage]
) -> None:
    world.relay(cheat(world))
    found = await desk.only()
    assert (found.level, found.messages[0].outcome) == (0, "MISMATCH")
    assert found.messages[0].authorship in ("absent", "not_checked")


async def test_a_message_of_another_room_is_named(desk: Desk, world: World) -> None:
    other = new_room_uri("hub.example", random)
    world.relay(world.sent(), room_uri=other)
    assert (await desk.only_message()).outcome == "WRONG_ROOM"


async def test_a_message_attributed_to_somebody_else_is_named(desk: Desk, world: World) -> None:
    world.relay(world.sent(), alleged_uri=world.bob.user_uri)
    assert (await desk.only_message()).outcome == "WRONG_SENDER"


async def test_content_rewritten_for_another_sender_is_a_mismatch(desk: Desk, world: World) -> None:
    """Bob puts himself out of it: the words of Alice, re-encoded as Carol's."""
    carol = Person.new()
    sent = world.sent()
    content = MimiContent.decode(sent.data)
    moved = replace(content, extensions={**content.extensions, SENDER_URI: carol.user_uri}).encode()
    world.relay(replace(sent, data=moved), alleged_uri=carol.user_uri)
    assert (await desk.only_message()).outcome == "MISMATCH"


async def test_after_the_key_of_the_day_is_gone_nobody_can_tell(desk: Desk, world: World) -> None:
    sent = world.sent()
    world.hub.expired_periods.add(period_of(sent.ts_ms))
    world.relay(sent)
    message = await desk.only_message()
    assert (message.outcome, message.level) == ("FRANK_EXPIRED", 0)


async def test_content_that_is_no_message_is_malformed(desk: Desk, world: World) -> None:
    sent = world.sent()
    world.relay(
        replace(sent, data=sent.data + b"\0"),
    )
    assert (await desk.only_message()).outcome == "MALFORMED"


async def test_a_stolen_session_reaches_level_1_and_no_further(desk: Desk, world: World) -> None:
    """The thief of a session has the hub frank words of his own, but signs with a key that is not Alice's."""
    thief = Person.new()
    data = world.text("planted").encode()
    tag = make_tag(data, MimiContent.decode(data).salt)
    frank = world.hub.frank(tag, world.alice.user_uri, world.room_uri, T0 + 10)
    proof = replace(world.signed(data, thief), device_list=world.alice.device_list.encode())
    world.relay(replace(world.message(data, frank, T0 + 10, proof=False), authorship=proof))
    message = await desk.only_message()
    assert (message.outcome, message.level, message.authorship) == ("VERIFIED", 1, "fails")


def with_own_list(proof: Authorship, world: World, operator: Person) -> Authorship:
    """The operator signs a device list of Alice's with a made-up account key: it is not the one in force."""
    listed = replace(operator.device_list.devices[0], client_uri=world.alice.device_list.devices[0].client_uri)
    made_up = DeviceList.sign(world.alice.user_uri, (listed,), operator.account_private, recovery_private=random(32))
    return replace(proof, device_list=made_up.encode())


def with_alices_list(proof: Authorship, world: World, operator: Person) -> Authorship:
    return replace(proof, device_list=world.alice.device_list.encode())


def with_alices_leaf(proof: Authorship, world: World, operator: Person) -> Authorship:
    return replace(proof, leaf_node=world.alice.leaf().encode(), device_list=world.alice.device_list.encode())


def with_anothers_signature(proof: Authorship, world: World, operator: Person) -> Authorship:
    """Alice's genuine proof of another message."""
    genuine = world.sent().authorship
    assert genuine is not None
    return genuine


def with_garbage(proof: Authorship, world: World, operator: Person) -> Authorship:
    return replace(proof, group_context=b"\xff" * 40, leaf_node=b"", device_list=b"")


@pytest.mark.parametrize(
    "trick", [with_own_list, with_alices_list, with_alices_leaf, with_anothers_signature, with_garbage]
)
async def test_an_operator_who_fabricates_a_message_fails_level_2(
    desk: Desk, world: World, trick: Callable[[Authorship, World, Person], Authorship]
) -> None:
    """The operator holds the franking keys, so level 1 says yes; Alice's device key he does not have."""
    operator = Person.new()
    operator = replace(operator, client_uri=world.alice.client_uri)
    data = world.text("fabricated").encode()
    frank = world.hub.frank(make_tag(data, MimiContent.decode(data).salt), world.alice.user_uri, world.room_uri, T0 + 9)
    proof = trick(world.signed(data, operator), world, operator)
    world.relay(ReportedMessage(data, frank, T0 + 9, proof))
    message = await desk.only_message()
    assert (message.outcome, message.level, message.authorship) == ("VERIFIED", 1, "fails")


async def test_without_device_lists_there_is_no_level_2(desk: Desk, world: World) -> None:
    world.alice = Person.new()
    world.relay(world.sent())
    message = await desk.only_message()
    assert (message.outcome, message.authorship, message.detail) == ("VERIFIED", "fails", "LeafNotBound")


async def test_a_desk_that_knows_no_key_log_proves_nobodys_authorship(hub: FakeHub, home: Home, world: World) -> None:
    path = home.file(hub.url)
    path.write_text(path.read_text().partition("log_key")[0])
    async with aiohttp.ClientSession() as session:
        desk = started(config.load(path), session)
        world.relay(world.sent())
        assert (await desk.only_message()).authorship == "fails"
        desk.db.close()


async def test_an_operator_who_puts_a_list_into_the_log_fails_level_2(desk: Desk, world: World) -> None:
    """In the sight of all: a list of Alice's that her account key did not sign binds nothing."""
    operator = Person.new()
    genuine = world.alice
    proof = with_own_list(world.signed(world.text("fabricated").encode(), genuine), world, operator)
    world.publish(genuine.user_uri, DeviceList.decode(proof.device_list))
    world.alice = replace(operator, user_uri=genuine.user_uri, device_list=DeviceList.decode(proof.device_list))
    world.relay(world.sent())
    assert (await desk.only_message()).authorship == "fails"


async def test_a_log_that_its_witnesses_have_not_seen_proves_nothing(desk: Desk, world: World) -> None:
    world.hub.log.witnesses = world.hub.log.witnesses[:1]
    world.relay(world.sent())
    message = await desk.only_message()
    assert (message.outcome, message.authorship) == ("VERIFIED", "fails")


async def test_a_hub_that_shows_the_desk_a_second_history_proves_nothing_more(desk: Desk, world: World) -> None:
    other = world.hub.log.fork()
    world.relay(world.sent())
    assert (await desk.only_message()).authorship == "holds"
    other.put(user_label(world.bob.user_uri), b"another history")
    other.cut(time.time_ns() // 1_000_000)
    world.hub.log = other
    world.relay(world.sent())
    await desk.intake.step()
    (message,) = desk.reports()[-1].messages
    assert message.authorship == "fails"


async def test_who_signs_hundreds_of_lists_stays_answerable_for_their_words(desk: Desk, world: World) -> None:
    """More versions than a log dates in one answer: two days of a member who means to be held to nothing."""
    current, label = world.alice.device_list, user_label(world.alice.user_uri)
    for _ in range(MAX_DATED + 10):
        current = DeviceList.sign(current.user_uri, current.devices, world.alice.account_private, previous=current)
        world.hub.log.put(label, current.encode())
    world.relay(world.sent())
    message = await desk.only_message()
    assert (message.outcome, message.authorship) == ("VERIFIED_AUTHORSHIP", "holds")


@pytest.mark.parametrize("what", ["nothing", "more", "another"])
async def test_values_beside_the_log_bind_nobody(desk: Desk, world: World, what: str) -> None:
    operator = Person.new()
    genuine = world.alice
    proof = with_own_list(world.signed(world.text("fabricated").encode(), genuine), world, operator)
    listed = DeviceList.decode(proof.device_list)
    shown = {"nothing": [], "more": [genuine.device_list, listed], "another": [listed]}[what]
    world.hub.shown_values = [each.encode() for each in shown]
    world.alice = replace(operator, user_uri=genuine.user_uri, client_uri=genuine.client_uri, device_list=listed)
    world.relay(world.sent())
    assert (await desk.only_message()).authorship == "fails"


async def test_a_list_after_an_account_reset_says_so(desk: Desk, world: World) -> None:
    world.alice = _reset(world, hours_ago=73)
    world.relay(world.sent())
    message = await desk.only_message()
    assert message.outcome == "VERIFIED_AUTHORSHIP"
    assert "reset" in message.detail


async def test_a_list_of_a_pending_reset_binds_nobody(desk: Desk, world: World) -> None:
    """A compelled operator resets the account and has its own device speak for it at once."""
    world.alice = _reset(world, hours_ago=71)
    world.relay(world.sent())
    assert (await desk.only_message()).authorship == "fails"


@pytest.mark.parametrize("hours_ago", [71, 73], ids=["the end is pending", "the account is closed"])
async def test_who_ends_their_account_is_still_the_author_of_what_they_wrote(
    desk: Desk, world: World, hours_ago: int
) -> None:
    message = world.sent()
    end = DeviceList.sign(world.alice.user_uri, (), world.alice.account_private, previous=world.alice.device_list)
    world.publish(world.alice.user_uri, end, hours_ago)
    world.relay(message)
    assert (await desk.only_message()).outcome == "VERIFIED_AUTHORSHIP"


async def test_a_report_is_judged_without_lists_that_the_hub_has_erased(desk: Desk, world: World) -> None:
    """It must not wait for ever for an account that is gone; what the hub itself signed still holds."""
    world.hub.refuse["keylog"] = (Code.ACCOUNT_CLOSED, 1_000)
    world.relay(world.sent())
    found = await desk.only()
    assert (found.state, found.level) == ("assessed", 1)
    assert found.messages[0].authorship == "fails"


async def test_an_unaudited_log_says_so_beside_the_authorship(hub: FakeHub, home: Home, world: World) -> None:
    path = home.file(hub.url)
    path.write_text(path.read_text().replace("quorum = 2", "quorum = 0").partition("[[desk.witness]]")[0])
    async with aiohttp.ClientSession() as session:
        desk = started(config.load(path), session)
        world.relay(world.sent())
        message = await desk.only_message()
        assert message.outcome == "VERIFIED_AUTHORSHIP"
        assert "unaudited" in message.detail
        desk.db.close()


def _reset(world: World, hours_ago: int) -> Person:
    """Alice's account under keys that nobody of hers made, asked for so long ago."""
    before = world.alice.device_list
    after = DeviceList.sign(
        world.alice.user_uri, before.devices, random(32), recovery_private=random(32), previous=before, reset=True
    )
    world.publish(world.alice.user_uri, after, hours_ago)
    return replace(world.alice, device_list=after)


async def test_a_report_is_as_strong_as_its_weakest_message(desk: Desk, world: World) -> None:
    world.relay(world.sent(), world.sent(proof=False), forged(world))
    found = await desk.only()
    assert [message.level for message in found.messages] == [2, 1, 0]
    assert found.level == 0


async def test_who_was_no_participant_is_flagged(desk: Desk, world: World) -> None:
    del world.hub.participants[world.room_uri, world.bob.user_uri]
    world.relay(world.sent())
    message = await desk.only_message()
    assert (message.outcome, message.reporter_participated) == ("VERIFIED_AUTHORSHIP", False)


async def test_what_was_left_out_between_messages_is_counted(desk: Desk, world: World) -> None:
    first = world.sent()
    for _ in range(3):
        world.sent()
    world.relay(first, world.sent())
    assert (await desk.only()).omitted == 3


async def test_a_report_in_anothers_name_is_malformed(desk: Desk, world: World) -> None:
    world.relay(world.sent(), reporter_uri=world.alice.user_uri)
    found = await desk.only()
    assert (found.state, found.level, found.messages) == ("malformed", 0, [])


@pytest.mark.parametrize("change", [{"alleged_uri": "alice"}, {"room_uri": "mimi://hub.example/r/../x"}])
async def test_a_report_about_nobody_or_nowhere_is_malformed(
    desk: Desk, world: World, change: dict[str, object]
) -> None:
    world.relay(world.sent(), **change)
    found = await desk.only()
    assert (found.state, found.accused_uri, found.room_uri) == ("malformed", None, None)


async def test_a_report_to_another_desk_cannot_be_opened(desk: Desk, world: World) -> None:
    other = random(32)
    public = X25519PrivateKey.from_private_bytes(other).public_key().public_bytes_raw()
    world.hub.relay(world.bob.user_uri, sealed_report.seal(public, world.report(world.sent())))
    found = await desk.only()
    assert (found.state, found.detail) == ("cannot_open", "WrongIntakeKey")


async def test_garbage_does_not_stop_the_queue(desk: Desk, world: World) -> None:
    good = sealed_report.seal(world.intake_public, world.report(world.sent()))
    flipped = good[:20] + bytes([good[20] ^ 1]) + good[21:]
    for garbage in (b"", b"\x01", os.urandom(200), good[:-1], flipped, b"\x02" + good[1:]):
        world.hub.relay(world.bob.user_uri, garbage)
    world.hub.relay(world.bob.user_uri, good)
    await desk.intake.step()
    found = desk.reports()
    assert [report.state for report in found] == ["cannot_open"] * 6 + ["assessed"]
    assert found[-1].level == 2


async def test_a_question_that_the_hub_refuses_is_a_finding(desk: Desk, world: World) -> None:
    world.hub.refuse["verify"] = (Code.MALFORMED, 1)
    world.relay(world.sent(), world.sent())
    found = await desk.only()
    assert [(message.outcome, message.detail) for message in found.messages] == [
        ("MALFORMED", "the hub refused the question")
    ] * 2


async def test_the_same_message_again_is_marked_and_a_tip_hides_nothing(desk: Desk, world: World) -> None:
    sent = world.sent()
    world.relay(replace(sent, ts_ms=sent.ts_ms + 1))
    world.relay(replace(sent, authorship=None))
    world.relay(sent)
    world.relay(sent, sent)
    await desk.intake.step()
    repeats = [[message.repeats_report for message in report.messages] for report in desk.reports()]
    assert repeats == [[None], [None], [None], [3, 3]]
