# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What an account says of its person's age. No more is asked for."""

from __future__ import annotations

from enum import StrEnum


class AgeBand(StrEnum):
    """Who has said nothing is treated as a minor (`policy.age`)."""

    UNKNOWN = "unknown"
    MINOR = "minor"
    ADULT = "adult"
