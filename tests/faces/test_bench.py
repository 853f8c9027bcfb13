# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity bench` says what was found in words, and refuses by name what it cannot measure."""

from __future__ import annotations

from pathlib import Path

import pytest

from privity.faces.commands import bench
from privity.server.measure import Measured


def test_command_measures_a_folder(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(bench, "ALONE", 5)
    monkeypatch.setattr(bench, "ROUNDS", 1)
    bench.bench(folder=tmp_path)
    told = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in told][:4] == ["disk", "alone", "together", "processor"]


def test_numbers_are_the_ones_that_were_measured() -> None:
    found = Measured([float(n) for n in range(1, 101)], [2.0], 12_345.6, 0.0789)
    disk, alone, together, processor = bench.lines(found)
    assert "50.50 ms (one in a hundred over 100.00 ms)" in disk
    assert "2.00 ms" in alone
    assert "12,346 messages a second, 100 devices" in together
    assert "0.079 ms" in processor


def test_folder_in_memory_is_no_disk() -> None:
    assert "power cut" in bench.lines(Measured([0.001, 0.002, 1.0], [1.0], 1.0, 1.0))[-1]


def test_what_is_no_folder_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file", tmp_path / "nowhere"):
        with pytest.raises(SystemExit, match="NotAFolder"):
            bench.bench(folder=folder)


def test_folder_that_takes_nothing_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    async def full(folder: Path, alone: int, rounds: int) -> Measured:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("privity.server.measure.measure", full)
    with pytest.raises(SystemExit, match=r"OSError: .*No space left"):
        bench.bench(folder=tmp_path)
