# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity desk transparency`: what was done in some months, for programs and for people."""

from __future__ import annotations

import shlex
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import Parameter

from privity.desk import config as desk_config
from privity.desk.audit.beside import DEFAULT, Config, Key, desk, key_of, named, now_ms, shown
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right
from privity.desk.stated import Stated
from privity.desk.transparency import eu, said, service
from privity.desk.transparency.errors import ReportNotWritten
from privity.desk.transparency.flat import table
from privity.desk.transparency.model import TransparencyReport, total
from privity.desk.transparency.page import html as page
from privity.desk.transparency.period import Period


def transparency(
    *,
    first: Annotated[str, Parameter(name="--from", help="The first month, such as 2026-01.")],
    last: Annotated[str, Parameter(name="--to", help="The last month, which may be the same.")],
    csv: Annotated[Path | None, Parameter(help="A new folder: the EU's sections, and one table of ours.")] = None,
    json: Annotated[Path | None, Parameter(help="A new file with everything, for programs.")] = None,
    html: Annotated[Path | None, Parameter(help="A new file with pictures, for people.")] = None,
    entries: Annotated[Path | None, Parameter(help="Compute it from an exported log, away from the desk.")] = None,
    key: Key = None,
    config: Config = DEFAULT,
) -> None:
    """Count what was done about reports. It is computed from the audit log, and must agree with the database.

    Example: privity desk transparency --from 2026-01 --to 2026-06 --csv out
    """
    with named():
        period = Period(first, last)
        verifier = key_of(key, config)
        if entries is not None:
            stated = Stated()  # a log says nothing of what only the operator knows
            made = service.of_export(entries, period, verifier, shown)
        else:
            stated = desk_config.load(config).stated
            acting = Acting.command("transparency", Right.EXPORT)
            with desk(config) as here:
                made = service.report(here.db, acting, period, verifier, here.signing.found(), now_ms(), shown)
        host = verifier.name.partition("/")[0]
        today = datetime.fromtimestamp(now_ms() / 1000, UTC).date()
        if csv is not None:
            _written_in(csv, {"ours.csv": table(made)} | eu.sections(made, stated, host, today))
        if json is not None:
            _written(json, msgspec.json.format(msgspec.json.encode(made)) + b"\n")
        if html is not None:
            command = f"privity desk transparency --from {first} --to {last} --html {shlex.quote(html.name)}"
            _written(html, page(made, stated, host, command))
    if period.end_ms > now_ms():
        sys.stderr.write(f"{last} is not over yet: this report is not the last of its period\n")
    if csv is not None or html is not None:
        sys.stderr.write(_missing(stated))
    sys.stdout.write(_said(made))


def _missing(stated: Stated) -> str:
    names = [asked.name for asked in said.missing(stated)]
    return f"missing, because [desk.transparency] does not state it: {', '.join(names)}\n" if names else ""


def _said(made: TransparencyReport) -> str:
    return (
        f"{made.first} to {made.last}: {total(made.reports):,} reports, {total(made.cases_opened):,} cases opened,"
        f" {made.cases_decided:,} decided, {total(made.decisions):,} decisions,"
        f" {made.undone_on_appeal + made.undone_otherwise:,} undone, {made.appeals_answered:,} appeals answered\n"
    )


def _written_in(folder: Path, files: dict[str, bytes]) -> None:
    try:
        folder.mkdir(parents=True)
    except OSError as err:
        raise ReportNotWritten(f"cannot make the folder {folder.name}: {err.strerror}") from None
    for name, data in files.items():
        _written(folder / name, data)


def _written(path: Path, data: bytes) -> None:
    try:
        with path.open("xb") as file:
            file.write(data)
    except OSError as err:
        raise ReportNotWritten(f"cannot make {path.name}: {err.strerror}; nothing is ever overwritten") from None
