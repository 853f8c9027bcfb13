# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Whether a worker still works, judged by what it says and when. All times are seconds of a clock that only runs on.

Whatever a worker says, its event loop turns. That its writer answers, be it with a refusal, it says in a word of its
own. Before it was ready for the first time nobody judges: the first start of a version may change the whole database.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from privity.server.health.supervised import ALIVE, ENDING, READY

SILENT_S: Final = 15.0
"""Others have taken its rooms over by then; only its devices wait still."""
WRITES_S: Final = 60.0
"""A database that does not answer is given up after twenty seconds: a writer that takes longer never will."""
STARTS_S: Final = 120.0
"""From the start of a later process of a place to its being ready."""
ENDS_S: Final = 30.0
"""From saying that it ends to its end."""


class Vital:
    """One process's signs of life."""

    __slots__ = ("_answered_s", "_ending", "_heard_s", "_patient", "ready")

    def __init__(self, began_s: float, *, patient: bool) -> None:
        """`patient`: no process of this place has been ready yet."""
        self._heard_s = self._answered_s = began_s
        self._patient = patient
        self._ending = False
        self.ready = False

    def hear(self, said: Iterable[bytes], now_s: float) -> None:
        for word in said:
            self._heard_s = now_s
            if word in (ALIVE, READY):
                self._answered_s = now_s
            self.ready = self.ready or word == READY
            self._ending = self._ending or word == ENDING

    def excuse(self, slept_s: float) -> None:
        """Nobody listened for so long, so nothing follows from what was not heard."""
        self._heard_s += slept_s
        self._answered_s += slept_s

    def wrong(self, now_s: float) -> str | None:
        """What is wrong with it, as the log says it; None while it works."""
        silent_s = now_s - self._heard_s
        if not self.ready:
            return None if self._patient or silent_s <= STARTS_S else "does not begin"
        if self._ending:
            return "does not end" if silent_s > ENDS_S else None
        if silent_s > SILENT_S:
            return "says nothing"
        return "cannot write" if now_s - self._answered_s > WRITES_S else None
