# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The openings of a log that can go on after it lost its database: each is made again from the VRF key.

Whoever has that key finds out whose leaf is whose anyway, and it can be rotated as little as an opening that was
published: so one secret does for both.
"""

from __future__ import annotations

import hmac
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from privity.keylog.commitment import OPENING_BYTES
from privity.keylog.errors import UsageError
from privity.keylog.labels import vrf_input
from privity.keylog.vrf import KEY_BYTES

_INFO: Final = b"privity keylog opening v1"


def opening_of(vrf_private: bytes, label: bytes, version: int) -> bytes:
    """The opening of one version of a label; the same at every call."""
    if len(vrf_private) != KEY_BYTES:
        raise UsageError(f"a private VRF key has {KEY_BYTES} bytes, got {len(vrf_private)}")
    key = HKDF(hashes.SHA256(), 32, salt=None, info=_INFO).derive(vrf_private)
    return hmac.digest(key, vrf_input(label, version), "sha256")[:OPENING_BYTES]
