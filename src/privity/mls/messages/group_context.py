# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The group context (RFC 9420, section 8.1): what all members of an epoch agree on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from privity.mls import codec
from privity.mls.codec import Reader
from privity.mls.messages.codepoints import read_version
from privity.mls.messages.extensions import Extensions, read_extensions


@dataclass(frozen=True, slots=True)
class GroupContext:
    """What all members of an epoch agree on, and every signature and secret of it covers (section 8.1)."""

    version: int
    cipher_suite: int
    group_id: bytes
    epoch: int
    tree_hash: bytes
    confirmed_transcript_hash: bytes
    extensions: Extensions

    def encode(self) -> bytes:
        return b"".join(
            [
                codec.u16(self.version),
                codec.u16(self.cipher_suite),
                codec.vec(self.group_id),
                codec.u64(self.epoch),
                codec.vec(self.tree_hash),
                codec.vec(self.confirmed_transcript_hash),
                codec.vector_of(self.extensions),
            ]
        )

    @classmethod
    def read(cls, r: Reader) -> Self:
        return cls(read_version(r), r.u16(), r.vec(), r.u64(), r.vec(), r.vec(), read_extensions(r))

    @classmethod
    def decode(cls, data: bytes) -> Self:
        return codec.decode(cls.read, data)
