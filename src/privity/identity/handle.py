# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Handles: short names that people type. They only point to a user URI and may move; URIs never do."""

from __future__ import annotations

import re
from typing import NewType

from privity.identity.errors import BadHandle

Handle = NewType("Handle", str)

MIN_LENGTH = 3
MAX_LENGTH = 32
_ALLOWED = re.compile(r"[a-z0-9_.]+")


def parse_handle(text: str) -> Handle:
    """3 to 32 characters a-z, 0-9, _ and .; begins with a letter or digit, no dot at the end, no two dots in a row."""
    if not MIN_LENGTH <= len(text) <= MAX_LENGTH:
        raise BadHandle(f"a handle has {MIN_LENGTH} to {MAX_LENGTH} characters, got {len(text)}")
    if not _ALLOWED.fullmatch(text):
        raise BadHandle("a handle consists of a-z, 0-9, _ and .")
    if text[0] in "_." or text[-1] == ".":
        raise BadHandle("a handle begins with a letter or digit and does not end with a dot")
    if ".." in text:
        raise BadHandle("a handle has no two dots in a row")
    return Handle(text)


def typed_handle(text: str) -> Handle:
    """What a person typed: surrounding space and a leading @ are dropped, ASCII capitals become small."""
    stripped = text.strip().removeprefix("@")
    return parse_handle(stripped.lower() if stripped.isascii() else stripped)
