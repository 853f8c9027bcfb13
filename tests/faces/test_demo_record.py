# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Where the demo ends: at the first check that does not hold, unless it was to fail and another is yet to."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from privity.faces.demo.asking import Refused
from privity.faces.demo.launch import BREAKS
from privity.faces.demo.steps import LAST, CheckFailed, Record


def record(*awaited: str) -> tuple[Record, io.StringIO]:
    said = io.StringIO()
    return Record(Console(file=said, width=200), set(awaited)), said


def misses(told: Record, check: str) -> None:
    with told.step(check, "an attempt") as step:
        step.expect(False, "what was promised")


@pytest.mark.parametrize("awaited", [(), ("hidden",), ("thief", "forgery")])
def test_a_check_that_does_not_hold_ends_the_demo(awaited: tuple[str, ...]) -> None:
    told, said = record(*awaited)
    with pytest.raises(CheckFailed, match="what was promised"):
        misses(told, "hidden")
    assert (told.passed, told.went_on, said.getvalue()) == (0, 0, "")


def test_one_that_was_to_fail_is_named_and_the_last_of_them_ends_it() -> None:
    told, said = record("hidden", "thief")
    misses(told, "hidden")
    with told.step("report", "another attempt"):
        pass
    assert (told.passed, told.went_on) == (1, 1)
    assert "FAILED hidden: did not hold: what was promised" in said.getvalue()
    with pytest.raises(CheckFailed):
        misses(told, "thief")


def test_a_second_failure_of_the_same_check_ends_it() -> None:
    told, _ = record("hidden", "thief")
    misses(told, "hidden")
    with pytest.raises(CheckFailed):
        misses(told, "hidden")


@pytest.mark.parametrize("check", LAST)
def test_nothing_goes_on_after_a_check_that_the_rest_begins_with(check: str) -> None:
    assert check in {one.check for one in BREAKS.values()}
    told, _ = record(check, "search")
    with pytest.raises(CheckFailed):
        misses(told, check)


def test_a_device_that_refuses_is_named_by_the_step() -> None:
    told, _ = record()
    with (
        pytest.raises(CheckFailed, match="a device refused what it should do: NotAContact") as failed,
        told.step("hidden", "x"),
    ):
        raise Refused("NotAContact", "ask first")
    assert failed.value.check == "hidden"
