# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity serve`, `privity invite` and `privity reset-code`: the hub's process, and codes that its operator hands out.

They live here and not with the other commands, so that the running process holds nothing of those.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from privity.server import init, main
from privity.server.errors import HubError

Config = Annotated[Path, Parameter(name="--config", help="The file that `privity init` wrote.")]
DEFAULT = Path("privity.toml")


def serve(*, config: Config = DEFAULT) -> None:
    """Run the hub until stopped.

    Example: privity serve --config home/privity.toml
    """
    try:
        main.run(config)
    except HubError as err:
        sys.exit(f"privity: {type(err).__name__}: {err}")


def invite(*, config: Config = DEFAULT) -> None:
    """Make one more invite, also while the hub runs.

    Example: privity invite --config home/privity.toml
    """
    try:
        made = init.new_invite(config)
    except HubError as err:
        sys.exit(f"privity: {type(err).__name__}: {err}")
    sys.stdout.write(f"{made.code}\n")
    sys.stderr.write(f"one account, until {_day(made.expires_ms)}\n")


def reset_code(
    handle: Annotated[str, Parameter(help="The account whose person you have recognised.")],
    /,
    *,
    config: Config = DEFAULT,
) -> None:
    """Make a code for somebody who lost all devices and the recovery phrase, also while the hub runs.

    The reset waits for 72 hours, and any old device can cancel it meanwhile.
    Everybody who knows the account is told.

    Example: privity reset-code alice.b --config home/privity.toml
    """
    try:
        made = init.new_reset_code(config, handle)
    except HubError as err:
        sys.exit(f"privity: {type(err).__name__}: {err}")
    sys.stdout.write(f"{made.code}\n")
    sys.stderr.write(f"one reset of {handle}, until {_day(made.expires_ms)}\n")


def _day(at_ms: int) -> str:
    return f"{datetime.fromtimestamp(at_ms / 1000, UTC):%Y-%m-%d}"
