# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Section 2.1: the presentation language, on which every other check stands."""

from __future__ import annotations

from typing import Final

from privity.mls.errors import (
    BadOptional,
    LimitExceeded,
    NonMinimalLength,
    TrailingBytes,
    Truncated,
    UsageError,
    VectorMisaligned,
)
from tests.mls.checks.check import Check

SECTIONS: Final = {
    "2.1": "The presentation language",
    "2.1.1": "Optional values",
    "2.1.2": "Lengths of vectors",
}

CHECKS: Final = (
    Check("2.1-1", "A struct takes up all of its bytes", "codec", TrailingBytes),
    Check("2.1-2", "A struct is not cut short", "codec", Truncated),
    Check("2.1-3", "A vector ends where the one around it ends, or before", "codec", Truncated),
    Check("2.1-4", "A vector of 2-byte numbers holds whole numbers", "messages.extensions", VectorMisaligned),
    Check("2.1-5", "A vector of leaf indices holds whole numbers", "tree.node", VectorMisaligned),
    Check("2.1-6", "We write no number that its field cannot hold", "codec", UsageError),
    Check("2.1.1-1", "An optional value is announced by 0 or 1", "codec", BadOptional),
    Check("2.1.2-1", "A length below 64 takes one byte", "codec", NonMinimalLength),
    Check("2.1.2-2", "A length below 16,384 takes at most two bytes", "codec", NonMinimalLength),
    Check("2.1.2-3", "A length does not begin with the bits 11", "codec", NonMinimalLength),
    Check("2.1.2-4", "A vector is no longer than its field can sensibly be", "codec", LimitExceeded),
    Check("2.1.2-5", "We write no vector that is longer than a length can say", "codec", UsageError),
)
