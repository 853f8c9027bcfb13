# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity ...`: names the commands and where they live; each is imported when it is called."""

from __future__ import annotations

import gc
import os
import sys

from cyclopts import App, CycloptsError

COMMANDS = "privity.faces.commands"
TABLE: dict[str, dict[str, tuple[str, str]]] = {
    "Talk": {
        "app": (f"{COMMANDS}.app:app", "the messenger in your browser, on this machine alone"),
        "room": (f"{COMMANDS}.rooms:app", "make conversations and change who is in them; list yours"),
        "read": (f"{COMMANDS}.messages:read", "show a conversation"),
        "send": (f"{COMMANDS}.messages:send", "send a text"),
        "attach": (f"{COMMANDS}.files:attach", "send a file"),
        "save": (f"{COMMANDS}.files:save", "save the file of a message"),
        "react": (f"{COMMANDS}.messages:react", "react to a message"),
        "edit": (f"{COMMANDS}.messages:edit", "change a message of yours"),
        "delete": (f"{COMMANDS}.messages:delete", "delete a message of yours for everyone"),
        "report": (f"{COMMANDS}.reporting:report", "report messages with proof, or a person, to the desk"),
        "reports": (f"{COMMANDS}.reporting:reports_app", "see what you reported and what became of it"),
        "disclose": (f"{COMMANDS}.disclosing:disclose", "hand over messages, with proof of who wrote them"),
    },
    "Your account, other people": {
        "register": (f"{COMMANDS}.people:register", "make an account"),
        "link": (f"{COMMANDS}.devices:link", "make this a further device of an account you have"),
        "devices": (f"{COMMANDS}.devices:app", "see devices; add and remove yours"),
        "recover": (f"{COMMANDS}.recovering:recover", "come back with the recovery phrase when all devices are lost"),
        "reset": (f"{COMMANDS}.recovering:reset", "begin anew when the phrase is lost too; takes 72 hours"),
        "verify": (f"{COMMANDS}.people:verify", "check that nobody is between you and another person"),
        "keylog": (f"{COMMANDS}.keylog:app", "see who watches the hub's keys, and decide whom to believe"),
        "account": (f"{COMMANDS}.account:app", "see what the hub keeps about you"),
        "backup": (f"{COMMANDS}.backup:app", "keep your conversations in an encrypted file, and bring them back"),
        "export": (f"{COMMANDS}.export:app", "write your conversations as HTML and JSON; read such JSON back"),
        "contacts": (f"{COMMANDS}.contacts:app", "ask people for contact, and decide who may begin to talk to you"),
        "profile": (f"{COMMANDS}.profile:app", "say what others may see of you, and who may find you"),
        "guardian": (f"{COMMANDS}.guardian:app", "agree to whom a minor has contact with"),
        "standing": (f"{COMMANDS}.reporting:standing_app", "see what was decided about you and why; appeal"),
        "block": (f"{COMMANDS}.people:block", "take no contact from a person"),
        "unblock": (f"{COMMANDS}.people:unblock", "take contact from a person again"),
    },
    "Host": {
        "demo": (f"{COMMANDS}.demo:demo", "see everything at work, attacks included"),
        "drill": (f"{COMMANDS}.drill:app", "play what nobody hopes for, and see what holds"),
        "init": (f"{COMMANDS}.init:init", "make a home for a hub and its desk"),
        "serve": ("privity.server.commands:serve", "run the hub"),
        "invite": ("privity.server.commands:invite", "make one more invite"),
        "reset-code": ("privity.server.commands:reset_code", "let somebody who lost everything begin again"),
        "admin": ("privity.server.operating.commands:app", "look after the hub: people, disk, backup, moving"),
        "ages": ("privity.server.ages.commands:app", "decide who is treated as an adult"),
        "restored": ("privity.server.commands:restored", "go on after the hub's database was put back from a copy"),
        "continue-log": ("privity.server.commands:continue_log", "go on after the hub's database was lost"),
        "desk": ("privity.desk.commands:app", "run the desk, or list what it found"),
        "audit": ("privity.desk.audit.commands:app", "check the log of everything the desk and its people did"),
        "legal": ("privity.desk.legal.commands:app", "see what the rulebook makes of a legal request"),
        "witness": (f"{COMMANDS}.witness:app", "watch the key logs of other hosts"),
        "data-inventory": (f"{COMMANDS}.data_inventory:data_inventory", "say what hub and desk keep about people"),
        "bench": (f"{COMMANDS}.bench:bench", "measure what this machine allows a hub"),
        "lab": ("privity.lab.commands:app", "make invented worlds in which the desk's rules are measured"),
    },
}
"""Every command: where it lives, and what the list of commands says of it."""

HELP = "An end-to-end encrypted messenger anyone can host, with no back door.\n\n" + "\n\n".join(
    "\n".join([f"{group}:", *(f"  {name:14} {what}" for name, (_, what) in commands.items())])
    for group, commands in TABLE.items()
)
FIRST = "Begin with: privity register https://chat.example.org alice.b --invite CODE"


app = App(
    name="privity",
    usage="Usage: privity COMMAND",
    help=f"{HELP}\n\n{FIRST}",
    help_format="plaintext",
    version_flags=["--version"],
)
for commands in TABLE.values():
    for name, (where, _) in commands.items():
        app.command(where, name=name, show=False)


STARTING = 50_000
"""Objects more than before, after which cycles are looked for: a few megabytes at the most. While a program is loaded
nothing goes away; to look through what came so far with every few hundred takes a sixth of its start."""


def main() -> None:
    """Entry point of the `privity` command. Status 0; 1 refused by name; 2 typed wrongly; 130 Ctrl-C; 141 no reader."""
    gc.set_threshold(STARTING, 20, 50)
    for argument in sys.argv[1:]:
        try:
            argument.encode()
        except UnicodeEncodeError:
            sys.stderr.write(f"privity: the argument {argument!a} is not UTF-8\n")
            sys.exit(2)
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # a real stream, of any encoding
    try:
        try:
            app(sys.argv[1:], print_error=False, exit_on_error=False)
        finally:
            sys.stdout.flush()  # here, and not when the interpreter ends and nobody catches what that raises
    except CycloptsError as err:
        from privity.faces.commands.wrong_usage import wrong_usage

        sys.stderr.write(f"{wrong_usage(err)}\n")
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:  # whoever read the output has gone; what is still in the buffer goes nowhere
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)


if __name__ == "__main__":
    main()
