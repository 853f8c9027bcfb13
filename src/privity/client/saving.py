# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A stranger's file onto this person's disk: a harmless name, nothing overwritten, all of it or nothing.

The name of a file is the sender's word. It may try to climb out of the folder, hide, pretend another ending by turning
the direction of writing, or be one that a system reserves; what is left after `safe_name` can do none of it.
"""

from __future__ import annotations

import os
import secrets
import unicodedata
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from privity.client.errors import SaveRefused

MAX_NAME_BYTES = 200
"""File systems take 255; the rest is for a draft's name."""
NAMELESS = "attachment"

_FORBIDDEN = frozenset('<>:"|?*')
"""Characters that some file systems refuse or read as something else than a name."""
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Categories without a shape of their own: controls, marks of direction, halves of characters, line ends."""
_RESERVED = frozenset(
    {"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"}
    | {f"{device}{number}" for device in ("COM", "LPT") for number in "0123456789¹²³"}
)
"""Devices, on systems where a device is opened by its name in any folder and with any ending."""


def safe_name(filename: str) -> str:
    """A name for one file in one folder, as near to the given one as is safe. Never empty."""
    last = filename.replace("\\", "/").rpartition("/")[2]
    name = "".join(_harmless(character) for character in last).strip(". ")
    if not name:
        return NAMELESS
    if name.startswith("-") or name.partition(".")[0].rstrip().upper() in _RESERVED:
        name = f"_{name}"
    return _shortened(name)


def save(plaintext: bytes, filename: str, to: Path | None = None) -> Path:
    """Write a file into a folder under its safe name, or to the new path that the person named; where it is.

    The folder is the current one where `to` is None. Raises SaveRefused.
    """
    with drafted(filename, to) as (file, target):
        file.write(plaintext)
    return target


@contextmanager
def drafted(filename: str, to: Path | None = None) -> Iterator[tuple[BinaryIO, Path]]:
    """The same for a file that is written piece by piece: it has its name once everything is on disk, or is gone."""
    target = _target(Path() if to is None else to, filename)
    draft = target.with_name(f".{secrets.token_hex(8)}.draft")
    try:
        if os.path.lexists(target):  # before anything is written: it may take long
            raise FileExistsError(target)
        with ExitStack() as undo:
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            undo.callback(draft.unlink)
            with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor, not a path
                yield file, target
                file.flush()
                os.fsync(descriptor)
            _publish(draft, target, undo)
    except FileExistsError:
        raise SaveRefused(f"{target} exists already and is never overwritten; name another place") from None
    except OSError as err:
        raise SaveRefused(f"{target} cannot be written: {err.strerror or type(err).__name__}") from None


def _target(place: Path, filename: str) -> Path:
    try:
        target = place / safe_name(filename) if place.is_dir() else place
    except OSError as err:
        raise SaveRefused(f"{place} cannot be written: {err.strerror or type(err).__name__}") from None
    if not target.name or "\0" in str(target):
        raise SaveRefused(f"{str(place)!r} names no file")
    return target


def _publish(draft: Path, target: Path, undo: ExitStack) -> None:
    """Give the whole file its name, unless something has it. A link is refused where a rename would overwrite."""
    try:
        target.hardlink_to(draft)
    except FileExistsError:
        raise
    except OSError:  # a file system without links, such as that of a memory stick
        if os.path.lexists(target):
            raise FileExistsError(target) from None
        draft.rename(target)
        undo.pop_all()


def _harmless(character: str) -> str:
    category = unicodedata.category(character)
    if category in _UNSEEN:
        return ""
    if category == "Zs":
        return " "  # wide and narrow spaces look like names that they are not
    return "_" if character in _FORBIDDEN else character


def _shortened(name: str) -> str:
    """At most `MAX_NAME_BYTES` of UTF-8, the ending kept where it is one."""
    if len(name.encode()) <= MAX_NAME_BYTES:
        return name
    ending = PurePosixPath(name).suffix
    if len(ending.encode()) > MAX_NAME_BYTES // 4:
        ending = ""
    stem = name[: len(name) - len(ending)].encode()[: MAX_NAME_BYTES - len(ending.encode())]
    return stem.decode("utf-8", "ignore").rstrip(". ") + ending
