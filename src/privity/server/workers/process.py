# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`python -m privity.server.workers.process CONFIG NAME INDEX PREDECESSOR`: one worker, as `supervisor` starts it."""

from __future__ import annotations

import sys
from pathlib import Path

from privity.server import main
from privity.server.errors import BusUnreachable, HubError, StoreUnreachable
from privity.server.workers.place import CANNOT_START, COMES_BACK
from privity.server.workers.seat import Seat


def run(config: str, name: str, index: str, predecessor: str) -> int:
    """The exit status."""
    try:
        main.run(Path(config), Seat(name, int(index), predecessor or None))
    except HubError as err:
        sys.stderr.write(f"privity: {type(err).__name__}: {err}\n")
        return COMES_BACK if isinstance(err, StoreUnreachable | BusUnreachable) else CANNOT_START
    return 0


if __name__ == "__main__":
    sys.exit(run(*sys.argv[1:5]))
