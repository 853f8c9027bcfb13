# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What somebody says about a case: a sentence or some, never nothing."""

from __future__ import annotations

from privity.desk.cases.errors import NoteMissing
from privity.desk.limits import MAX_REASON_CHARS


def worded(name: str, words: str) -> str:
    """The words without blanks around them. Raises NoteMissing."""
    said = words.strip()
    if not said:
        raise NoteMissing(f"{name} is empty")
    if len(said) > MAX_REASON_CHARS:
        raise NoteMissing(f"{name} may have {MAX_REASON_CHARS} characters, it has {len(said)}")
    try:
        said.encode()
    except UnicodeEncodeError:
        raise NoteMissing(f"{name} is not valid text") from None
    return said
