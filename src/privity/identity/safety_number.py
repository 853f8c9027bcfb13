# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Safety numbers: 60 digits that two people compare to know that no one sits between them.

Each half is 30 digits of SHA-512 iterated ITERATIONS times over (version, user URI, recovery key), so that looking for
a key with a similar number costs; the smaller half stands first, so both people see the same. The recovery key is the
one that outranks: the number survives new devices, rotated account keys and recoveries, and changes with a reset.
"""

from __future__ import annotations

import hashlib
import hmac

from privity.identity.errors import UsageError
from privity.identity.uris import parse_user_uri
from privity.mls.codec import u16, vec

VERSION = 1
ITERATIONS = 5200
GROUPS = 12


class SafetyNumberMismatch(Exception):
    """The compared numbers differ."""


def safety_number(own_uri: str, own_recovery_key: bytes, their_uri: str, their_recovery_key: bytes) -> str:
    """Sixty digits in twelve groups of five. The same whoever computes it."""
    halves = sorted([_half(own_uri, own_recovery_key), _half(their_uri, their_recovery_key)])
    digits = "".join(halves)
    return " ".join(digits[i * 5 : i * 5 + 5] for i in range(GROUPS))


def compare(shown: str, scanned: str) -> None:
    """Raise SafetyNumberMismatch unless both are the same digits; spacing does not matter."""
    if not hmac.compare_digest("".join(shown.split()).encode(), "".join(scanned.split()).encode()):
        raise SafetyNumberMismatch("the safety numbers differ")


def _half(user_uri: str, recovery_key: bytes) -> str:
    if len(recovery_key) != 32:
        raise UsageError(f"a recovery key has 32 bytes, got {len(recovery_key)}")
    subject = vec(parse_user_uri(user_uri).encode()) + vec(recovery_key)
    digest = b"privity safety number" + u16(VERSION) + subject
    for _ in range(ITERATIONS):
        digest = hashlib.sha512(digest + recovery_key).digest()
    return "".join(f"{int.from_bytes(digest[i * 5 : i * 5 + 5], 'big') % 100_000:05d}" for i in range(6))
