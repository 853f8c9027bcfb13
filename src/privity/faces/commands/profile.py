# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity profile ...`: what others may see of you, and what you say of your age."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from privity.client.sdk import Device
from privity.faces.commands.harmless import harmless
from privity.faces.commands.opening import DEFAULT, Folder, user_of, with_device
from privity.faces.commands.times import local_time
from privity.wire.age import AgeBand
from privity.wire.contacts import Age, OwnProfile, Profile

app = App(
    name="profile",
    help="Say what others may see of you, and whether strangers may find you.\n\nExample: privity profile show",
    help_format="plaintext",
)


@app.command
def show(
    who: Annotated[str | None, Parameter(help="A handle, or a user URI; you without.")] = None,
    /,
    *,
    device: Folder = DEFAULT,
) -> None:
    """Show a profile: your own, or that of somebody you may see.

    Example: privity profile show bob.c
    """

    async def work(opened: Device) -> list[str]:
        if who is not None:
            return profile_lines(await opened.profiles.of(await user_of(opened, who)))
        await opened.contacts.refresh()
        return [*_own_lines(await opened.profiles.own()), _age_line(opened.contacts.age)]

    for line in with_device(device, work):
        print(harmless(line))


@app.command(name="set")
def set_profile(
    *,
    name: Annotated[str | None, Parameter(help="What people call you.")] = None,
    bio: Annotated[str | None, Parameter(help="A few words about you.")] = None,
    picture: Annotated[Path | None, Parameter(help="A small PNG, JPEG or WebP.")] = None,
    no_picture: Annotated[bool, Parameter(negative="", help="Take the picture away.")] = False,
    listed: Annotated[
        bool | None,
        Parameter(negative="--unlisted", help="Whether anybody who types your exact handle finds you."),
    ] = None,
    device: Folder = DEFAULT,
) -> None:
    """Change your profile. The hub can read it, and so can whoever you ask, your contacts, and your groups.

    Example: privity profile set --name Alice --listed
    """
    if picture is not None and no_picture:
        sys.exit("privity: a picture was given and taken away; nothing was done")
    try:
        image = None if picture is None else picture.expanduser().read_bytes()
    except OSError as err:
        sys.exit(f"privity: {type(err).__name__}: {err}")

    async def work(opened: Device) -> list[str]:
        before = await opened.profiles.own()
        await opened.profiles.put(
            before.name if name is None else name,
            before.bio if bio is None else bio,
            None if no_picture else before.picture if image is None else image,
            before.listed if listed is None else listed,
        )
        return _own_lines(await opened.profiles.own())

    for line in with_device(device, work):
        print(harmless(line))


@app.command
def age(band: AgeBand, /, *, device: Folder = DEFAULT) -> None:
    """Say how old you are: minor, adult or unknown, which is protected like minor.

    A minor who says adult asks for a review: a guardian or the operator decides.

    Example: privity profile age adult
    """
    print(_age_line(with_device(device, lambda opened: opened.contacts.set_age(band))))


def _own_lines(own: OwnProfile) -> list[str]:
    return [
        f"name: {own.name or '-'}",
        f"bio: {own.bio or '-'}",
        f"picture: {'none' if own.picture is None else f'{len(own.picture):,} bytes'}",
        "listed: anybody on this hub who types your exact handle finds you and may ask for contact"
        if own.listed
        else "not listed: only contacts and people in your conversations find you",
    ]


def _age_line(found: Age) -> str:
    said = f"age: {found.band}"
    if found.adult_from_ms is not None:
        said += f", adult from {local_time(found.adult_from_ms)}"
    return f"{said}; a review is asked for" if found.review else said


def profile_lines(profile: Profile) -> list[str]:
    """What somebody else wrote about themselves. It proves nothing."""
    lines = [f"{profile.handle} says of themselves:"] if profile.name or profile.bio else []
    lines += [f"name: {profile.name}"] if profile.name else []
    lines += [f"bio: {profile.bio}"] if profile.bio else []
    return [*lines, f"account since {local_time(profile.since_ms)}"]
