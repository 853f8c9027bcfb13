# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Pinned accounts when several flows ask about the same person at once: entering two rooms of a friend, say."""

from __future__ import annotations

import os
from random import Random

import pytest

from privity.client.engine.calls import Call
from privity.client.engine.flow import Flow
from privity.client.engine.key_log import KeyLog
from privity.client.engine.own_lists import OwnLists
from privity.client.engine.records import Batch, MemoryView
from privity.client.engine.returns import Returns
from privity.client.engine.trust import Pins, StaleList
from privity.identity.device_list import Device, DeviceList
from privity.identity.errors import Fork, Rollback
from privity.identity.uris import new_client_uri, new_user_uri
from privity.keylog.labels import user_label
from privity.mls.crypto import generate_signature_key
from privity.mls.suites import suite
from privity.wire.keylog import Looked, Lookup
from tests.client.fake_hub import START_MS
from tests.keylog.memory_log import MemoryLog

USER = new_user_uri("hub.example", Random(3).randbytes)
READER = new_user_uri("hub.example", Random(4).randbytes)


class Reader:
    """A device's pins, and the log of a hub that publishes a list with each epoch."""

    def __init__(self, length: int) -> None:
        self.now_ms = START_MS
        self.log = MemoryLog()
        self.values = chain(length)
        self.published = 0
        batch = Batch(MemoryView())
        self.key_log = KeyLog(batch, self.log.keys, lambda: self.now_ms)
        returns = Returns(READER, "hub.example", lambda: self.now_ms, lambda text: None)
        own_lists = OwnLists(batch, READER)
        self.pins = Pins(
            batch, self.key_log, own_lists, returns, lambda: self.now_ms, lambda user_uri, before, after: None
        )

    def publish(self, count: int = 1) -> None:
        for value in self.values[self.published : self.published + count]:
            self.log.put(user_label(USER), value)
            self.log.cut(self.now_ms)
        self.published += count

    def answer(self, call: Call) -> Looked:
        """What the hub answers to this question now."""
        assert isinstance(call.body, Lookup)
        values = self.values[call.body.from_version : self.published]
        return Looked(self.log.lookup(user_label(USER), call.body.from_size), values)


def chain(length: int) -> list[bytes]:
    """The lists of a user whose every version has one more device."""
    private, _ = generate_signature_key(suite(1), os.urandom)
    devices: tuple[Device, ...] = ()
    lists: list[DeviceList] = []
    for number in range(length):
        _, key = generate_signature_key(suite(1), os.urandom)
        devices = (*devices, Device(new_client_uri(USER, os.urandom), key, number))
        previous = lists[-1] if lists else None
        recovery = private if previous is None else None
        lists.append(DeviceList.sign(USER, devices, private, recovery_private=recovery, previous=previous))
    return [made.encode() for made in lists]


def question(flow: Flow[DeviceList]) -> Call:
    """The first question of a flow."""
    call = next(flow)
    assert isinstance(call, Call)
    return call


def give(flow: Flow[DeviceList], answer: Looked) -> Call | DeviceList:
    """Answer what a flow waits for: its next question, or its end."""
    try:
        again = flow.send(answer)
    except StopIteration as stop:
        found: DeviceList = stop.value
        return found
    assert isinstance(again, Call)
    return again


def test_two_flows_that_meet_a_person_at_once_both_end_with_the_newest_list() -> None:
    reader = Reader(3)
    reader.publish(3)
    first, second = reader.pins.refresh(USER), reader.pins.refresh(USER)
    one, other = question(first), question(second)
    answers = reader.answer(one), reader.answer(other)
    assert isinstance(give(first, answers[0]), DeviceList)
    again = give(second, answers[1])
    assert isinstance(again, Call)
    assert give(second, reader.answer(again)) == reader.pins.get(USER) == DeviceList.decode(reader.values[2])


def test_an_answer_older_than_what_was_pinned_meanwhile_is_no_rollback() -> None:
    reader = Reader(2)
    reader.publish()
    slow, quick = reader.pins.refresh(USER), reader.pins.refresh(USER)
    early = reader.answer(question(slow))
    asked = question(quick)
    reader.publish()
    give(quick, reader.answer(asked))
    again = give(slow, early)
    assert isinstance(again, Call)
    assert give(slow, reader.answer(again)) == DeviceList.decode(reader.values[1])


def test_a_hub_that_shows_less_than_is_pinned_is_refused_however_often_it_is_asked() -> None:
    reader = Reader(2)
    reader.publish(2)
    first = reader.pins.refresh(USER)
    give(first, reader.answer(question(first)))
    flow = reader.pins.refresh(USER)
    honest = reader.answer(question(flow))
    with pytest.raises(Rollback):
        flow.send(Looked(honest.proof, [reader.values[0], reader.values[1]]))


def test_a_second_flow_is_no_way_around_the_pinned_chain() -> None:
    reader = Reader(2)
    reader.publish()
    first, second = reader.pins.refresh(USER), reader.pins.refresh(USER)
    asked = question(first)
    question(second)
    give(first, reader.answer(asked))
    reader.values = chain(2)
    again = give(second, reader.answer(asked))
    assert isinstance(again, Call)
    reader.log.put(user_label(USER), reader.values[0])
    reader.log.cut(reader.now_ms)
    with pytest.raises(Fork):
        second.send(Looked(reader.log.lookup(user_label(USER), 1), [reader.values[0]]))


def test_a_list_counts_for_new_leaves_for_a_day_after_it_was_proven() -> None:
    reader = Reader(1)
    reader.publish()
    flow = reader.pins.refresh(USER)
    give(flow, reader.answer(question(flow)))
    (device,) = DeviceList.decode(reader.values[0]).devices
    reader.now_ms += 86_400_000
    reader.pins.check_fresh(USER, device.client_uri)
    reader.now_ms += 1
    with pytest.raises(StaleList):
        reader.pins.check_fresh(USER, device.client_uri)
    reader.pins.check_device(USER, device.client_uri, device.mls_signature_key)
