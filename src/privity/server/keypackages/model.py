# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""KeyPackages in stock, and what a claim hands out."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Checked:
    """A KeyPackage that passed validation for one device."""

    reference: bytes
    suite: int
    last_resort: bool
    not_after_ms: int
    value: bytes


@dataclass(frozen=True, slots=True)
class Stock:
    """What a device has left of one suite; the last resort is not counted in `left`."""

    suite: int
    left: int
    has_last_resort: bool
    last_resort_used: bool = False
    """Handed out since the device sent it: what it protects next time rests on a key that somebody has used."""


@dataclass(frozen=True, slots=True)
class HandedOut:
    """One device's part of a claim; None when it has nothing for these suites."""

    client_uri: str
    value: bytes | None
