# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Starts a hub or a desk of the drill: it goes by the drill's clock, and a desk looks around all the time.

A running desk looks every ten or thirty seconds whether there is something to do. Nobody watches a drill wait, so these
pauses are shorter in it, and nothing else in the program is another. With a name one of its steps is left out.
"""

from __future__ import annotations

import runpy
import sys
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from privity.faces.demo.launch import Break, apply
from privity.faces.drill.clock import Clock
from privity.faces.drill.legal.breaks import BREAKS

DESK: Final = "desk"
LOOK_S: Final = 0.1
PAUSES: Final = (("privity.desk.legal.living", "LOOK_S"), ("privity.desk.legal.vault.preserving", "PAUSE_S"))


def _tells_nobody(_: Any) -> Any:
    return lambda *_: False


LEFT_OUT: Final = {
    "dropped-notice": Break(
        DESK,
        BREAKS["dropped-notice"].what,
        BREAKS["dropped-notice"].scene,
        "privity.desk.legal.notices.sending",
        "send",
        _tells_nobody,
    ),
}
"""By the name that `--break` has for it."""


def launched(kind: str, broken: frozenset[str], clock: Path, *arguments: str) -> list[str]:
    """What the interpreter is given to run a module by the drill's clock."""
    left_out = ",".join(name for name in sorted(broken & LEFT_OUT.keys()) if LEFT_OUT[name].process == kind)
    return ["-P", __file__, kind, left_out, str(clock), *arguments]


if __name__ == "__main__":
    Clock.open(Path(sys.argv[3])).rule()
    if sys.argv[1] == DESK:
        for module, name in PAUSES:
            setattr(import_module(module), name, LOOK_S)
    for each in filter(None, sys.argv[2].split(",")):
        apply(LEFT_OUT[each])
    sys.argv = sys.argv[4:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
