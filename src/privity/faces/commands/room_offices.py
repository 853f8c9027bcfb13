# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity room role`, `ban` and `unban`: who is what in a group, and who stays out of it."""

from __future__ import annotations

from typing import Annotated, Literal

from cyclopts import Parameter

from privity.client.sdk import Device
from privity.faces.commands.opening import (
    DEFAULT,
    Folder,
    NotNamed,
    Room,
    Who,
    group_of,
    other_of,
    user_of,
    with_device,
)
from privity.policy.roles import Role

Given = Annotated[
    Literal["admin", "moderator", "member"],
    Parameter(help="Moderators invite, remove members, ban, and delete messages; admins also give roles."),
]


def role(room: Room, who: Who, new: Given, /, *, device: Folder = DEFAULT) -> None:
    """Make a person in a group an admin, a moderator or a member. Everybody sees who did it.

    The last admin names another before stepping down.

    Example: privity room role k3x7 bob.c moderator
    """

    async def work(opened: Device) -> None:
        uri, user_uri = await group_of(opened, room), await user_of(opened, who)
        await opened.offices.give(uri, user_uri, Role[new.upper()])

    with_device(device, work)
    print(f"{who} is {_A[new]} now")


def ban(room: Room, who: Who, /, *, device: Folder = DEFAULT) -> None:
    """Take a person out of a group for good: nobody can invite them, no link lets them in, until the ban is lifted.

    Example: privity room ban k3x7 carol.d
    """

    async def work(opened: Device) -> None:
        uri, user_uri = await group_of(opened, room), await other_of(opened, who)
        await opened.offices.ban(uri, user_uri)

    with_device(device, work)
    print(f"banned {who}")


def unban(room: Room, who: Who, /, *, device: Folder = DEFAULT) -> None:
    """Lift a ban. The person is not back by that, and may be invited again.

    Example: privity room unban k3x7 carol.d
    """

    async def work(opened: Device) -> None:
        uri, user_uri = await group_of(opened, room), await other_of(opened, who)
        if opened.offices.of(uri).get(user_uri) is not Role.BANNED:
            raise NotNamed(f"{who} is not banned here; `privity room members` shows who is")
        await opened.offices.unban(uri, user_uri)

    with_device(device, work)
    print(f"{who} may be invited again")


_A = {"admin": "an admin", "moderator": "a moderator", "member": "a member"}
