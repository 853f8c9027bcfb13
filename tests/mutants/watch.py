# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Runs every test once on the unchanged program, and keeps what was seen for as long as program and test stay the same.

In a forked process, so that the one from which changes are tried has never run a test: what tests leave behind in it
(values worked out once, encodings kept) would hide changes.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.mutants.child import forked
from tests.mutants.coverage import Coverage, Seen, Watcher, load, save

_PATIENCE = 3600.0
"""Seconds of CPU time for all tests, watched."""


class BrokenWatch(Exception):
    """Some tests were not seen to the end, so it is not known what they run."""


def watch(items: Sequence[pytest.Item], root: Path, package: str, folder: Path, forget: Callable[[], None]) -> Coverage:
    """Of tests that were seen before, what was kept in the folder; the others run now, each after `forget`."""
    kept = folder / f"mutants-lines-{_program(items, root / package)}.json"
    texts = {path: hashlib.sha256(path.read_bytes()).hexdigest()[:12] for path in {item.path for item in items}}
    names = [f"{texts[item.path]} {item.nodeid}" for item in items]
    seen = load(kept)
    todo = [number for number, name in enumerate(names) if name not in seen]
    if todo:
        forked(_seeing(items, names, todo, Watcher(root), seen, kept, forget), _PATIENCE)
        seen = load(kept)
    missing = [items[number].nodeid for number in todo if names[number] not in seen]
    if missing:
        raise BrokenWatch(f"{len(missing)} tests were not seen to the end, the first is {missing[0]}")
    coverage = Coverage()
    for number, name in enumerate(names):
        coverage.add(number, seen[name])
    return coverage


def _seeing(
    items: Sequence[pytest.Item],
    names: Sequence[str],
    todo: Sequence[int],
    watcher: Watcher,
    seen: dict[str, Seen],
    kept: Path,
    forget: Callable[[], None],
) -> Callable[[], None]:
    def work() -> None:
        failed = _Failed()
        items[0].config.pluginmanager.register(failed)
        for number, following in zip(todo, [*todo[1:], None], strict=True):
            forget()
            each, before, started = Seen(), failed.count, time.process_time()
            with watcher.watching(each.lines):
                items[number].config.hook.pytest_runtest_protocol(
                    item=items[number], nextitem=None if following is None else items[following]
                )
            each.seconds, each.fails = time.process_time() - started, failed.count > before
            seen[names[number]] = each
        save(kept, seen)
        os._exit(0)

    return work


def _program(items: Sequence[pytest.Item], package: Path) -> str:
    """A digest of everything that decides which test runs which line, but the files of the tests themselves."""
    folder = Path(os.path.commonpath([item.path.parent for item in items]))
    beside = {path for path in folder.rglob("*.py") if path not in {item.path for item in items}}
    whole = hashlib.sha256()
    for path in sorted({*beside, *package.rglob("*.py")}):
        whole.update(path.read_bytes())
    return whole.hexdigest()[:12]


class _Failed:
    def __init__(self) -> None:
        self.count = 0

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.count += report.failed
