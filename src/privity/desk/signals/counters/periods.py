# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""How far counts look back, and when they are forgotten. Milliseconds."""

from __future__ import annotations

from typing import Final

HOUR_MS: Final = 3_600_000
DAY_MS: Final = 24 * HOUR_MS
WEEK_MS: Final = 7 * DAY_MS
QUARTER_MS: Final = 90 * DAY_MS
FORGOTTEN_MS: Final = 4 * WEEK_MS
"""An account about which nothing was observed for so long is forgotten; its old ties alone fade on (`state.py`)."""
