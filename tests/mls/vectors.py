# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Finds the official MLS vectors, or skips naming the ones that are missing."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
SUITES = (1, 2, 3)


def vector_folder() -> Path:
    """PRIVITY_MLS_VECTORS, or mls below PRIVITY_SHARED, or the shared folder beside the repository."""
    named = os.environ.get("PRIVITY_MLS_VECTORS")
    if named:
        return Path(named)
    shared = os.environ.get("PRIVITY_SHARED")
    return (Path(shared) if shared else REPOSITORY.parent / "shared") / "vectors" / "mls"


def load(name: str) -> list[dict[str, Any]]:
    """All cases of one file; those of suites that we do not speak are left out."""
    path = vector_folder() / f"{name}.json"
    if not path.exists():
        pytest.skip(f"the official MLS vectors {name}.json are missing; set PRIVITY_MLS_VECTORS to their folder")
    cases: list[dict[str, Any]] = json.loads(path.read_text())
    return [case for case in cases if case.get("cipher_suite", 1) in SUITES]


def unhex(value: str) -> bytes:
    return bytes.fromhex(value)
