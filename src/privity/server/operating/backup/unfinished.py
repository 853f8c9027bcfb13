# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A database that was put back and whose rooms nobody has marked yet: the hub does not serve it before."""

from __future__ import annotations

from pathlib import Path

from privity.server.config import HubConfig
from privity.server.errors import NotReady
from privity.server.operating import durable


def note(config: HubConfig) -> None:
    durable.write(_path(config), b"`privity restored` takes this file away\n")


def waits(config: HubConfig) -> bool:
    return _path(config).exists()


def check(config: HubConfig) -> None:
    """Raises NotReady."""
    if waits(config):
        raise NotReady("the database was put back from a copy: run `privity restored` with the same --config first")


def over(config: HubConfig) -> None:
    _path(config).unlink(missing_ok=True)


def _path(config: HubConfig) -> Path:
    return config.data / "put-back"
