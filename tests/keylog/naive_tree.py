# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The prefix tree as its definition says it, from all leaves at once and on strings of bits: what the real one is."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping


def naive_root(leaves: Mapping[bytes, bytes]) -> bytes:
    """The root over leaves (out to stamped)."""
    return _root({f"{int.from_bytes(out, 'big'):0256b}": (out, stamped) for out, stamped in leaves.items()}, 0)


def _root(leaves: Mapping[str, tuple[bytes, bytes]], depth: int) -> bytes:
    if not leaves:
        return bytes(32)
    if len(leaves) == 1:
        ((out, stamped),) = leaves.values()
        return hashlib.sha256(b"\x02" + out + stamped).digest()
    left, right = ({bits: leaf for bits, leaf in leaves.items() if bits[depth] == side} for side in "01")
    return hashlib.sha256(b"\x03" + _root(left, depth + 1) + _root(right, depth + 1)).digest()
