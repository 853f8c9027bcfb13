# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity admin doctor`."""

from __future__ import annotations

import sys
import time

from privity.server.operating.beside import DEFAULT, Config, Json, as_json
from privity.server.operating.doctor import service


def doctor(*, config: Config = DEFAULT, json: Json = False) -> None:
    """Check configuration, keys, database, disk, clock, key log, witnesses, certificate,
    attachments, retention and backup, also while the hub runs. Changes nothing.

    Each line is ok, look or wrong, with the next step. Status 1 if anything is wrong.

    Example: privity admin doctor --config home/privity.toml
    """
    found = service.examine(config, time.time_ns() // 1_000_000)
    if json:
        as_json(found)
    else:
        for one in found.findings:
            then = f"\n       next: {one.next}" if one.next else ""
            sys.stdout.write(f"{one.state.value:5}  {one.check}: {one.said}{then}\n")
    if found.wrong:
        sys.exit(1)
