# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Codes that the operator hands out for one use; the hub keeps their hashes only."""

from __future__ import annotations

import hashlib
from base64 import b32encode
from collections.abc import Callable
from typing import Final

MAX_CODE: Final = 64
"""Letters that are looked at; one of ours has 32."""


def fresh_code(random: Callable[[int], bytes]) -> str:
    """160 bits, so that its plain hash cannot be guessed back."""
    return b32encode(random(20)).decode().lower()


def code_hash(code: str) -> bytes:
    return hashlib.sha256(code.encode()).digest()
