# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The version that this hub says it is."""

from __future__ import annotations

from importlib.metadata import version
from typing import Final

VERSION: Final = version("privity")
