# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Pinned device lists when several flows ask about the same person at once: entering two rooms of a friend, say."""

from __future__ import annotations

import os

import pytest

from privity.client.engine.calls import Call
from privity.client.engine.flow import Flow
from privity.client.engine.records import Batch, MemoryView
from privity.client.engine.trust import Pins
from privity.identity.device_list import Device, DeviceList
from privity.identity.errors import Fork, Rollback
from privity.identity.uris import new_client_uri, new_user_uri
from privity.mls.crypto import generate_signature_key
from privity.mls.suites import suite
from privity.wire.rest import DeviceLists

USER = new_user_uri("hub.example", os.urandom)


def chain(length: int) -> list[bytes]:
    """The lists of a user whose every version has one more device."""
    private, _ = generate_signature_key(suite(1), os.urandom)
    devices: tuple[Device, ...] = ()
    lists: list[DeviceList] = []
    for number in range(length):
        _, key = generate_signature_key(suite(1), os.urandom)
        devices = (*devices, Device(new_client_uri(USER, os.urandom), key, number))
        lists.append(DeviceList.sign(USER, devices, private, previous=lists[-1] if lists else None))
    return [made.encode() for made in lists]


def asked_from(call: Call) -> int:
    return int(call.path.rsplit("=", 1)[-1])


def give(flow: Flow[DeviceList], values: list[bytes]) -> Call | DeviceList:
    """Answer what a flow waits for: its next question, or its end."""
    try:
        return flow.send(DeviceLists(values))
    except StopIteration as stop:
        found: DeviceList = stop.value
        return found


def test_two_flows_that_meet_a_person_at_once_both_end_with_the_newest_list() -> None:
    pins, values = Pins(Batch(MemoryView())), chain(3)
    first, second = pins.refresh(USER), pins.refresh(USER)
    assert asked_from(next(first)) == asked_from(next(second)) == 0
    assert isinstance(give(first, values), DeviceList)
    again = give(second, values)
    assert isinstance(again, Call)
    assert asked_from(again) == 2
    assert give(second, values[2:]) == pins.get(USER) == DeviceList.decode(values[2])


def test_an_answer_older_than_what_was_pinned_meanwhile_is_no_rollback() -> None:
    pins, values = Pins(Batch(MemoryView())), chain(2)
    slow, quick = pins.refresh(USER), pins.refresh(USER)
    next(slow)
    next(quick)
    give(quick, values)
    again = give(slow, values[:1])
    assert isinstance(again, Call)
    assert give(slow, values[1:]) == DeviceList.decode(values[1])


def test_a_hub_that_shows_less_than_is_pinned_is_refused_however_often_it_is_asked() -> None:
    pins, values = Pins(Batch(MemoryView())), chain(2)
    pins.extend(USER, values)
    flow = pins.refresh(USER)
    next(flow)
    with pytest.raises(Rollback):
        flow.send(DeviceLists(values[:1]))


def test_a_second_flow_is_no_way_around_the_pinned_chain() -> None:
    pins, values = Pins(Batch(MemoryView())), chain(2)
    first, second = pins.refresh(USER), pins.refresh(USER)
    next(first)
    next(second)
    give(first, values)
    again = give(second, chain(2))
    assert isinstance(again, Call)
    with pytest.raises(Fork):
        second.send(DeviceLists(chain(2)[1:]))
