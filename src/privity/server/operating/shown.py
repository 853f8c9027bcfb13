# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""How far a command is: a bar on a terminal, gone when it is done; nothing where nobody looks."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich import progress
from rich.console import Console

Told = Callable[[str, int, int], None]
"""What is being done, how much of it is, and how much there will be."""


def told_to_nobody(what: str, done: int, total: int) -> None:
    return None


@contextmanager
def shown(what: str) -> Iterator[Told]:
    if not sys.stderr.isatty():
        yield told_to_nobody
        return
    columns = (
        progress.TextColumn("{task.description}"),
        progress.BarColumn(),
        progress.TaskProgressColumn(),
        progress.TimeRemainingColumn(),
    )
    with progress.Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda now, done, total: bar.update(task, description=now, completed=done, total=total)
