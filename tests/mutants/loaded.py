# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Whether the files that this process has loaded still say the same: an interpreter of its own reads them anew, and
what it says of others than those that were collected says nothing of a change."""

from __future__ import annotations

import sys
from pathlib import Path


class LoadedFiles:
    """All of them below a folder, as they are now."""

    def __init__(self, folder: Path) -> None:
        modules = [getattr(module, "__file__", None) for module in list(sys.modules.values())]
        paths = [Path(file) for file in modules if file is not None]
        self._times = {path: path.stat().st_mtime_ns for path in paths if path.is_relative_to(folder)}

    def changed(self) -> list[Path]:
        """Those that were written since, or are gone."""
        return [path for path, at in self._times.items() if not path.exists() or path.stat().st_mtime_ns != at]
