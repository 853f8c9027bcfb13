# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""How many letters docs/operators/scale.md counts for a person follows from the rules of their devices."""

from __future__ import annotations

from bench.letters import DAY_MS, in_a_day

from privity.client.engine.telling import PERIOD_MS


def test_two_devices_tell_each_other_as_often_as_the_page_says() -> None:
    assert in_a_day(together=True) == 2 * DAY_MS // PERIOD_MS == 192
    assert in_a_day(together=False) == 1
