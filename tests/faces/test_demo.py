# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The demo passes as it stands, and its search would find what it looks for."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from privity.faces.demo.home import Home

FORMS: dict[str, Callable[[bytes], bytes]] = {
    "as it is": lambda raw: raw,
    "as hex": lambda raw: raw.hex().encode(),
    "as base64": base64.b64encode,
    "within base64": lambda raw: base64.b64encode(b"ab" + raw + b"c"),
}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path)
    (home.home / "hub" / "logs").mkdir(parents=True)
    (home.home / "hub" / "hub.db").write_bytes(os.urandom(1000))
    home.hub.log.write_bytes(b"started")
    return home


def test_search_finds_nothing_where_nothing_is(home: Home) -> None:
    home.canary("hello")
    home.secrets.append(os.urandom(32))
    assert home.leaks() == (2, 1007, [])


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("where", ["hub/hub.db", "hub/logs/hub.log"])
def test_search_finds_a_message_and_a_key_in_every_form(home: Home, form: str, where: str) -> None:
    home.canary("hello")
    home.secrets.append(os.urandom(32))
    for planted in (home.canaries[0].encode(), home.secrets[0]):
        (home.home / where).write_bytes(b"before" + FORMS[form](planted) + b"after")
        assert len(home.leaks()[2]) == 1


def test_search_looks_at_what_the_hub_prints(home: Home) -> None:
    home.canary("hello")
    home.hub.log.write_bytes(home.canaries[0].encode())
    assert home.leaks()[2] == [f"{home.canaries[0]} in hub.out"]


def test_the_demo_passes() -> None:
    done = subprocess.run([sys.executable, "-m", "privity.cli", "demo"], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.strip().endswith("checks passed")
