# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Who meets a limit is told when it goes on, and what needs no waiting."""

from __future__ import annotations

import pytest

from privity.faces.app.problems import FRESH_ASKS, problem_of
from privity.server.limits import DAY, fresh_ask
from privity.wire.errors import Code, Refusal


def said(limit: str, retry_after_ms: int | None) -> str:
    problem = problem_of(Refusal(Code.TOO_MANY, "too many", limit=limit, retry_after_ms=retry_after_ms))
    assert problem.name == "TooMany"
    return problem.text


@pytest.mark.parametrize("age_ms", [0, DAY])
def test_a_new_account_is_told_when_and_what_is_free(age_ms: int) -> None:
    name = fresh_ask(age_ms)
    assert name in FRESH_ASKS
    text = said(name, 2_580_001)
    assert "You can ask again in 44 min." in text
    assert "use a code" in text


def test_of_other_limits_the_time_alone() -> None:
    assert said("contact.ask", 1_800_000) == "That was more at once than the hub takes. Try again in 30 min."
    short = "That was more at once than the hub takes. Wait a minute, and try again."
    assert said("room.create", 60_000) == said("contact.asks", None) == short
