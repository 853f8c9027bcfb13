# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What whoever owns the desk's machine does about the staff: how the first member comes in, and the last resort.

Each of it stands in the audit log as `command:...`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import Parameter
from cyclopts.validators import Number

from privity.desk import config as desk_config
from privity.desk.audit.beside import DEFAULT, Config, desk, named, now_ms
from privity.desk.db.database import open_database
from privity.desk.errors import ConfigInvalid
from privity.desk.keys import open_keys
from privity.desk.staff import service
from privity.desk.staff.acting import Acting
from privity.desk.staff.model import Invitation
from privity.desk.staff.rights import Right, Role


@dataclass(frozen=True, slots=True, repr=False)
class Shown:
    """What is shown once: the code stands in the address."""

    console_url: str
    made: Invitation

    @property
    def address(self) -> str:
        """Where whoever was invited makes a passkey."""
        return f"{self.console_url}/join#{self.made.code}"


def invite(
    name: Annotated[str, Parameter(help="What colleagues call them.")],
    /,
    *,
    role: Annotated[tuple[Role, ...], Parameter(help="May be repeated.", negative="")],
    config: Config = DEFAULT,
) -> None:
    """Invite somebody to the staff. The address is shown once and works once; they open it and make a passkey.

    Example: privity desk invite "Ada Example" --role admin
    """
    with named():
        made = invited(config, name, role)
    _show(made)


def invited(config: Path, name: str, roles: Iterable[Role]) -> Shown:
    """The same for a program. Raises DeskError, DbError, OSError."""
    loaded = desk_config.load(config)
    if not loaded.console_url:
        raise ConfigInvalid('there are no pages to come to: set listen = "127.0.0.1:8441" under [desk]')
    open_database(loaded.database, open_keys(loaded)).close()  # the first member may come before the desk has run
    acting = Acting.command("invite", Right.MANAGE_STAFF)
    with desk(config) as beside:
        return Shown(loaded.console_url, service.invite(beside.db, acting, name, roles, now_ms(), os.urandom))


def code(
    number: Annotated[int, Parameter(help="As `privity desk staff` lists it.", validator=Number(gte=1, lte=1 << 53))],
    /,
    *,
    config: Config = DEFAULT,
) -> None:
    """Make another code for somebody who was invited and has not come. The one before works no more.

    Example: privity desk code 3
    """
    with named():
        loaded = desk_config.load(config)
        with desk(config) as beside:
            acting = Acting.command("code", Right.MANAGE_STAFF)
            made = service.renew_code(beside.db, acting, number, now_ms(), os.urandom)
    _show(Shown(loaded.console_url, made))


def roles(
    number: Annotated[int, Parameter(help="As `privity desk staff` lists it.", validator=Number(gte=1, lte=1 << 53))],
    /,
    *,
    role: Annotated[tuple[Role, ...], Parameter(help="All that they will have. May be repeated.", negative="")],
    config: Config = DEFAULT,
) -> None:
    """Give somebody other roles. On the pages that takes two admins where it lets them decide.

    Example: privity desk roles 3 --role moderator --role senior
    """
    with named(), desk(config) as beside:
        service.change_roles(beside.db, Acting.command("roles", Right.MANAGE_STAFF), number, role, now_ms())
    sys.stderr.write(f"staff:{number} is {', '.join(sorted(role))}\n")


def staff(
    *,
    json: Annotated[bool, Parameter(help="One JSON object, for programs.", negative="", show_default=False)] = False,
    config: Config = DEFAULT,
) -> None:
    """List everybody who is or was on the staff.

    Example: privity desk staff --json
    """
    with named(), desk(config) as beside:
        found = service.members(beside.db, Acting.command("staff", Right.SEE_STAFF))
    if json:
        listed = [
            {"number": each.number, "name": each.name, "state": each.state.value, "roles": sorted(each.roles)}
            for each in found
        ]
        sys.stdout.write(msgspec.json.encode({"staff": listed}).decode() + "\n")
        return
    for each in found:
        sys.stdout.write(f"{each.number:4}  {each.state.value:8}  {', '.join(sorted(each.roles)):32}  {each.name}\n")
    if not found:
        sys.stdout.write('nobody yet: privity desk invite "NAME" --role admin\n')


def end(
    number: Annotated[int, Parameter(help="As `privity desk staff` lists it.", validator=Number(gte=1, lte=1 << 53))],
    /,
    *,
    reason: Annotated[str, Parameter(help="It stands in the audit log.")],
    config: Config = DEFAULT,
) -> None:
    """End a member of staff: their sessions and passkeys are gone at once. The only admin cannot be ended.

    Example: privity desk end 3 --reason "left the team"
    """
    acting = Acting.command("end", Right.MANAGE_STAFF)
    with named(), desk(config) as beside:
        service.end(beside.db, acting, number, reason, now_ms())
    sys.stderr.write(f"staff:{number} is ended\n")


def _show(shown: Shown) -> None:
    until = datetime.fromtimestamp(shown.made.expires_ms / 1000, UTC)
    sys.stderr.write(f"staff:{shown.made.member}; shown once, works once, until {until:%Y-%m-%d %H:%M} UTC\n")
    sys.stdout.write(f"{shown.address}\n")
