# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0

"""Pre-shared keys mixed into an epoch (RFC 9420 section 8.4)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from privity.mls.codec import u16
from privity.mls.errors import UnknownPsk
from privity.mls.messages.psk import PreSharedKeyID
from privity.mls.schedule.kdf import expand_with_label, extract
from privity.mls.suites import CipherSuite

PskLookup = Callable[[PreSharedKeyID], bytes | None]
"""Finds the key with this name, or None."""


def psk_secret(suite: CipherSuite, keys: Sequence[tuple[PreSharedKeyID, bytes]]) -> bytes:
    """The one secret that stands for a list of named keys in their order; zeros for an empty list."""
    secret = bytes(suite.nh)
    for index, (name, key) in enumerate(keys):
        extracted = extract(suite, bytes(suite.nh), key)
        label = name.encode() + u16(index) + u16(len(keys))
        secret = extract(suite, expand_with_label(suite, extracted, b"derived psk", label, suite.nh), secret)
    return secret


def look_up_all(names: Sequence[PreSharedKeyID], lookup: PskLookup | None) -> list[tuple[PreSharedKeyID, bytes]]:
    """All named keys, or UnknownPsk, which it always is where there is nowhere to look."""
    found: list[tuple[PreSharedKeyID, bytes]] = []
    for name in names:
        key = lookup(name) if lookup is not None else None
        if key is None:
            raise UnknownPsk(f"a {type(name).__name__} is named that we do not hold")
        found.append((name, key))
    return found
