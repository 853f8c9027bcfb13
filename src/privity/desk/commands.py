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
from rich.console import Console
from rich.progress import Progress

from privity.desk import config as desk_config
from privity.desk import main
from privity.desk.audit import beside, log
from privity.desk.audit.acts import Act
from privity.desk.cases.commands import case, cases
from privity.desk.clearinghouse.commands import clearinghouse_schema, referral, referrals
from privity.desk.db.backup import backup as write_backup
from privity.desk.db.database import open_existing
from privity.desk.decisions.commands import resend
from privity.desk.errors import DeskError
from privity.desk.init import write_audit_key
from privity.desk.intake.findings import findings
from privity.desk.keys import open_keys
from privity.desk.retention.commands import retention
from privity.desk.staff.commands import code, end, invite, roles, staff
from privity.desk.transparency.commands import transparency
from privity.tlog.verifier_key import KeyKind, VerifierKey

Config = Annotated[Path, Parameter(name="--config", help="The file that `privity init` wrote.")]
DEFAULT = Path("privity.toml")

app = App(
    name="desk",
    help="Run the desk (no command), or ask its database.\n\nExample: privity desk reports --config home/privity.toml",
    help_format="plaintext",
)
app.command(cases)
app.command(case)
app.command(invite)
app.command(staff)
app.command(code)
app.command(roles)
app.command(end)
app.command(referrals)
app.command(referral)
app.command(clearinghouse_schema)
app.command(retention)
app.command(resend)
app.command(transparency)


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


@app.command
def backup(
    file: Annotated[Path, Parameter(help="Made anew; an existing file is never overwritten.")],
    /,
    *,
    config: Config = DEFAULT,
) -> None:
    """Copy the database while the desk runs. The copy is encrypted under the same keys: keep those elsewhere.

    Example: privity desk backup backup/desk.db
    """
    with beside.named(), beside.desk(config) as here:
        log.add(here.db, at_ms=main.now_ms(), who="command:backup", act=Act.BACKUP_BEGUN)
        with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
            task = bar.add_task("copying", total=None)
            write_backup(here.db, here.keys, file, lambda done, total: bar.update(task, completed=done, total=total))
    sys.stderr.write(f"{file.name}: {file.stat().st_size:,} bytes\n")


@app.command
def make_audit_key(*, config: Config = DEFAULT) -> None:
    """Make the key that signs the audit log, for a desk that was set up before there was one.

    Example: privity desk make-audit-key --config home/privity.toml
    """
    with beside.named():
        loaded = desk_config.load(config)
        public = write_audit_key(loaded.audit_key)
    sys.stdout.write(f"audit log: {VerifierKey(loaded.audit_name, KeyKind.ED25519, public).encode()}\n")
