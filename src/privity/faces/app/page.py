# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The built page: read once into memory, so that no request names a path."""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from privity.faces.app.errors import PageMissing

FOLDER: Final = Path(__file__).parent / "page"
"""Where `make app` puts it, and where a wheel has it."""
INDEX: Final = "index.html"
_TYPES: Final = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".html": "text/html"}


@dataclass(frozen=True, slots=True)
class Asset:
    body: bytes
    content_type: str


@dataclass(frozen=True, slots=True)
class BuiltPage:
    """The index, and everything under `assets/` by its name."""

    index: Asset
    assets: dict[str, Asset]

    @classmethod
    def load(cls, folder: Path = FOLDER) -> BuiltPage:
        """Raises PageMissing."""
        try:
            index = _read(folder / INDEX)
            found = {each.name: _read(each) for each in sorted((folder / "assets").iterdir()) if each.is_file()}
        except OSError:
            raise PageMissing(
                "the page is not built into this installation; in a source tree, `make app` builds it"
            ) from None
        return cls(index, found)


def _read(path: Path) -> Asset:
    kind = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return Asset(path.read_bytes(), kind)
