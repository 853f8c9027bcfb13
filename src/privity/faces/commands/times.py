# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Times as people read them: by the clock of their own place, to the minute."""

from __future__ import annotations

from datetime import UTC, datetime


def local_time(at_ms: int) -> str:
    """A time in ms since 1970."""
    return f"{datetime.fromtimestamp(at_ms / 1000, UTC).astimezone():%Y-%m-%d %H:%M}"
