# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What the mark in a room's log says once the hub's database was put back from a copy (`EventKind.RESTORED`).

It is the hub's word and signed by nobody: a device learns from it that events are missing, never that one happened.
"""

from __future__ import annotations

import msgspec

from privity.wire.numbers import Count
from privity.wire.socket import BadFrame


class Restored(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """The copy knew the room up to the event `through`, in this epoch, and was made at `copied_ms` or a little later.

    Whatever came between `through` and the mark is not at the hub any more, and never will be.
    """

    through: Count
    copied_ms: Count
    epoch: Count


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Restored)


def encode_restored(said: Restored) -> bytes:
    """The `message` of a RESTORED event."""
    return _encoder.encode(said)


def decode_restored(data: bytes) -> Restored:
    """What a RESTORED event says. Raises BadFrame."""
    try:
        return _decoder.decode(data)
    except msgspec.DecodeError as err:
        raise BadFrame(f"not a mark of a restored hub: {err}") from None
