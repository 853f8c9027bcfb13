# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Every case has a deadline, and says on what it rests."""

from __future__ import annotations

import pytest

from privity.desk import config
from privity.desk.cases.deadlines import DAY_MS, HOUR_MS, deadline_of
from privity.desk.errors import ConfigInvalid
from privity.message.report import Reason
from tests.desk.conftest import Home


def test_every_reason_has_one_and_says_why() -> None:
    for reason in Reason:
        until, basis = deadline_of(int(reason), 1000, {})
        assert 1000 < until <= 1000 + 7 * DAY_MS
        assert "house rule" in basis


def test_what_cannot_wait_has_hours() -> None:
    assert deadline_of(int(Reason.THREAT), 0, {})[0] <= 4 * HOUR_MS
    assert deadline_of(int(Reason.CHILD_SAFETY), 0, {})[0] <= 24 * HOUR_MS


def test_the_operators_own_hours_count_and_say_so() -> None:
    assert deadline_of(int(Reason.SPAM), 5, {"spam": 2}) == (5 + 2 * HOUR_MS, "set by the operator: within 2 hours")
    assert deadline_of(int(Reason.HATE), 5, {"spam": 2}) == deadline_of(int(Reason.HATE), 5, {})


def test_hours_are_read_from_the_configuration(home: Home) -> None:
    path = home.file("http://127.0.0.1:1")
    path.write_text(path.read_text().replace("[desk]\n", "[desk]\ndeadline_hours = { spam = 2 }\n"))
    assert config.load(path).deadline_hours == {"spam": 2}


@pytest.mark.parametrize("hours", ["{ sham = 2 }", "{ spam = 0 }", "{ spam = 9000 }", "{ spam = 'x' }"])
def test_hours_that_make_no_sense_are_refused(home: Home, hours: str) -> None:
    path = home.file("http://127.0.0.1:1")
    path.write_text(path.read_text().replace("[desk]\n", f"[desk]\ndeadline_hours = {hours}\n"))
    with pytest.raises(ConfigInvalid, match=r"deadline_hours|str"):
        config.load(path)
