# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The previews that were made since an account was opened, in memory, so that a picture is decoded once."""

from __future__ import annotations

from privity.faces.app.limits import KEPT_PREVIEWS


class Previews:
    """Those of one open account, the newest; gone when it is locked."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, bytes, int], bytes] = {}
        self._bytes = 0

    def find(self, key: tuple[str, bytes, int]) -> bytes | None:
        return self._kept.get(key)

    def keep(self, key: tuple[str, bytes, int], made: bytes) -> None:
        self._bytes += len(made) - len(self._kept.pop(key, b""))
        self._kept[key] = made
        while self._bytes > KEPT_PREVIEWS:
            self._bytes -= len(self._kept.pop(next(iter(self._kept))))
