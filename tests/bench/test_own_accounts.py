# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What the rules find that count who does not want it: the table of `bench.own_accounts`, with few worlds."""

from __future__ import annotations

import pytest

from bench import own_accounts
from privity.lab.rules import shipped_rules


def test_the_table_is_printed_whole(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for name, less in (("PEOPLE", 1_000), ("CASES", 1), ("DAYS", 4)):
        monkeypatch.setattr(own_accounts, name, less)
    own_accounts.main(["--seeds", "2"])
    head, _, *lines = capsys.readouterr().out.strip().splitlines()
    assert head == "| | no signal | before | after | difference |"
    assert [line.split("|")[1].strip() for line in lines] == list(own_accounts.ROWS)
    assert lines[0].split("|")[2].strip() == "0 [0, 0]", "without signals nothing is found"


def test_the_rules_that_are_left_out_are_there() -> None:
    assert {rule.name for rule in shipped_rules().rules} >= set(own_accounts.NEW)
