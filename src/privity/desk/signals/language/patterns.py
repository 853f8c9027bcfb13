# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Regular expressions of rules: RE2, whose answer takes time linear in the text whatever the pattern is."""

from __future__ import annotations

from typing import Any, Protocol

import re2

from privity.desk.signals.language.limits import MAX_PATTERN_MEMORY


class Pattern(Protocol):
    """What is needed of a compiled pattern."""

    def search(self, text: str) -> Any | None: ...


def pattern(written: str) -> Pattern:
    """The pattern, compiled, or ValueError with what RE2 says against it."""
    options = re2.Options()
    options.max_mem = MAX_PATTERN_MEMORY
    options.log_errors = False
    try:
        compiled: Pattern = re2.compile(written, options=options)
    except re2.error as error:
        said = error.args[0] if error.args else ""
        raise ValueError(said.decode(errors="replace") if isinstance(said, bytes) else str(said)) from None
    return compiled
