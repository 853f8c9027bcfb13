# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""How often a message was passed on, inside its encrypted content. It is its sender's word: nobody can check it."""

from __future__ import annotations

from privity.message.content import MimiContent
from privity.message.errors import BadExtension

FORWARDED = -3
"""Private extension: an integer of 1 to MAX_HOPS. It is left out by who wrote the message."""
MAX_HOPS = 255


def hops_in(content: MimiContent) -> int:
    """How often this content was passed on; 0 if its sender wrote it. Raises BadExtension for anything else."""
    if FORWARDED not in content.extensions:
        return 0
    value = content.extensions[FORWARDED]
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MAX_HOPS:
        raise BadExtension(f"a count of hops is 1 to {MAX_HOPS}")
    return value
