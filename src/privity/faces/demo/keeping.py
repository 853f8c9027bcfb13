# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity demo --keep`: hub, desk and witness go on running, and a stranger is told where to look and for what."""

from __future__ import annotations

import shlex

from rich.console import Console

from privity.faces.demo.home import Home
from privity.faces.demo.throwaway import PASSPHRASE

SOUGHT = "what-must-not-be-found.txt"


def tell_what_is_kept(home: Home, console: Console) -> None:
    """Write down every word and key that the hub must not hold, and print the next steps."""
    sought = home.folder / SOUGHT
    sought.touch(0o600)
    sought.write_text(
        "".join(f"{word}\n" for word in home.canaries) + "".join(f"{key.hex()}\n" for key in home.secrets)
    )
    folder = shlex.quote(str(home.folder))
    pids = " ".join(str(process.pid) for process in (home.hub, home.desk, home.witness) if process.running)
    lines = [
        f"kept: {folder}",
        f"hub {home.url} with its data in {folder}/home/hub, desk in {folder}/home/desk",
        f"devices in {folder}/alice, bob, bob-second, carol, dave, erin; passphrase of each: {PASSPHRASE}",
        f"canaries, and keys in hex, one a line: {folder}/{SOUGHT}",
        f"look yourself: grep -raFf {folder}/{SOUGHT} {folder}/home {folder}/hub.out",
        f"talk yourself: PRIVITY_PASSPHRASE={shlex.quote(PASSPHRASE)} privity room list --device {folder}/alice",
        f"stop and remove: kill {pids}; rm -r {folder}",
    ]
    for line in lines:
        console.print(line, markup=False, highlight=False, soft_wrap=True)
