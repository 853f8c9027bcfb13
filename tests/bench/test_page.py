# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The page is made of the rows alone, and only a full run writes it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from bench.format import Row, skipped
from bench.machine import Machine
from bench.page import PAGE, Page, Section

from bench import main as bench_main

MACHINE = Machine(
    datetime(2026, 1, 2, 3, 4, tzinfo=UTC), "a processor", 2, "Linux", "CPython 3", "SQLite 3", "ext4", 0.25
)
ROWS = (
    Row("send", 0.123456, "cpu_s", "ours <= 0.15"),
    Row("add | more", 3.0, "cpu_s", "ratio <= 0.75", peer="peer", peer_value=2.0),
    skipped("fan-out", "cpu_ms", "no hub here", "ours <= 7"),
)


def test_page_says_what_it_took_to_measure() -> None:
    text = Page("make it", "abc", MACHINE, replace(MACHINE, load=1.5), ROWS).text()
    for said in ("`make it`", "`abc`", "2026-01-02 03:04", "2 cores of a processor", "0.2 before and 1.5 after"):
        assert said in text
    lines = text.splitlines()
    assert "| send | 0.1235 | cpu_s | - | - | - | ours <= 0.15 | met |" in lines
    assert "| add \\| more | 3 | cpu_s | peer | 2 | 1.5 | ratio <= 0.75 | MISSED |" in lines
    assert lines[-1] == "- fan-out: no hub here"


def test_sections_stay_when_another_table_is_written(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    page = Page("make it", "abc", MACHINE, MACHINE, ROWS)
    section = Section("One", "About it.", "make one", "abc", MACHINE, MACHINE, ROWS[:1])
    page.write(path)
    alone = path.read_text()
    section.write(path)
    replace(section, title="Two").write(path)
    replace(section, commit="def").write(path)
    page.write(path)
    text = path.read_text()
    assert text.startswith(alone)
    assert [line for line in text.splitlines() if line.startswith("#")] == ["# Benchmarks", "## One", "## Two"]
    one, two = text.split("## ")[1:]
    assert "`make one`" in one and "About it." in one and "`def`" in one and "`def`" not in two
    assert "| send | 0.1235 | cpu_s | - | - | - | ours <= 0.15 | met |" in one.splitlines()
    assert not text.endswith("\n\n") and "\n\n\n" not in text


def test_machine_is_looked_at() -> None:
    found = Machine.look()
    assert found.cores >= 1
    assert found.python.split()[1].count(".") == 2
    assert "SQLite" in found.libraries and "OpenSSL" in found.libraries


def test_quick_run_is_not_written_down(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(bench_main, "PAGE", tmp_path / "page.md")
    with pytest.raises(SystemExit):
        bench_main.main(["--quick", "--write"])
    assert not (tmp_path / "page.md").exists()


def test_page_in_the_repository_is_what_the_command_writes() -> None:
    """Its table has the rows of the command, and nobody has touched their form."""
    text = PAGE.read_text()
    assert f"Written by `{bench_main.COMMAND}`" in text
    assert Page(bench_main.COMMAND, "", MACHINE, MACHINE, ()).text().partition("| | |")[0] == text.partition("| | |")[0]
