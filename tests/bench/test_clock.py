# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The statistics that benches quote."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from bench.clock import cpu_us, family, family_cpu_s, percentile, process_cpu_s


def test_percentiles_are_measured_values() -> None:
    values = [float(n) for n in range(100, 0, -1)]
    assert [percentile(values, p) for p in (0, 50, 99, 100)] == [1.0, 50.0, 99.0, 100.0]
    assert percentile([7.0], 99) == 7.0


def test_samples_of_functions_alternate() -> None:
    order: list[str] = []
    found = cpu_us({name: lambda name=name: order.append(name) for name in "ab"}, samples=2, calls=2)  # type: ignore[misc]  # mypy cannot infer a lambda's default
    assert set(found) == {"a", "b"} and all(value >= 0 for value in found.values())
    assert "".join(order) == "ab" + "aabb" + "aabb"


def test_cpu_of_a_process_never_falls() -> None:
    before = process_cpu_s(os.getpid())
    assert 0 <= before <= process_cpu_s(os.getpid())


def test_a_child_that_ends_while_it_is_counted_is_left_out_and_a_process_that_is_gone_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    child = subprocess.Popen(["sleep", "60"])
    try:
        assert family(child.pid) == [child.pid]
        before = family_cpu_s(child.pid)
        read = Path.read_text

        def with_another(path: Path, encoding: str | None = None) -> str:
            return read(path, encoding) or str(2**22 + 1)  # above what Linux gives to anybody

        monkeypatch.setattr(Path, "read_text", with_another)
        assert family(child.pid) == [child.pid]
        assert family_cpu_s(child.pid) >= before
    finally:
        child.kill()
        child.wait()
    with pytest.raises(OSError, match=str(child.pid)):
        family(child.pid)
