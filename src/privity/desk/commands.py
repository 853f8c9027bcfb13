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
from privity.desk.audit import beside, log
from privity.desk.audit.acts import Act
from privity.desk.db.backup import backup as write_backup
from privity.desk.db.database import open_existing
from privity.desk.errors import DeskError
from privity.desk.init import write_audit_key
from privity.desk.intake.findings import findings
from privity.desk.keys import open_keys
from privity.tlog.verifier_key import KeyKind, VerifierKey

Config = Annotated[Path, Parameter(name="--config", help="The file that `privity init` wrote.")]
DEFAULT = Path("privity.toml")

ROOMS = "privity.desk"
TABLE = {
    "cases": (f"{ROOMS}.cases.commands:cases", "list the cases that nobody has decided, urgent ones first"),
    "case": (f"{ROOMS}.cases.commands:case", "show what happened in a case"),
    "reports": (f"{ROOMS}.commands:reports", "list what was found about each report"),
    "referrals": (f"{ROOMS}.clearinghouse.commands:referrals", "list what goes to a clearinghouse"),
    "referral": (f"{ROOMS}.clearinghouse.commands:referral", "show one of them, with every call"),
    "clearinghouse-schema": (f"{ROOMS}.clearinghouse.commands:clearinghouse_schema", "fetch its schema of today"),
    "transparency": (f"{ROOMS}.transparency.commands:transparency", "count what was done about reports and requests"),
    "lists": (f"{ROOMS}.matching.commands:app", "add, import, pull, search and remove hash lists"),
    "invite": (f"{ROOMS}.staff.commands:invite", "invite somebody to the staff"),
    "code": (f"{ROOMS}.staff.commands:code", "make another code for them"),
    "staff": (f"{ROOMS}.staff.commands:staff", "list everybody who is or was on the staff"),
    "roles": (f"{ROOMS}.staff.commands:roles", "give somebody other roles"),
    "end": (f"{ROOMS}.staff.commands:end", "end a member of staff, at once"),
    "rules": (f"{ROOMS}.signals.lifecycle.commands:app", "try, watch and agree to rules about behaviour"),
    "signals": (f"{ROOMS}.signals.commands:app", "count behaviour in several processes"),
    "retention": (f"{ROOMS}.retention.commands:retention", "shred what is over, now"),
    "resend": (f"{ROOMS}.decisions.commands:resend", "tell a restored hub again what was decided"),
    "backup": (f"{ROOMS}.commands:backup", "copy the database while the desk runs"),
    "make-audit-key": (f"{ROOMS}.commands:make_audit_key", "make the key that signs the audit log"),
}
"""Every command: where it lives, and what the list says of it. Each is loaded when it is called."""

HELP = "Run the desk (no command), or ask its database.\n\nCommands:\n" + "\n".join(
    f"  {name:21} {what}" for name, (_, what) in TABLE.items()
)

app = App(
    name="desk",
    usage="Usage: privity desk [COMMAND] [OPTIONS]",
    help=f"{HELP}\n\nExample: privity desk reports --config home/privity.toml",
    help_format="plaintext",
)
for name, (where, _) in TABLE.items():
    app.command(where, name=name, show=False)


@app.default
def desk(*, config: Config = DEFAULT) -> None:
    """Take reports from the hub until stopped: open, verify, keep sealed.

    Example: privity desk --config home/privity.toml
    """
    from privity.desk import main  # everything that runs: no other command waits until it is loaded

    try:
        main.run(config)
    except DeskError as err:
        sys.exit(f"privity: {type(err).__name__}: {err}")


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
        log.add(here.db, at_ms=beside.now_ms(), who="command:backup", act=Act.BACKUP_BEGUN)
        with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
            task = bar.add_task("copying", total=None)
            write_backup(here.db, here.keys, file, lambda done, total: bar.update(task, completed=done, total=total))
    sys.stderr.write(f"{file.name}: {file.stat().st_size:,} bytes\n")


def make_audit_key(*, config: Config = DEFAULT) -> None:
    """Make the key that signs the audit log, for a desk that was set up before there was one.

    Example: privity desk make-audit-key --config home/privity.toml
    """
    with beside.named():
        loaded = desk_config.load(config)
        public = write_audit_key(loaded.audit_key)
    sys.stdout.write(f"audit log: {VerifierKey(loaded.audit_name, KeyKind.ED25519, public).encode()}\n")
