# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The disk rows are numbers, or say why not."""

from __future__ import annotations

import pytest
from bench.errors import CannotRun

from bench import disk


def test_disk_rows_are_ordered() -> None:
    middle, slow = disk.rows(quick=True)
    if middle.skipped:
        pytest.skip(f"missing: a disk ({middle.skipped})")
    assert middle.ours is not None and slow.ours is not None
    assert 0 < middle.ours <= slow.ours


def test_disk_rows_say_why_not(monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> None:
        raise CannotRun("all in memory")

    monkeypatch.setattr(disk, "disk_folder", none)
    assert [row.skipped for row in disk.rows(quick=True)] == ["CannotRun: all in memory"] * 2
