# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""How a database that is being filled is known: its list of migrations names one that no version has."""

from __future__ import annotations

from typing import Final

HALF: Final = (1 << 31) - 1
