# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity ...`: names the commands and where they live; each is imported when it is called."""

from __future__ import annotations

import os
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
app.command("privity.faces.commands.devices:link", name="link")
app.command("privity.faces.commands.devices:app", name="devices")
app.command("privity.faces.commands.rooms:app", name="room")
for name in ("send", "read", "react", "edit", "delete", "report"):
    app.command(f"privity.faces.commands.messages:{name}", name=name)
for name in ("attach", "save"):
    app.command(f"privity.faces.commands.files:{name}", name=name)
app.command("privity.faces.commands.bench:bench", name="bench")
app.command("privity.server.commands:serve", name="serve")
app.command("privity.server.commands:invite", name="invite")
app.command("privity.desk.commands:app", name="desk")


def main() -> None:
    """Entry point of the `privity` command."""
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:  # whoever read the output has gone; what is still in the buffer goes nowhere
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)


if __name__ == "__main__":
    main()
