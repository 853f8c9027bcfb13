# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity demo`: the main job against a real hub and a real desk, every device a process of its own."""

from __future__ import annotations

import asyncio
import shutil
import signal
import sys
import tempfile
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console

from privity.faces.commands.known import check_known
from privity.faces.demo.home import Home
from privity.faces.demo.keeping import tell_what_is_kept
from privity.faces.demo.launch import BREAKS
from privity.faces.demo.scenario import CHECKS, play
from privity.faces.demo.steps import CheckFailed, Record
from privity.faces.demo.story import Story
from privity.faces.demo.talking import default_files


def demo(
    *,
    file: Annotated[
        tuple[Path, ...],
        Parameter(help="A file that Alice sends; may be given again.", negative="", show_default=False),
    ] = (),
    keep: Annotated[
        bool,
        Parameter(help="Leave hub and desk running and say where everything lies.", negative="", show_default=False),
    ] = False,
    only: Annotated[
        tuple[str, ...],
        Parameter(
            help="No more than this check needs; may be given again, `list` names them.",
            negative="",
            show_default=False,
        ),
    ] = (),
    broken: Annotated[
        tuple[str, ...],
        Parameter(
            name="--break", help="Run with one defence disabled; `list` names them.", negative="", show_default=False
        ),
    ] = (),
) -> None:
    """Run the main job: real hub, desk and device processes, people who talk, reports, attacks. At most a minute.

    Example: privity demo --file photo.jpg --keep
    """
    if "list" in broken:
        for name, one in BREAKS.items():
            print(f"{name:18} {one.what}; the check {one.check!r} must fail")
        return
    if "list" in only:
        print("\n".join(CHECKS))
        return
    check_known(broken, list(BREAKS), "defence", "demo --break list")
    check_known(only, CHECKS, "check", "demo --only list")
    unseen = [name for name in broken if only and BREAKS[name].check not in only]
    if unseen:
        sys.exit(f"privity: {unseen[0]} is seen by the check {BREAKS[unseen[0]].check!r}, which --only does not name")
    if len({BREAKS[name].check for name in broken}) < len(broken):
        sys.exit("privity: one defence at a time is gone of what one check watches; see `privity demo --break list`")
    for path in file:
        if not path.is_file():
            sys.exit(f"privity: NotAFile: {path} is not a file that can be sent")
    _run(list(file) or default_files(), keep=keep, only=only, broken=broken)


def _run(files: list[Path], *, keep: bool, only: tuple[str, ...], broken: tuple[str, ...]) -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # hub and desk must not outlive the demo
    folder = Path(tempfile.mkdtemp(prefix="privity-demo-"))
    record = Record(Console(), {BREAKS[name].check for name in broken})
    home = Home(folder, broken)
    try:
        asyncio.run(_play(Story(home, record, files, broken), only))
    except CheckFailed as err:
        record.failed(err)
        sys.exit(1)
    finally:
        if keep:
            tell_what_is_kept(home, record.console)
        else:
            home.stop()
            shutil.rmtree(folder, ignore_errors=True)
    record.console.print(f"demo: {record.passed} checks passed", highlight=False)
    if record.went_on:
        sys.exit(1)


async def _play(story: Story, only: tuple[str, ...]) -> None:
    try:
        await play(story, only)
    finally:
        await story.close()
