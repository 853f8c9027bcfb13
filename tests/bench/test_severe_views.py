# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What another rule of the hub would change about severe views: the tables of `bench.severe_views`, with few worlds."""

from __future__ import annotations

import pytest

from bench import severe_views
from privity.lab.account import Since, Stage
from privity.lab.hub_limits import OURS
from privity.lab.parameters import shipped


def test_each_lever_differs_from_the_hub_as_it_is() -> None:
    table = shipped()
    before, *others = severe_views.levers(table)
    assert before.hub == OURS and before.parameters is table
    for lever in others:
        assert (lever.hub, lever.parameters) != (before.hub, before.parameters), lever.name
    assert len({lever.name for lever in others}) == len(others)


def test_both_tables_are_printed_whole(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    two = severe_views.levers(shipped())[:2]
    monkeypatch.setattr(severe_views, "levers", lambda _table: two)
    monkeypatch.setattr(severe_views, "PEOPLE", 1_000)
    monkeypatch.setattr(severe_views, "CASES", 1)
    monkeypatch.setattr(severe_views, "DAYS", 2)
    severe_views.main(["--seeds", "2"])
    stages, levers = capsys.readouterr().out.strip().split("\n\n")
    head, _, *lines = stages.splitlines()
    assert [head.count(stage) for stage in Stage] == [1] * len(Stage)
    assert [line.split("|")[-6].strip() for line in lines] == list(Since) * 5
    assert len(levers.splitlines()) == 2 + len(two)
    assert {line.count("|") for line in levers.splitlines()} == {8}
