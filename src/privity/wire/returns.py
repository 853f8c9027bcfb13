# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a device signs when it brings the lists of its account back to a hub that lost them: the bytes of both sides.

The lists prove that they were published; the signature proves that who brings them back is a device of the account, so
that nobody else decides under which handle it stands at the hub again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from privity.mls.codec import vec

OWN_RETURNS_LABEL: Final = b"PrivityOwnReturnsTBS"
"""Label of SignWithLabel for `own_returns_tbs`."""


def own_returns_tbs(host: str, handle: str, values: Sequence[bytes]) -> bytes:
    """The lists from version 0 on, and the handle, at this hub and no other."""
    return vec(host.encode()) + vec(handle.encode()) + vec(b"".join(vec(value) for value in values))
