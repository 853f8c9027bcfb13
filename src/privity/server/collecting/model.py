# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A question of the desk, checked."""

from __future__ import annotations

from collections.abc import Callable

from privity.identity.pseudonyms import KEY_BYTES
from privity.wire.collect import MAX_IDENTIFIER, Collect
from privity.wire.errors import Code, Refusal
from privity.wire.inventory import TIMED
from privity.wire.reading import Period

Written = Callable[[str], tuple[bytes, str]]
"""The mark of an address, and how a closed account is written in rows of others."""


def check(asked: Collect) -> Period | None:
    """The period, if one is asked for. Raises a MALFORMED Refusal for what no collector takes."""
    if len(asked.key) != KEY_BYTES:
        raise Refusal(Code.MALFORMED, f"the key of pseudonyms has {KEY_BYTES} bytes, got {len(asked.key)}")
    if not 0 < len(asked.identifier) <= MAX_IDENTIFIER:
        raise Refusal(
            Code.MALFORMED, f"an identifier has 1 to {MAX_IDENTIFIER} characters, got {len(asked.identifier)}"
        )
    if asked.since_ms is None and asked.until_ms is None:
        if asked.data_class in TIMED:
            raise Refusal(Code.MALFORMED, f"{asked.data_class} is asked for by its period, and there is none")
        return None
    if asked.since_ms is None or asked.until_ms is None or asked.until_ms <= asked.since_ms:
        raise Refusal(Code.MALFORMED, "a period has a beginning and, after it, an end")
    return Period(asked.since_ms, asked.until_ms)
