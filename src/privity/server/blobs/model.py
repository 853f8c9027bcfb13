# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A stored blob: ciphertext that the hub cannot read, named by its hash."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Blob:
    sha256: bytes
    size: int


def path_of(folder: Path, sha256: bytes) -> Path:
    """Two hex digits of folder, so that no folder grows too large."""
    name = sha256.hex()
    return folder / name[:2] / name
