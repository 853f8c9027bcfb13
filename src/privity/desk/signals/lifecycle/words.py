# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Why somebody did what others must understand."""

from __future__ import annotations

from typing import Final

from privity.desk.signals.lifecycle.errors import WordsMissing

MAX_WORDS: Final = 2_000
"""Characters: a page would not be read."""


def worded(words: str) -> str:
    """Without what stands around it. Raises WordsMissing."""
    said = words.strip()
    if not 0 < len(said) <= MAX_WORDS:
        raise WordsMissing(f"say why, in 1 to {MAX_WORDS:,} characters; got {len(said):,}")
    return said
