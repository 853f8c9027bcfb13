# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Every limit of a text of rules, with its reason beside it."""

from __future__ import annotations

from typing import Final

MAX_TEXT: Final = 256 << 10
"""Characters. A thousand rules of people have room in it, and reading it takes a moment."""

MAX_NAMES: Final = 2000
"""Names that a text may assign."""

MAX_RULES: Final = 500
"""Rules of a text: each costs every event some nanoseconds."""

MAX_STEPS: Final = 500
"""Steps of one rule once every name in it is written out: a name used twice counts twice."""

MAX_NESTING: Final = 60
"""Expressions within expressions, names written out: translations follow it by recursion."""

MAX_WHOLE: Final = 2**53
"""Whole numbers lie within this on either side: up to here all three translations count alike, a 64-bit float
included."""

MAX_REAL: Final = 1e300
"""Other numbers lie within this on either side, so that none becomes infinite."""

MAX_LITERAL: Final = 1000
"""Characters of one text in quotes, and members of one list."""

MAX_PATTERN_MEMORY: Final = 1 << 20
"""Bytes that RE2 may use for one pattern; it answers in time linear in the text whatever the pattern is."""
