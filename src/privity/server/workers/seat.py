# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The place of one worker among those of its machine."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Final

NAME_BYTES: Final = 8


@dataclass(frozen=True, slots=True)
class Seat:
    """`name` is new with each start, so that nothing which belonged to an earlier process is taken for its own."""

    name: str
    index: int = 0
    """Among the workers that one command started: metrics of the second are on the next port, and so on."""
    predecessor: str | None = None
    """A worker of this seat whose process is known to be gone: what it held is free at once."""


def fresh(index: int = 0, predecessor: str | None = None) -> Seat:
    """A seat with a new name."""
    return Seat(os.urandom(NAME_BYTES).hex(), index, predecessor)
