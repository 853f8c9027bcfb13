# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The home folder of `privity app`: one device folder for each account, a lock, a socket, and what locks remember.

`accounts/NAME` is a device folder like any other, so that the other commands work on it while the app does not run.
"""

from __future__ import annotations

import fcntl
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from privity.client.store.database import Store
from privity.faces.app.errors import BadName, HomeRefused

_NAME: Final = re.compile(r"[a-z0-9](?:[a-z0-9_.-]{0,38}[a-z0-9_-])?")
PORT: Final = "app.port"
MAX_SOCKET_PATH: Final = 100
"""Bytes of a socket's path that every system takes."""


@dataclass(frozen=True, slots=True)
class Home:
    """Where everything of one person on this machine is."""

    folder: Path

    @classmethod
    def default(cls) -> Path:
        base = os.environ.get("XDG_DATA_HOME", "")
        return (Path(base) if base.startswith("/") else Path.home() / ".local" / "share") / "privity"

    def prepare(self) -> None:
        """Make it, for this user alone. Raises HomeRefused."""
        try:
            for folder in (self.folder, self.accounts, self.attempts):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            found = self.folder.stat()
            if found.st_uid != os.getuid():
                raise HomeRefused(f"{self.folder} belongs to another user; name another folder with --home")
            if stat.S_IMODE(found.st_mode) & 0o077:
                self.folder.chmod(0o700)
        except OSError as err:
            raise HomeRefused(f"{self.folder} cannot be used: {err.strerror or type(err).__name__}") from None
        if len(os.fsencode(self.socket)) > MAX_SOCKET_PATH:
            raise HomeRefused(f"the path {self.socket} is too long for a socket; name a shorter folder with --home")

    @property
    def accounts(self) -> Path:
        return self.folder / "accounts"

    @property
    def attempts(self) -> Path:
        """What is remembered of wrong passphrases, by account."""
        return self.folder / "attempts"

    @property
    def socket(self) -> Path:
        return self.folder / "app.sock"

    @property
    def entry(self) -> Path:
        """The file that leads a browser in."""
        return self.folder / "enter.html"

    def last_port(self) -> int:
        """The port of the last time, 0 for none: what a browser keeps of the page's settings belongs to its port."""
        try:
            port = int((self.folder / PORT).read_text(encoding="ascii")[:8])
        except (OSError, ValueError):
            return 0
        return port if 0 < port < 65_536 else 0

    def keep_port(self, port: int) -> None:
        (self.folder / PORT).write_text(f"{port}\n", encoding="ascii")

    @property
    def sessions(self) -> Path:
        """Hashes of the secrets of pages."""
        return self.folder / "app.sessions"

    @property
    def log(self) -> Path:
        return self.folder / "app.log"

    def names(self) -> list[str]:
        """Every account that has a device store here, finished or not."""
        found = [each.name for each in self.accounts.iterdir() if _NAME.fullmatch(each.name) and Store.exists(each)]
        return sorted(found)

    def device(self, name: str) -> Path:
        """The device folder of an account, which need not be there. Raises BadName."""
        return self.accounts / checked_name(name)

    @contextmanager
    def held(self) -> Iterator[bool]:
        """Whether this process has the home to itself. The lock goes with the process, however it ends."""
        descriptor = os.open(self.folder / "app.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True
        finally:
            os.close(descriptor)


def checked_name(name: str) -> str:
    """A name that is one folder and nothing else on every system. Raises BadName."""
    if _NAME.fullmatch(name) is None or ".." in name:
        raise BadName(
            "a name for an account has 1 to 40 of a-z, 0-9, _, - and single dots, and begins with a letter or digit"
        )
    return name
