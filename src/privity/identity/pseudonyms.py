# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Other people's names in an answer to a legal request: the same person has one name in it, and another in the next.

A pseudonym is a MAC under a key that is made for one request and leaves the house with nothing.
"""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass, field
from typing import Final

from privity.identity.errors import BadUri, UsageError
from privity.identity.uris import id_of, parse_client_uri, user_of
from privity.wire.rows_about import Whom

KEY_BYTES: Final = 32
_LETTERS: Final = 16
"""Of 80 bits: no two people of one answer have the same."""


def pseudonym(key: bytes, address: str) -> str:
    """Of a user URI, of anything else that names a person, or of a device: that of its person, and the device's own."""
    if len(key) != KEY_BYTES:
        raise UsageError(f"a key of pseudonyms has {KEY_BYTES} bytes, got {len(key)}")
    try:
        device = parse_client_uri(address)
    except BadUri:
        return _name(key, "person", address)
    return f"{pseudonym(key, user_of(device))}/{_name(key, 'device', id_of(device))}"


def _name(key: bytes, kind: str, text: str) -> str:
    mac = hmac.digest(key, f"Privity pseudonym 1 {kind} {text}".encode(), "sha256")
    return f"{kind}-{base64.b32encode(mac).decode().lower()[:_LETTERS]}"


@dataclass(frozen=True, slots=True)
class Names:
    """How people are named in one answer: whom it is about by their address, everybody else by a pseudonym."""

    whom: Whom
    key: bytes = field(repr=False)
    named: bool

    def of_user(self, written: str) -> str:
        if written in self.whom.users:
            return self.whom.users[0]
        return written if self.named else pseudonym(self.key, written)

    def of_device(self, written: str) -> str:
        first, last = self.whom.devices
        return written if self.named or first < written < last else pseudonym(self.key, written)

    def of_pair(self, written: str) -> str:
        return " ".join(map(self.of_user, written.split(" ")))
