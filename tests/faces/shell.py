# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""One person at the command line, and three of them on one hub."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from privity import cli
from privity.faces.demo.home import Home

LIMIT_S = 120
HANDLES = ("alice.b", "bob.c", "carol.d")


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


class Shell:
    """Runs commands as one person, with that person's device folder."""

    def __init__(self, folder: Path, passphrase: str = "invented") -> None:
        self.folder = folder
        self.environment = {**os.environ, "PRIVITY_DEVICE": str(folder), "PRIVITY_PASSPHRASE": passphrase}

    def run(self, *arguments: str) -> Done:
        """In this process, through the entry point of the command: the same but for the start of an interpreter."""
        out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
        status = 0
        with (
            patch.dict(os.environ, self.environment),
            patch.object(sys, "argv", ["privity", *arguments]),
            redirect_stdout(out),
            redirect_stderr(err),
        ):
            try:
                cli.main()
            except SystemExit as end:
                status = end.code if isinstance(end.code, int) else int(end.code is not None)
                err.write(f"{end.code}\n" if isinstance(end.code, str) else "")
        return Done(status, *(stream.buffer.getvalue().decode() for stream in (out, err)))

    def process(self, *arguments: str) -> Done:
        """The same as a process of its own."""
        command = [sys.executable, "-m", "privity.cli", *arguments]
        done = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, timeout=LIMIT_S, check=False
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def ok(self, *arguments: str) -> str:
        done = self.run(*arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def refused(self, *arguments: str) -> str:
        done = self.run(*arguments)
        assert done.returncode == 1, done.stdout + done.stderr
        return done.stderr

    def wrong(self, *arguments: str) -> str:
        done = self.run(*arguments)
        assert done.returncode == 2, done.stdout + done.stderr
        return done.stderr


@dataclass(frozen=True, slots=True)
class Town:
    """A hub, and three people who have accounts there."""

    home: Home
    alice: Shell
    bob: Shell
    carol: Shell

    def words(self, *names: str) -> list[str]:
        """User URIs by handle, as their own devices say them."""
        return [getattr(self, name).ok("devices").split("\n")[0].split(", ")[1] for name in names]


def settle(home: Home) -> Town:
    """Start the hub of a fresh home, and its witness, and register everybody."""
    first = home.init()
    home.witness.start()
    home.start_hub()
    people = [Shell(home.folder / name) for name in ("alice", "bob", "carol")]
    for shell, handle in zip(people, HANDLES, strict=True):
        invite = first if handle == "alice.b" else home.invite()
        made = shell.ok("register", home.url, handle, "--invite", invite, "--age", "adult")
        assert len(made.splitlines()[-1].split()) == 12
    befriend(people, HANDLES)
    return Town(home, *people)


def befriend(people: Sequence[Shell], handles: Sequence[str]) -> None:
    """Everybody asks for everybody: whoever is asked second makes both contacts."""
    for at, (asking, handle) in enumerate(zip(people, handles, strict=True)):
        for asked, other in zip(people[at + 1 :], handles[at + 1 :], strict=True):
            asking.ok("contacts", "ask", other)
            assert "are contacts now" in asked.ok("contacts", "ask", handle)
