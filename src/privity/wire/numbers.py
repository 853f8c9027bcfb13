# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Numbers that the hub counts or measures: what is negative, or beyond what JSON holds exactly, is no such number."""

from __future__ import annotations

from typing import Annotated

import msgspec

MAX_COUNT = (1 << 53) - 1

Count = Annotated[int, msgspec.Meta(ge=0, le=MAX_COUNT)]
"""A sequence number, an epoch, a number of things, or milliseconds (since 1970)."""
