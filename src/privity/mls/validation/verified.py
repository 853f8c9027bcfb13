# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Which KeyPackages were found to be signed: looking at the same bytes again needs no second verification.

A server sees each when it is published and when it is used, and a member sees those of a commit again after each lost
race. Only signatures are remembered, which do not change; lifetimes, credentials and rules are looked at every time.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from typing import Final

from privity.mls.codec import u16, vec
from privity.mls.messages.key_package import KeyPackage
from privity.mls.suites import CipherSuite

REMEMBERED: Final = 4_096
"""Digests that are kept, the latest: half a megabyte."""


class Verified:
    """A bounded set of digests. Only what was verified is put in."""

    __slots__ = ("_digests", "_most")

    def __init__(self, most: int = REMEMBERED) -> None:
        self._digests: OrderedDict[bytes, None] = OrderedDict()
        self._most = most

    def __len__(self) -> int:
        return len(self._digests)

    def holds(self, digest: bytes) -> bool:
        return digest in self._digests

    def add(self, digest: bytes) -> None:
        self._digests[digest] = None
        while len(self._digests) > self._most:
            self._digests.popitem(last=False)


KEY_PACKAGES: Final = Verified()
"""Those of this process: a signature is good for everybody or for nobody."""


def digest_of(suite: CipherSuite, key_package: KeyPackage) -> bytes:
    """What a KeyPackage is remembered by: every byte of it, and how its signatures are verified."""
    return hashlib.sha256(u16(suite.id) + vec(suite.signature.encode()) + key_package.encode()).digest()
