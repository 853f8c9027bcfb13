# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity demo`: the main job against a real hub and a real desk."""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console

from privity.faces.demo.home import Home
from privity.faces.demo.scenario import play
from privity.faces.demo.steps import CheckFailed, Record


def demo(
    *,
    keep: Annotated[bool, Parameter(help="Keep the data folders and print where they are.", negative="")] = False,
) -> None:
    """Run the main job: real hub and desk processes, people who talk, reports, attacks. At most a minute.

    Example: privity demo --keep
    """
    folder = Path(tempfile.mkdtemp(prefix="privity-demo-"))
    record = Record(Console())
    home = Home(folder)
    try:
        asyncio.run(play(home, record))
    except CheckFailed as err:
        record.console.print(f"[red]FAILED[/] {err.check}: ", end="", highlight=False)
        record.console.print(str(err), markup=False, highlight=False)
        sys.exit(1)
    finally:
        home.stop()
        if keep:
            record.console.print(f"kept: {folder}", markup=False, highlight=False, soft_wrap=True)
            record.console.print(f"canaries: {', '.join(home.canaries)}", markup=False, highlight=False, soft_wrap=True)
        else:
            shutil.rmtree(folder, ignore_errors=True)
    record.console.print(f"demo: {record.passed} checks passed", highlight=False)
