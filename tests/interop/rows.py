# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""All rows of the table, and its columns."""

from __future__ import annotations

from tests.interop import committing, joining, outside, speaking, succeeding, tolerating
from tests.interop.peers import CORE_CRYPTO, MLS_RS, TS_MLS
from tests.interop.row import Chapter

COLUMNS: tuple[tuple[str, tuple[int, ...]], ...] = ((TS_MLS, (1, 2, 3)), (CORE_CRYPTO, (1, 2, 3)), (MLS_RS, (1,)))
"""Each peer with the suites that it shares with us."""

CHAPTERS: tuple[Chapter, ...] = (
    joining.CHAPTER,
    committing.CHAPTER,
    outside.CHAPTER,
    speaking.CHAPTER,
    succeeding.CHAPTER,
    tolerating.CHAPTER,
)
