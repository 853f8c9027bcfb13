# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity desk`: the desk's process, and what its people ask of its database.

It lives here and not with the other commands, so that the running process holds nothing of those.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter
from cyclopts.validators import Number

from privity.desk import config as desk_config
from privity.desk import main
from privity.desk.db.database import open_existing
from privity.desk.errors import DeskError
from privity.desk.intake.findings import findings
from privity.desk.keys import open_keys

Config = Annotated[Path, Parameter(name="--config", help="The file that `privity init` wrote.")]
DEFAULT = Path("privity.toml")

app = App(
    name="desk",
    help="Run the desk (no command), or ask its database.\n\nExample: privity desk reports --config home/privity.toml",
    help_format="plaintext",
)


@app.default
def desk(*, config: Config = DEFAULT) -> None:
    """Take reports from the hub until stopped: open, verify, keep sealed.

    Example: privity desk --config home/privity.toml
    """
    try:
        main.run(config)
    except DeskError as err:
        sys.exit(f"privity: {type(err).__name__}: {err}")


@app.command
def reports(
    *,
    config: Config = DEFAULT,
    after: Annotated[
        int, Parameter(help="Only reports with a higher number.", validator=Number(gte=0, lte=1 << 53))
    ] = 0,
    json: Annotated[bool, Parameter(help="One JSON object, for programs.", negative="", show_default=False)] = False,
) -> None:
    """List what was found about each report. No content is shown.

    Example: privity desk reports --json
    """
    try:
        loaded = desk_config.load(config)
        db = open_existing(loaded.database, open_keys(loaded))
    except DeskError as err:
        sys.exit(f"privity: {type(err).__name__}: {err}")
    try:
        found = findings(db, after)
    finally:
        db.close()
    if json:
        sys.stdout.write(found.json().decode() + "\n")
        return
    for row in found.rows():
        sys.stdout.write(row + "\n")
    if not found.reports:
        sys.stdout.write("no reports yet\n")
