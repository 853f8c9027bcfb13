# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""No text with the character NUL gets into the hub: PostgreSQL keeps none, and a hub says the same on every engine."""

from __future__ import annotations

from typing import Final

import msgspec

from privity.wire.errors import Code, Refusal

NUL: Final = "\0"
_IN_JSON: Final = b"\\u0000"
"""How JSON writes it, which has no other way. After another backslash it is six characters and not one."""
_IN_URL: Final = "%00"


def check_json(data: bytes) -> None:
    """Raise a MALFORMED Refusal where a text of this JSON has it; it is JSON already."""
    if _IN_JSON in data and _has_nul(msgspec.json.decode(data)):
        raise Refusal(Code.MALFORMED, "a text of the body has the character NUL in it")


def check_url(path: str) -> None:
    """Raise a MALFORMED Refusal where a path or query has it, escaped as it came."""
    if _IN_URL in path:
        raise Refusal(Code.MALFORMED, "the address has the character NUL in it")


def _has_nul(value: object) -> bool:
    if isinstance(value, str):
        return NUL in value
    if isinstance(value, list):
        return any(_has_nul(one) for one in value)
    if isinstance(value, dict):
        return any(_has_nul(key) or _has_nul(one) for key, one in value.items())
    return False
