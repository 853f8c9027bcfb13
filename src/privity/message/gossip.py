# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The checkpoint of the key log that a sender last saw, inside the encrypted content of an ordinary message.

The hub can neither read nor change it there. The log's own signature comes along: a member who invents a checkpoint
accuses nobody, and one that does not belong to what the reader was shown is evidence for everyone. So does the identity
of the log: a hub that told one of them another key of it, or of where its labels stand, told them two logs.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from privity.message.content import MimiContent
from privity.message.errors import BadExtension
from privity.mls.codec import vec

GOSSIP = -2
"""Private extension: [size, root, the log's signature over the checkpoint, identity of the log]."""
HASH_BYTES = 32
SIGNATURE_BYTES = 64


@dataclass(frozen=True, slots=True)
class HeardCheckpoint:
    """What a message says of the log. Only claimed until the signature is checked."""

    size: int
    root: bytes
    signature: bytes
    identity: bytes
    """SHA-256 over the log's keys (`log_identity`)."""

    def to_extension(self) -> list[object]:
        return [self.size, self.root, self.signature, self.identity]


def log_identity(log_key: bytes, vrf_key: bytes) -> bytes:
    """Which log this is: by the raw Ed25519 key that signs it, and the one that says where its labels stand."""
    return hashlib.sha256(vec(b"PrivityLogIdentity") + vec(log_key) + vec(vrf_key)).digest()


def heard_in(content: MimiContent) -> HeardCheckpoint | None:
    """The checkpoint in this content, if there is one. Raises BadExtension for one of another shape."""
    value = content.extensions.get(GOSSIP)
    if value is None:
        return None
    match value:
        case [int(size), bytes(root), bytes(signature), bytes(identity)] if (
            not isinstance(size, bool)
            and size > 0
            and len(root) == HASH_BYTES
            and len(signature) == SIGNATURE_BYTES
            and len(identity) == HASH_BYTES
        ):
            return HeardCheckpoint(size, root, signature, identity)
        case _:
            raise BadExtension("a checkpoint is a size, a root of 32 bytes, a signature of 64 and an identity of 32")
