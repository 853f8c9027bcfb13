# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""kill -9 before any step of writing, swapping and clearing away loses nothing that was acknowledged."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.desk.matching.index.killed import Tally, run


def kept(tally: Tally, kills: int) -> None:
    assert tally.lost == []
    assert tally.kills == kills
    assert tally.made_anew == 0, "what was the index is whole after each kill, not only made again"
    assert tally.checked > kills
    assert tally.generations > kills // 10


def test_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    kept(run(tmp_path, 10, seed=11), 10)


@pytest.mark.prove
def test_nothing_acknowledged_is_lost_in_a_thousand_kills(tmp_path: Path) -> None:
    for seed in range(20):
        folder = tmp_path / str(seed)
        folder.mkdir()
        kept(run(folder, 50, seed), 50)
