# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Programs that are installed here, and Debian's number of them."""

from __future__ import annotations

import os
import shutil
import subprocess

from bench.errors import CannotRun


def installed(command: str, package: str) -> str:
    """The path of a command, or CannotRun naming the package to install."""
    found = shutil.which(command, path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin")
    if found is None:
        raise CannotRun(f"{command} is not installed here: apt-get install {package}")
    return found


def version(package: str) -> str:
    """As Debian numbers it, after a space; empty where it is not installed, and where there is no Debian."""
    command = ["dpkg-query", "-W", "-f", "${db:Status-Status} ${Version}", package]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30)
    except (OSError, subprocess.SubprocessError):
        return ""
    status, _, number = done.stdout.partition(" ")  # of a package that is only known, Debian numbers nothing
    return " " + number.partition("-")[0] if status == "installed" else ""
