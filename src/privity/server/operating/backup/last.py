# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""When the newest backup was made, as a file beside the database: `privity admin doctor` asks for it."""

from __future__ import annotations

from pathlib import Path

from privity.server.config import HubConfig
from privity.server.operating import durable


def note(config: HubConfig, now_ms: int) -> None:
    durable.write(_path(config), f"{now_ms}\n".encode())


def made_ms(config: HubConfig) -> int | None:
    """None where nobody knows."""
    try:
        return int(_path(config).read_text())
    except (OSError, ValueError):
        return None


def _path(config: HubConfig) -> Path:
    return config.data / "last-backup"
