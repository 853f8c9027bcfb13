# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What this device signs for its person about contact."""

from __future__ import annotations

from typing import TYPE_CHECKING

from privity.identity.consent import ConsentEntry, Op
from privity.mls.crypto import SigningKey
from privity.mls.suites import suite

if TYPE_CHECKING:
    from privity.client.engine.state import Device


def sign(device: Device, op: Op, other: str, *, room_uri: str = "", ward_uri: str = "", proof: bytes = b"") -> bytes:
    """An entry of now, by the hub's clock: newer than any end of the contact, or of being in the room, known here."""
    known = device.contacts.known(other)
    after = -1 if known is None else known.own_after
    at_ms = max(device.hub_ms, after + 1, device.contacts.room_after(room_uri) + 1)
    own = device.own
    entry = ConsentEntry(op, own.user_uri, other, room_uri, ward_uri, proof, at_ms, own.client_uri)
    return entry.sign(SigningKey(suite(1), own.signature_private))
