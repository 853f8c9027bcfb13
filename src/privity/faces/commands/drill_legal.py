# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity drill legal`: invented authorities ask at a real hub and desk, and what leaves the house."""

from __future__ import annotations

import asyncio
import signal
import sys
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console

from privity.faces.commands.known import check_known
from privity.faces.drill.legal.breaks import BREAKS
from privity.faces.drill.legal.run import run
from privity.faces.drill.legal.scenes import SCENES
from privity.faces.drill.legal.showing import Telling


def legal(
    *,
    only: Annotated[
        tuple[str, ...],
        Parameter(help="One scene, by name; may be given again. `list` names them.", negative="", show_default=False),
    ] = (),
    broken: Annotated[
        tuple[str, ...],
        Parameter(name="--break", help="Do one thing wrong; `list` names them.", negative="", show_default=False),
    ] = (),
    keep: Annotated[
        bool,
        Parameter(help="Leave the house and the packages on the disk and say where.", negative="", show_default=False),
    ] = False,
) -> None:
    """Play the scenes. What its help says stands in `drill`, so that whoever lists commands loads no desk."""
    if "list" in only:
        for scene in SCENES:
            print(f"{scene.name:20} {scene.title}")
        return
    if "list" in broken:
        for name, wrong in BREAKS.items():
            print(f"{name:20} {wrong.what}; {' or '.join(wrong.caught)} must say no in {wrong.scene!r}")
        return
    check_known(only, [scene.name for scene in SCENES], "scene", "drill legal --only list")
    check_known(broken, list(BREAKS), "wrong", "drill legal --break list")
    if len({BREAKS[name].scene for name in broken}) < len(broken):
        sys.exit(
            "privity: one thing at a time is done wrong in one scene; `privity drill legal --break list` names them"
        )
    chosen = [scene for scene in SCENES if not only or scene.name in only]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # no process may outlive the drill
    telling = Telling(Console())
    asyncio.run(run(chosen, frozenset(broken), telling, keep=keep))
    telling.end(len(chosen))
    if telling.passed < len(chosen):
        sys.exit(1)
