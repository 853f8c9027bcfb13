# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Keys that reports are sealed to: who makes one, when there is another, and what comes of a hub that takes none."""

from __future__ import annotations

import msgspec
import pytest

from privity.client.engine.calls import Call
from privity.client.engine.records import Table
from privity.client.engine.report_keys import AGAIN_MS, RENEW_MS, SCOPE, OwnReportKey
from privity.client.engine.shown import Notice
from privity.identity.report_key import ReportKey
from privity.policy.roles import Role
from privity.wire.errors import Code, Refusal
from tests.client.fake_hub import Phone
from tests.client.room_report_world import Club, club

HOUR_MS = 3_600_000


@pytest.fixture
def here() -> Club:
    return club()


def kept(phone: Phone) -> list[OwnReportKey]:
    return [msgspec.msgpack.decode(value, type=OwnReportKey) for _, value in phone.view.scan(Table.OWN, SCOPE)]


def known(phone: Phone) -> ReportKey:
    """The key of a device as the hub has it."""
    found = ReportKey.decode(phone.world.hub.report_keys[phone.client])
    found.check(phone.own.signature_public)
    return found


class Refusing:
    """A hub that refuses keys, and how often it was asked to take one."""

    def __init__(self, here: Club, code: Code | None) -> None:
        self.code = code
        self.asked = 0
        here.world.hub.refuse = self

    def __call__(self, phone: Phone, call: Call) -> None:
        if call.path == "/v1/device/report-key":
            self.asked += 1
            if self.code is not None:
                raise Refusal(self.code, "not now")


def test_each_device_of_who_looks_after_a_group_has_a_key_and_nobody_else(here: Club) -> None:
    second = here.world.second_device(here.mona)
    assert here.world.hub.report_keys.keys() == {here.anna.client, here.mona.client, second.client}
    assert known(second).public != known(here.mona).public
    assert [len(kept(phone)) for phone in (here.anna, here.mona, second, here.ben)] == [1, 1, 1, 0]
    pair = here.ben.direct(here.mal)
    assert pair and here.ben.client not in here.world.hub.report_keys, "nobody looks after a conversation of two"


def test_whoever_comes_to_look_after_a_group_makes_one_then(here: Club) -> None:
    here.give(here.ben, Role.MODERATOR)
    first = known(here.ben)
    here.give(here.ben, Role.MEMBER)
    here.world.pass_time(2 * RENEW_MS)
    assert known(here.ben) == first, "without the office it is not renewed"
    here.give(here.ben, Role.ADMIN)
    assert known(here.ben).number > first.number
    assert [bool(each.replaced_ms) for each in kept(here.ben)] == [True, False]


def test_a_key_is_renewed_weekly_whether_or_not_the_process_lives_so_long(here: Club) -> None:
    first = known(here.mona)
    here.world.pass_time(RENEW_MS - HOUR_MS)
    assert known(here.mona) == first
    here.mona.restart()
    assert known(here.mona) == first
    here.world.pass_time(HOUR_MS)
    second = known(here.mona)
    assert (second.number, second.public) > (first.number, b"") and second.public != first.public
    here.world.hub.now_ms += RENEW_MS
    here.mona.restart()
    assert known(here.mona).number > second.number


def test_a_key_on_its_way_is_sent_again_as_it_is(here: Club) -> None:
    busy = Refusing(here, Code.UNAVAILABLE)
    here.give(here.ben, Role.MODERATOR)
    (made,) = kept(here.ben)
    assert busy.asked == 1 and not made.taken and here.ben.client not in here.world.hub.report_keys
    here.ben.restart()
    busy.code = None
    here.world.pass_time(60_000)
    assert known(here.ben).number == made.number and [each.taken for each in kept(here.ben)] == [True]


def test_a_hub_that_knows_a_later_key_gets_another_one_later_and_is_not_pestered(here: Club) -> None:
    """As where the device's store was put back. Nobody is told: people report to the desk meanwhile."""
    refusing = Refusing(here, Code.CONFLICT)
    here.give(here.ben, Role.MODERATOR)
    here.ben.shown.clear()
    for _ in range(5):
        here.world.pass_time(60_000)
    assert refusing.asked == 1 and kept(here.ben) == []
    refusing.code = None
    here.world.pass_time(AGAIN_MS)
    assert refusing.asked == 2 and known(here.ben).number == kept(here.ben)[0].number
    assert not any(isinstance(what, Notice) for what in here.ben.shown)


def test_a_clock_that_was_put_back_makes_no_key_look_old(here: Club) -> None:
    first = known(here.mona)
    here.mona.disconnect()
    here.mona.skew_ms = -2 * RENEW_MS
    here.world.hub.now_ms -= 2 * RENEW_MS
    here.mona.connect()
    assert known(here.mona).number == first.number + 1
    here.world.pass_time(HOUR_MS)
    assert known(here.mona).number == first.number + 1
