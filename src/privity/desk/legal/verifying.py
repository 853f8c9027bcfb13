# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity legal verify`: the verifier that lies in every package, as this house ships it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import Parameter

from privity.production import writing
from privity.production.errors import ProductionError


def verify(
    folder: Annotated[Path, Parameter(help="The package, as a folder.")],
    /,
    *,
    keys: Annotated[Path, Parameter(help="The keys that the operator publishes, as JSON.")],
    tsa: Annotated[Path, Parameter(help="Roots of time-stamping authorities, as PEM.")],
    rulebook: Annotated[
        Path | None, Parameter(help="The rulebook that is to have decided.", show_default=False)
    ] = None,
    json: Annotated[bool, Parameter(help="One JSON object, for programs.", negative="", show_default=False)] = False,
) -> None:
    """Check a production package offline, one line for each check.

    The status is 0 if everything that has to hold does, and 1 otherwise.

    Example: privity legal verify LP-2026-0001 --keys keys.json --tsa roots.pem
    """
    try:
        report = writing.verify(folder, keys, tsa, rulebook)
    except ProductionError as err:
        sys.exit(f"privity: {type(err).__name__}: {err}")
    if json:
        sys.stdout.write(msgspec.json.encode(report).decode() + "\n")
    else:
        for one in report.checks:
            sys.stdout.write(f"{one.check:<11}{one.status:<7}{one.detail}".rstrip() + "\n")
        sys.stdout.write("verified\n" if report.verified else "NOT verified\n")
    if not report.verified:
        sys.exit(1)
