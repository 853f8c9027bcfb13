# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Reading a file that a person named, or gave: a plain one, or a refusal by name."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO

from privity.client.errors import FileUnreadable, NotAFile

Given = Path | BinaryIO
"""Where a file is, or the open file itself, which stays open."""


@contextmanager
def given_file(given: Given) -> Iterator[BinaryIO]:
    """An open file at its beginning. Raises NotAFile, FileUnreadable."""
    if isinstance(given, Path):
        with plain_file(given) as file:
            yield file
    else:
        given.seek(0)
        yield given


@contextmanager
def plain_file(path: Path) -> Iterator[BinaryIO]:
    """An open file. A pipe or a device is not waited for. Raises NotAFile, FileUnreadable."""
    with _opened(path) as file:
        yield file


def _opened(path: Path) -> BinaryIO:
    try:
        with ExitStack() as undo:
            descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
            undo.callback(os.close, descriptor)
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise NotAFile(f"{path} is not a plain file")
            file = open(descriptor, "rb")  # noqa: PTH123, SIM115 - a descriptor; its caller closes it
            undo.pop_all()
    except (FileNotFoundError, IsADirectoryError, ValueError):  # a path with a zero byte is a ValueError
        raise NotAFile(f"{path} is not a plain file") from None
    except OSError as err:
        raise FileUnreadable(f"{path} cannot be read: {err.strerror or type(err).__name__}") from None
    return file
