# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Programs that only an operator's machine has: where one is missing its tests are skipped by its name, or fail where
PRIVITY_REQUIRE names deploy.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
REQUIRED = "deploy" in os.environ.get("PRIVITY_REQUIRE", "").split(",")


def needed(name: str) -> str:
    """Where the program is."""
    found = shutil.which(name)
    if found is None:
        assert not REQUIRED, f"{name} is missing"
        pytest.skip(f"{name} is not installed")
    return found


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=60, env={**os.environ, **environment}
    )
