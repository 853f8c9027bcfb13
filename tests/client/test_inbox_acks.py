# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A device says what it has read of its inbox also while a connection stands for long: the hub keeps only so much."""

from __future__ import annotations

from privity.client.engine.inbox import ACK_EVERY, INBOX_KEY
from privity.client.engine.records import Table
from privity.server.limits import MAX_INBOX
from privity.wire.socket import Ack, InboxKind
from tests.client.fake_hub import Phone, World


def post(world: World, phone: Phone, count: int) -> None:
    for number in range(count):
        world.hub.post(phone.client, InboxKind.REPORT_OUTCOME, "", 0, b"outcome %d" % number)
    world.settle()


def kept(phone: Phone) -> int:
    """What the store has written down as read."""
    value = phone.view.get(Table.OWN, "", INBOX_KEY)
    return 0 if value is None else int.from_bytes(value, "big")


def acks(phone: Phone) -> list[int]:
    return [frame.inbox for frame in phone.sent if isinstance(frame, Ack)]


def test_what_was_read_is_said_in_between_and_only_once_it_is_kept() -> None:
    world = World()
    alice = world.person()
    start, said = kept(alice), len(acks(alice))
    post(world, alice, ACK_EVERY - 1)
    assert len(acks(alice)) == said
    post(world, alice, 1)
    assert acks(alice)[said:] == [start + ACK_EVERY]
    post(world, alice, 2 * ACK_EVERY)
    assert acks(alice)[said:] == [start + ACK_EVERY, start + 2 * ACK_EVERY, start + 3 * ACK_EVERY]
    assert acks(alice)[-1] <= kept(alice)


def test_after_a_connection_it_counts_from_what_the_hub_was_told_then() -> None:
    world = World()
    alice = world.person()
    post(world, alice, ACK_EVERY - 1)
    alice.disconnect()
    alice.connect()
    said = len(acks(alice))
    post(world, alice, ACK_EVERY - 1)
    assert len(acks(alice)) == said
    post(world, alice, 1)
    assert len(acks(alice)) == said + 1


def test_a_hub_keeps_more_than_what_is_read_between_two_acks() -> None:
    assert 10 * ACK_EVERY <= MAX_INBOX
