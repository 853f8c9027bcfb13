# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Numbers that no restore before this one has given out, whatever the clock said then and says now.

The clock alone would do if it were always right. One that was a day ahead at a restore gave out numbers that a later
restore, from a copy older than both, would stay below: devices that read the first mark would overlook the second. So
the last one stands in a file beside the keys, which go where the hub goes and are not put back with its database.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from privity.server.errors import KeysInvalid
from privity.wire.socket import RESTORE_STEP

FILE: Final = "restored"
LAST: Final = (1 << 53) // RESTORE_STEP - 1
"""Beyond it numbers have no place on the wire: in the year 2242."""


def begin(folder: Path, at_least_s: int) -> int:
    """The number that rooms and inboxes go on after; `at_least_s` is a second since 1970.

    It is on the disk before it is returned, so that one which is never used is all that a crash can leave.

    Raises KeysInvalid where the file holds something else, or no number is left.
    """
    path = folder / FILE
    second = max(at_least_s, _last(path) + 1)
    if second > LAST:
        raise KeysInvalid(f"expected a restore before second {LAST}, got {second}; set the clock right ({path})")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = folder / f"{FILE}.new"
    with draft.open("w", encoding="ascii") as file:
        file.write(f"{second}\n")
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return second * RESTORE_STEP


def _last(path: Path) -> int:
    try:
        said = path.read_bytes().strip()
    except FileNotFoundError:
        return 0
    if not said.isdigit() or len(said) > 20:
        raise KeysInvalid(f"expected the second of the last restore in {path}, got something else")
    return int(said)
