# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""From where on something counts against a cluster: what is worked out, and what people are told of it, agree."""

from __future__ import annotations

from typing import Final

REFUSED: Final = 0.75
"""Of the asks of strangers that nobody wanted."""
HALF: Final = 0.5
"""Of the members must have been made together, or come from the same few networks, for that to count."""
ENOUGH: Final = 5.0
"""The common logarithm of how unlikely the whole must be by chance."""
