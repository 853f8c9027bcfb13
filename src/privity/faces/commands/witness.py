# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity witness`: watch the key logs of others, so that none of them can show two people two different truths."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from privity.witness import config, setting_up
from privity.witness.errors import CannotStart
from privity.witness.limits import KEEP_DAYS

Folder = Annotated[Path, Parameter(help="The folder of the witness.")]

app = App(
    name="witness",
    help="Watch key logs of others: cosign what continues, keep what forks.\n\n"
    "Example: privity witness init watch --name ann.example/witness",
    help_format="plaintext",
)


@app.command
def init(
    folder: Annotated[Path, Parameter(help="Made if it is not there; an existing key is never overwritten.")],
    /,
    *,
    name: Annotated[str, Parameter(help="The name in every cosignature, such as your host and a word.")],
    listen: Annotated[str, Parameter(help="ADDRESS:PORT the witness listens on.")] = "127.0.0.1:8450",
) -> None:
    """Make a witness: its key, and a configuration that watches nothing yet.

    Example: privity witness init watch --name ann.example/witness
    """
    try:
        public = setting_up.begin(folder, name, listen)
    except (CannotStart, OSError) as err:  # a folder without rights, or a file in its place
        sys.exit(f"privity: {type(err).__name__}: {err}")
    print(public.encode())
    sys.stderr.write(
        "the line above is this witness's public key, for whoever trusts it; its private key never leaves the folder\n"
        f"next: privity witness add {folder} --log VKEY\n"
    )


@app.command
def add(
    folder: Folder,
    /,
    *,
    log: Annotated[str, Parameter(help="The log's verifier key, one line.")],
    hub: Annotated[str | None, Parameter(help="URL of its hub; then each epoch is audited.")] = None,
    keep_days: Annotated[
        int, Parameter(help="For how many days what was audited is kept and shown; 0 for none.")
    ] = KEEP_DAYS,
) -> None:
    """Watch one more log. Takes effect when the witness is started next.

    Example: privity witness add watch --log VKEY --hub https://chat.example.org
    """
    try:
        watched = config.watched(config.LogSection(log, hub, keep_days))
        own = setting_up.also_watch(folder, watched)
    except (CannotStart, OSError) as err:
        sys.exit(f"privity: {type(err).__name__}: {err}")
    print(own.encode())
    audits = "cosigns" if watched.hub_url is None else "audits and cosigns"
    sys.stderr.write(f"{audits} {watched.key.name}; its owner configures the line above\n")


@app.command
def serve(folder: Folder, /) -> None:
    """Watch until stopped.

    Example: privity witness serve watch
    """
    from privity.witness import main  # everything that runs: no other command waits until it is loaded

    try:
        main.run(folder)
    except CannotStart as err:
        sys.exit(f"privity: {type(err).__name__}: {err}")
