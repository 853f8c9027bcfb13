# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What can be wrong with counters that were kept."""

from __future__ import annotations


class CountersUnreadable(ValueError):
    """Bytes that no version of these counters wrote, or that were damaged."""


class Uncountable(ValueError):
    """An observation that says what none can: it is set aside, and nothing of it is counted."""


class CountersUnlike(ValueError):
    """Two sketches of different sizes or periods have no common sum."""
