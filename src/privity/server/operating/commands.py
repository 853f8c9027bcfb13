# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity admin`: what an operator does beside the running hub, through its database and its folder.

It lives here and not with the other commands, so that the running process holds nothing of those.
"""

from __future__ import annotations

from cyclopts import App

ROOMS = "privity.server.operating"
TABLE = {
    "accounts": (f"{ROOMS}.people_commands:accounts", "count and list accounts, or find one by its handle"),
    "invites": (f"{ROOMS}.people_commands:invites_app", "list, make and revoke invites"),
    "limits": (f"{ROOMS}.figures_commands:limits", "show every limit and its reason"),
    "stats": (f"{ROOMS}.figures_commands:stats", "count what the hub keeps"),
    "retention": (f"{ROOMS}.figures_commands:retention", "show how long what is kept, and what is overdue"),
    "doctor": (f"{ROOMS}.doctor.commands:doctor", "check everything, and say what to do"),
    "backup": (f"{ROOMS}.backup.commands:backup", "copy database and attachments while the hub runs"),
    "restore": (f"{ROOMS}.backup.commands:restore", "make a hub out of a backup"),
    "move-store": (f"{ROOMS}.moving.commands:move_store", "move the database from SQLite to PostgreSQL"),
}
"""Every command: where it lives, and what the list says of it. Each is loaded when it is called."""

HELP = "Look after the hub, also while it runs.\n\nCommands:\n" + "\n".join(
    f"  {name:11} {what}" for name, (_, what) in TABLE.items()
)

app = App(
    name="admin",
    usage="Usage: privity admin COMMAND [OPTIONS]",
    help=f"{HELP}\n\nExample: privity admin doctor --config home/privity.toml",
    help_format="plaintext",
)
for name, (where, _) in TABLE.items():
    app.command(where, name=name, show=False)
