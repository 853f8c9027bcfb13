# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Names of pre-shared keys (RFC 9420, section 8.4)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from privity.mls import codec
from privity.mls.codec import Reader
from privity.mls.errors import BadEnum

EXTERNAL = 1
RESUMPTION = 2


class ResumptionUsage(IntEnum):
    """What a resumption key is for."""

    APPLICATION = 1
    REINIT = 2
    BRANCH = 3


@dataclass(frozen=True, slots=True)
class ExternalPsk:
    """A key agreed outside of MLS."""

    psk_id: bytes
    nonce: bytes

    def encode(self) -> bytes:
        return codec.u8(EXTERNAL) + codec.vec(self.psk_id) + codec.vec(self.nonce)


@dataclass(frozen=True, slots=True)
class ResumptionPsk:
    """A key from an epoch of this or another group."""

    usage: ResumptionUsage
    group_id: bytes
    epoch: int
    nonce: bytes

    def encode(self) -> bytes:
        head = codec.u8(RESUMPTION) + codec.u8(self.usage) + codec.vec(self.group_id)
        return head + codec.u64(self.epoch) + codec.vec(self.nonce)


PreSharedKeyID = ExternalPsk | ResumptionPsk


def read_psk_id(r: Reader) -> PreSharedKeyID:
    kind = r.u8()
    if kind == EXTERNAL:
        return ExternalPsk(r.vec(), r.vec())
    if kind != RESUMPTION:
        raise BadEnum(f"psk type {kind}, expected {EXTERNAL} or {RESUMPTION}")
    number = r.u8()
    try:
        usage = ResumptionUsage(number)
    except ValueError:
        raise BadEnum(f"resumption usage {number}, expected 1, 2 or 3") from None
    return ResumptionPsk(usage, r.vec(), r.u64(), r.vec())


def decode_psk_id(data: bytes) -> PreSharedKeyID:
    return codec.decode(read_psk_id, data)
