# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A device as the newest list of its user names it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Device:
    client_uri: str
    user_uri: str
    signature_key: bytes
    since_version: int
    """The list version that named this device with this key first."""
