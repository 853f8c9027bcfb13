# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A sealed report as the hub holds it until the desk has it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SealedReport:
    reporter_uri: str
    received_ms: int
    receipt: str
    sealed: bytes
