# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity legal file`: hand in what came on paper, beside the running desk."""

from __future__ import annotations

import mimetypes
import os
import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from privity.desk import config as desk_config
from privity.desk.audit import beside
from privity.desk.audit.beside import DEFAULT
from privity.desk.legal.requests import filing, reading
from privity.desk.legal.requests.errors import FilingRefused
from privity.desk.legal.requests.filing import MAX_ATTACHED, UNTYPED
from privity.desk.legal.requests.model import Attachment, Filing
from privity.desk.legal.requests.office import file_bytes, rules_of
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right


def file(
    request: Annotated[Path, Parameter(help="The facts of the request, as YAML.")],
    /,
    *,
    attach: Annotated[
        tuple[Path, ...], Parameter(help="What came with it. May be repeated.", negative="", show_default=False)
    ] = (),
    agency: Annotated[
        int | None,
        Parameter(help="The agency that it claims to be from.", validator=Number(gte=1, lte=1 << 53)),
    ] = None,
    config: Annotated[
        Path, Parameter(name=("--config", "--desk"), help="The file that `privity init` wrote.")
    ] = DEFAULT,
) -> None:
    """Hand in a legal request that came on paper. Nothing is looked up, and nobody has been verified by it.

    Example: privity legal file request.yaml --attach order.pdf
    """
    acting = Acting.command("file", Right.WORK_LEGAL)
    with beside.named():
        rules = rules_of(desk_config.load(config).legal)
        filed = Filing(file_bytes(request), tuple(map(_attachment, attach)), agency)
        with beside.desk(config) as here:
            key = here.keys.evidence
            found = filing.file(here.db, key, rules, acting, filed, beside.now_ms(), os.urandom)
            (first, *_) = reading.stated(here.db, key, found.number)
    if first.unread:
        sys.stderr.write(f"kept as it came, and not read: {first.unread}\n")
    sys.stdout.write(f"{found.about} {found.pseudonym} {found.state}\n")


def _attachment(file: Path) -> Attachment:
    with file.open("rb") as opened:
        content = opened.read(MAX_ATTACHED + 1)
    if len(content) > MAX_ATTACHED:
        raise FilingRefused(f"{file.name} has more than {MAX_ATTACHED >> 20} MiB")
    kind, _ = mimetypes.guess_type(file.name)
    return Attachment(file.name, kind or UNTYPED, content)
