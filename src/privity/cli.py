# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity ...`: names the commands and where they live; each is imported when it is called."""

from __future__ import annotations

import sys

from cyclopts import App

app = App(
    name="privity",
    help="An end-to-end encrypted messenger anyone can host, with no back door.",
    help_format="plaintext",
    version_flags=["--version"],
)
app.command("privity.faces.commands.init:init", name="init")
app.command("privity.faces.commands.demo:demo", name="demo")
for name in ("register", "verify", "block", "unblock"):
    app.command(f"privity.faces.commands.people:{name}", name=name)
app.command("privity.faces.commands.rooms:app", name="room")
for name in ("send", "read", "react", "edit", "delete", "report"):
    app.command(f"privity.faces.commands.messages:{name}", name=name)
app.command("privity.server.commands:serve", name="serve")
app.command("privity.server.commands:invite", name="invite")
app.command("privity.desk.commands:app", name="desk")


def main() -> None:
    """Entry point of the `privity` command."""
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
