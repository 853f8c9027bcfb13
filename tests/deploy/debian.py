# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A Debian of a test's own, from Debian's archive: for containers and for a systemd that is the first process."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.deploy.tools import needed

PACKAGES = "systemd,systemd-sysv,dbus,python3,python3-venv,ca-certificates"


def root_needed() -> None:
    if os.geteuid() != 0:
        pytest.skip("only root may make the file systems of another machine")


def shell(script: str, environment: dict[str, str] | None = None, wait_s: float = 1200) -> str:
    """What a script prints; fails with all that it said where it fails."""
    done = subprocess.run(
        ["/bin/sh", "-euc", script],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=wait_s,
        env={**os.environ, **(environment or {})},
    )
    assert done.returncode == 0, done.stdout[-4000:]
    return done.stdout


def make_tree(folder: Path) -> Path:
    """Bookworm, as small as these tests allow, with the certificates that this machine trusts."""
    root_needed()
    tree = folder / "tree"
    shell(f"{needed('debootstrap')} --variant=minbase --include={PACKAGES} bookworm {tree}")
    shell(f"cp /etc/ssl/certs/ca-certificates.crt {tree}/etc/ssl/certs/ && cp /etc/resolv.conf {tree}/etc/resolv.conf")
    return tree
