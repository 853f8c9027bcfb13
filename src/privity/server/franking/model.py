# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What the franking slice works with (franking, sections 4 and 6)."""

from __future__ import annotations

from dataclasses import dataclass

from privity.mls.crypto import SigningKey
from privity.server.franking.store import PeriodKeys


@dataclass(frozen=True, slots=True)
class Franker:
    """Signing key, MAC keys, and for how many days a message stays reportable."""

    signing: SigningKey
    public: bytes
    periods: PeriodKeys
    window_days: int
