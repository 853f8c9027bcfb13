# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""WebSocket frames as a server sends them: the same bytes for every connection, so one frame serves all of them."""

from __future__ import annotations


def ws_frame(payload: bytes, opcode: int = 2) -> bytes:
    """One unmasked, final WebSocket frame as servers send it (RFC 6455, section 5.2)."""
    size = len(payload)
    if size < 126:
        return bytes((0x80 | opcode, size)) + payload
    if size < 1 << 16:
        return bytes((0x80 | opcode, 126)) + size.to_bytes(2, "big") + payload
    return bytes((0x80 | opcode, 127)) + size.to_bytes(8, "big") + payload
