# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The wheel of `make dist`, installed where nothing of this checkout is, opens the page."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.e2e.running import App, chromium, need_page, window

ROOT = Path(__file__).parents[2]
PIP = ["-m", "pip", "--disable-pip-version-check", "--quiet"]


def run(*command: str, cwd: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


async def test_the_wheel_opens_the_page_in_an_empty_environment(tmp_path: Path) -> None:
    need_page()
    run(sys.executable, *PIP, "wheel", "--no-deps", "--no-build-isolation", "-w", str(tmp_path), str(ROOT), cwd=ROOT)
    (wheel,) = tmp_path.glob("*.whl")
    run(sys.executable, "-m", "venv", str(tmp_path / "empty"), cwd=tmp_path)
    python = str(tmp_path / "empty" / "bin" / "python")
    run(python, *PIP, "install", "--require-hashes", "-r", str(ROOT / "constraints" / "base.txt"), cwd=tmp_path)
    run(python, *PIP, "install", "--no-deps", str(wheel), cwd=tmp_path)
    app = App(tmp_path / "home", python=python)
    try:
        async with chromium() as browser, window(browser, await app.start()) as opened:
            await opened.page.get_by_role("heading", name="Welcome").wait_for()
            assert opened.complaints == []
    finally:
        await app.stop()
