# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The daemon as a process of its own: `python -m tests.faces.app.process HOME PAGE`, as `privity app --no-browser`."""

from __future__ import annotations

import sys
from pathlib import Path

from privity.faces.app.daemon import Wanted, run
from privity.faces.app.home import Home

if __name__ == "__main__":
    run(Wanted(Home(Path(sys.argv[1])), 0, False, 0.0), Path(sys.argv[2]))
