# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity app`: the messenger in a browser, on this machine alone."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from privity.faces.app.daemon import Wanted, run
from privity.faces.app.errors import CannotStart
from privity.faces.app.home import Home
from privity.faces.app.limits import IDLE_S


def app(
    *,
    home: Annotated[
        Path | None,
        Parameter(help="Folder of your accounts on this machine.", env_var="PRIVITY_HOME", show_default=False),
    ] = None,
    port: Annotated[
        int,
        Parameter(help="Port on 127.0.0.1; that of the last time if not given.", validator=Number(gte=0, lte=65_535)),
    ] = 0,
    browser: Annotated[bool, Parameter(help="Open the page in a browser.")] = True,
    lock_after: Annotated[
        int,
        Parameter(help="Minutes without your doing until everything is locked; 0 for never.", validator=Number(gte=0)),
    ] = int(IDLE_S) // 60,
) -> None:
    """Open the messenger in your browser; your keys stay with this program. Prints an address that works once.

    Run again, it opens another window of the one that runs. Ctrl-C ends it.

    Example: privity app
    """
    folder = (home or Home.default()).expanduser().absolute()
    try:
        run(Wanted(Home(folder), port, browser, 60.0 * lock_after))
    except CannotStart as err:
        sys.exit(f"privity: {type(err).__name__}: {err}")
