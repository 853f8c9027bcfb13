# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a client says it supports (RFC 9420, section 7.2)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from privity.mls import codec
from privity.mls.codec import Reader
from privity.mls.messages.codepoints import BASIC, DEFAULT_EXTENSIONS, DEFAULT_PROPOSALS, MLS10
from privity.mls.messages.extensions import read_u16s


@dataclass(frozen=True, slots=True)
class Capabilities:
    """Equal bytes decode to the same object, so that a large group holds few of them."""

    versions: tuple[int, ...] = (MLS10,)
    cipher_suites: tuple[int, ...] = ()
    extensions: tuple[int, ...] = ()
    proposals: tuple[int, ...] = ()
    credentials: tuple[int, ...] = (BASIC,)

    def encode(self) -> bytes:
        parts = (self.versions, self.cipher_suites, self.extensions, self.proposals, self.credentials)
        return b"".join([codec.numbers(part, 2) for part in parts])

    @classmethod
    def read(cls, r: Reader) -> Capabilities:
        start = r.position
        for _ in range(5):
            r.vec()
        return _interned(r.span(start))

    @classmethod
    def decode(cls, data: bytes) -> Capabilities:
        return codec.decode(cls.read, data)

    def supports_extension(self, kind: int) -> bool:
        """Whether an extension type is listed, or one that everybody supports."""
        return kind in DEFAULT_EXTENSIONS or kind in self.extensions

    def supports_proposal(self, kind: int) -> bool:
        """Whether a proposal type is listed, or one that everybody supports."""
        return kind in DEFAULT_PROPOSALS or kind in self.proposals

    def supports_credential(self, kind: int) -> bool:
        """Whether a credential type is listed; none goes without saying."""
        return kind in self.credentials


@lru_cache(maxsize=1024)
def _interned(raw: bytes) -> Capabilities:
    return codec.decode(lambda r: Capabilities(*(read_u16s(r) for _ in range(5))), raw)
