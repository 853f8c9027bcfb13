# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Names that a drill was given: those that it does not know end it before it begins."""

from __future__ import annotations

import sys
from collections.abc import Sequence


def check_known(names: Sequence[str], known: Sequence[str], what: str, how: str) -> None:
    """`how` is the command and its option that names all there are."""
    for name in names:
        if name not in known:
            sys.exit(f"privity: no {what} is named {name!r}; `privity {how}` names them")
