# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The key log's bench measures genuine answers and epochs; how fast it was is not asserted."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench.published import NOW_MS, Published

from bench import keylog
from privity.keylog.publish import lookup
from privity.keylog.verify import verify_lookup

TINY = keylog.Sizes(labels=300, epochs=40, week=10, samples=1, growth=(200,), lookups=8)


def test_published_log_is_genuine() -> None:
    log = Published(300, 40)
    label = log.add_versions(3)
    log.add_versions(1)
    found = verify_lookup(lookup(log, log.vrf_private, label, 0).encode(), label, log.keys, None, NOW_MS)
    assert (found.version, found.epoch, found.view.size) == (2, 40, 42)
    assert found.opened.audited


def test_every_cost_gets_a_row() -> None:
    rows = keylog.rows(TINY)
    alone = 6 + 3 + 3 * len(keylog.LADDERS) + 1 + 4 * len(TINY.growth)
    assert len({row.name for row in rows}) == len(rows) == alone + 2
    assert all(row.ours is not None and row.ours >= 0 for row in rows)
    bars = [row.name for row in rows if row.bar is not None]
    assert len(bars) == 1 + 5 + 4 + 3 + 2


def test_quick_run_is_not_written_down(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(keylog, "PAGE", tmp_path / "page.md")
    with pytest.raises(SystemExit):
        keylog.main(["--quick", "--write"])
    assert not (tmp_path / "page.md").exists()
