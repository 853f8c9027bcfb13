# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity admin accounts` and `privity admin invites`."""

from __future__ import annotations

import sys
import time
from typing import Annotated

from cyclopts import App, Parameter
from cyclopts.validators import Number

from privity.server import init
from privity.server.operating import people
from privity.server.operating.beside import DEFAULT, Config, Json, as_json, day, named

invites_app = App(
    name="invites",
    help="List the invites that are open; make and revoke some.\n\n"
    "Example: privity admin invites --config home/privity.toml",
    help_format="plaintext",
)


def accounts(
    *,
    find: Annotated[str | None, Parameter(help="Show the account with this handle and no other.")] = None,
    after: Annotated[str, Parameter(help="Only handles after this one.")] = "",
    config: Config = DEFAULT,
    json: Json = False,
) -> None:
    """Count accounts and list their handles: since when, and how many devices.

    Example: privity admin accounts --find alice.b --config home/privity.toml
    """
    with named():
        if find is not None:
            one = init.look_beside(config, lambda query: people.find(query, find, _now_ms()))
            if json:
                as_json(one)
                return
            reset = "" if one.reset_due_ms is None else f"  a reset takes effect on {day(one.reset_due_ms)}"
            devices = f"{one.devices} device{'' if one.devices == 1 else 's'}"
            sys.stdout.write(
                f"{one.handle}  {one.user_uri}  since {day(one.created_ms)}  {devices}  {one.standing}{reset}\n"
            )
            return
        found = init.look_beside(config, lambda query: people.accounts(query, after))
    if json:
        as_json(found)
        return
    for seen in found.accounts:
        sys.stdout.write(f"{seen.handle}  since {day(seen.created_ms)}  {seen.devices}\n")
    sys.stderr.write(f"{found.total:,} accounts with {found.devices:,} devices\n")
    if found.next is not None:
        sys.stderr.write(f"more with --after {found.next}\n")


@invites_app.default
def invites(*, config: Config = DEFAULT, json: Json = False) -> None:
    """List the invites that are open. Their codes are not kept: a mark names each.

    Example: privity admin invites --json
    """
    with named():
        found = init.look_beside(config, lambda query: people.invites(query, _now_ms()))
    if json:
        as_json(found)
        return
    for one in found.invites:
        sys.stdout.write(f"{one.mark}  made {day(one.created_ms)}  until {day(one.expires_ms)}\n")
    if not found.invites:
        sys.stderr.write("no invite is open\n")


@invites_app.command
def make(
    count: Annotated[int, Parameter(help="How many, each for one account.", validator=Number(gte=1, lte=1000))] = 1,
    /,
    *,
    config: Config = DEFAULT,
) -> None:
    """Make invites; each code is shown once.

    Example: privity admin invites make 20 --config home/privity.toml
    """
    with named():
        made = init.beside_the_hub(config, lambda tx: people.make(tx, count, _now_ms()))
    for invite in made:
        sys.stdout.write(f"{invite.code}\n")
    sys.stderr.write(f"one account each, until {day(made[0].expires_ms)}\n")


@invites_app.command
def revoke(
    mark: Annotated[str, Parameter(help="What `privity admin invites` lists it by.")],
    /,
    *,
    config: Config = DEFAULT,
) -> None:
    """Take an open invite back.

    Example: privity admin invites revoke 0a1b2c3d4e5f --config home/privity.toml
    """
    with named():
        init.beside_the_hub(config, lambda tx: people.revoke(tx, mark, _now_ms()))
    sys.stderr.write("revoked\n")


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
