# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a command says while a device works on what the hub asks for before something is begun with a stranger."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from privity.client.engine.shown import Working

ASKS: Final = (
    "this server asks your device for a little work before you begin something with somebody new. About {lasting};"
    " Ctrl-C stops it. `privity standing show` says why"
)


class Waited:
    """What a terminal shows while a command takes long: what it waits for, or how far the work is."""

    def __init__(self, says: str, note: Callable[[str], None]) -> None:
        self._says = says
        self._note = note
        self._work: Working | None = None

    def text(self) -> str:
        if self._work is None:
            return self._says
        done, parts, left_s = self._work.done, self._work.parts, self._work.left_s
        return f"working: {done} of {parts} parts, about {_lasting(left_s or 0)} left"

    def heard(self, what: Working) -> None:
        """The first of each puzzle is said once, also where nobody looks at a terminal."""
        if what.left_s is None:
            self._work = None
            return
        if self._work is None:
            self._note(ASKS.format(lasting=_lasting(what.left_s)))
        self._work = what


def _lasting(seconds: int) -> str:
    return f"{round(seconds / 60)} minutes" if seconds > 90 else f"{seconds} seconds"
