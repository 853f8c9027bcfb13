# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The cipher suites that rooms may have, and how many devices fit. All sign with Ed25519, as device lists do.

A room has the suite that it was made with, for as long as it lasts: whoever makes it chooses.
"""

from __future__ import annotations

from typing import Final

from privity.mls.errors import PolicyRefused
from privity.mls.suites import (
    POST_QUANTUM,
    X25519_AES128GCM,
    X25519_CHACHA20POLY1305,
    CipherSuite,
    Suites,
    table,
    with_signer,
    with_verifier,
)
from privity.policy.signatures import sign_ed25519, verify_ed25519

ROOM_SUITES: Final[Suites] = with_signer(
    with_verifier(table(X25519_AES128GCM, X25519_CHACHA20POLY1305, POST_QUANTUM), verify_ed25519), sign_ed25519
)
"""`mls.rules.Rules.suites` of the hub and of every device. Another number for the hybrid is written here, and only
here; rooms that were made under the old one are then closed to everybody."""

ORDINARY: Final[CipherSuite] = ROOM_SUITES[X25519_AES128GCM.id]
"""Of a room of which nothing else was said."""

HYBRID: Final[CipherSuite] = ROOM_SUITES[POST_QUANTUM.id]
"""Of a room whose past no quantum computer is to open (`docs/users/post-quantum.md`)."""

SPOKEN: Final = (ORDINARY, HYBRID)
"""Those of which every device keeps KeyPackages at the hub."""

MOST_HYBRID_DEVICES: Final = 750
"""Where every parent is blank, a commit with new keys has a ciphertext of 1,171 bytes for each other device: with 750
it has 0.9 MB, and room for a person with 32 devices, in the MiB that the hub takes. Who is in can always change keys.
"""


def is_post_quantum(suite_id: int) -> bool:
    """Whether a room of this suite keeps its keys from a quantum computer."""
    return suite_id == HYBRID.id


def chosen(*, post_quantum: bool) -> CipherSuite:
    """The suite of a new room."""
    return HYBRID if post_quantum else ORDINARY


def check_size(suite_id: int, *, before: int, after: int) -> None:
    """Raise PolicyRefused where a commit brings a room above the devices that fit. Going down is always allowed."""
    if is_post_quantum(suite_id) and after > max(before, MOST_HYBRID_DEVICES):
        raise PolicyRefused(
            f"a post-quantum conversation has room for {MOST_HYBRID_DEVICES} devices, this commit would make it"
            f" {after}; larger ones are ordinary conversations"
        )
