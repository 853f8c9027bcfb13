# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Whether an observation can be counted at all: looked at before anything of it is."""

from __future__ import annotations

from typing import Final

from privity.desk.signals.counters.errors import Uncountable
from privity.wire.numbers import MAX_COUNT
from privity.wire.observed import Observed

MOST_TEXT: Final = 512
"""Characters of the name of an account, a room or a network."""


def check_countable(seen: Observed) -> None:
    """Raises Uncountable. Of whatever passes, counting and reading features raise nothing."""
    for number in (seen.at_ms, seen.born_ms, seen.count, seen.people, seen.rooms, seen.mutual, seen.largest):
        if not 0 <= number <= MAX_COUNT:
            raise Uncountable(f"expected numbers from 0 to 2^53, got {number}")
    for text in (seen.account, seen.other, seen.room, seen.network):
        if len(text) > MOST_TEXT:
            raise Uncountable(f"expected names of up to {MOST_TEXT} characters, got {len(text)}")
        if not text.isascii():
            raise Uncountable("expected names in ASCII, as user and room URIs are, got others")
    if not seen.account:
        raise Uncountable("expected an account that did it, got none")
