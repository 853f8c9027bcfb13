# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The keys of a desk, as `privity init` makes them."""

from __future__ import annotations

from pathlib import Path

from privity.desk import config
from privity.desk.init import write_fresh
from privity.desk.keys import DeskKeys, open_keys


def fresh_keys(folder: Path) -> DeskKeys:
    """Four new key files below `folder`, opened."""
    write_fresh(folder / "desk" / "keys")
    return open_keys(config.check(config.DeskSection(hub_url="http://127.0.0.1:1"), folder))
