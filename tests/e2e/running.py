# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity app` as a process, and a real Chromium that shows its page."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from privity.faces.app.page import FOLDER
from privity.faces.demo.processes import free_port

pytest.importorskip("playwright", reason="missing: playwright (make e2e installs it)")

from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from tests.e2e.stretched import stretch

REQUIRE = os.environ.get("PRIVITY_REQUIRE", "").split(",")
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
START_S = 60
LIMIT_MS = 60_000
"""How long anything on a page may take before a test fails by its name; nothing waits that long otherwise."""
ARGUMENTS = [
    "--no-sandbox",  # tests may run as root, where Chromium's own sandbox does not start
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def need_chromium() -> str:
    """Where Chromium is; without it the test is skipped by name, or fails where it is required."""
    if CHROMIUM is not None:
        return CHROMIUM
    if "chromium" in REQUIRE:
        pytest.fail("chromium is required and not installed: apt-get install chromium")
    pytest.skip("missing: chromium (apt-get install chromium)")


def need_page() -> None:
    """The built page; without it the test is skipped by name, or fails where Node is required."""
    if (FOLDER / "index.html").is_file():
        return
    if "node" in REQUIRE:
        pytest.fail("the page is required and not built: make app")
    pytest.skip("missing: the page of privity app (make app, which needs Node)")


@asynccontextmanager
async def chromium(*arguments: str) -> AsyncIterator[Browser]:
    path = need_chromium()
    async with async_playwright() as playwright:
        expect.set_options(timeout=LIMIT_MS)
        browser = await playwright.chromium.launch(executable_path=path, args=[*ARGUMENTS, *arguments])
        try:
            yield browser
        finally:
            if browser.is_connected():  # a test may have killed it
                await browser.close()


@dataclass
class App:
    """One home's daemon. `start` may be called again after `kill`."""

    home: Path
    process: asyncio.subprocess.Process | None = None
    log: list[str] = field(default_factory=list)
    python: str = sys.executable

    @property
    def errors(self) -> Path:
        return self.home.parent / f"{self.home.name}.err"

    async def start(self, port: int = 0, arguments: tuple[str, ...] = ()) -> str:
        """Run it; the address that works once. The port stays this test's, so that it may be killed and come again."""
        self.process = await asyncio.create_subprocess_exec(
            self.python,
            "-m",
            "privity.cli",
            "app",
            "--home",
            str(self.home),
            "--no-browser",
            "--port",
            str(port or free_port()),
            *arguments,
            stdout=asyncio.subprocess.PIPE,
            cwd=self.home.parent,
            stderr=self.errors.open("ab"),
        )
        return await asyncio.wait_for(self._address(), START_S)

    async def _address(self) -> str:
        assert self.process is not None and self.process.stdout is not None
        while line := (await self.process.stdout.readline()).decode():
            self.log.append(line)
            for word in line.split():
                if word.startswith("http://127.0.0.1:"):
                    return word
        raise AssertionError(f"privity app ended and said: {self.log} {self.errors.read_text()[-800:]}")

    async def again(self) -> str:
        """A fresh address of the running daemon, as a second `privity app` prints it."""
        other = App(self.home)
        address = await other.start()
        assert other.process is not None
        await asyncio.wait_for(other.process.wait(), START_S)
        return address

    async def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """What a program of the same user asks, in the words of the port; its result."""
        reader, writer = await asyncio.open_unix_connection(self.home / "app.sock", limit=1 << 22)
        try:
            writer.write(json.dumps({"number": 1, "request": request}).encode() + b"\n")
            while True:
                said = json.loads(await asyncio.wait_for(reader.readline(), START_S))
                if said.get("number") == 1:
                    assert said["kind"] == "answered", said
                    result: dict[str, Any] = said["result"]
                    return result
        finally:
            writer.close()

    async def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        await self.process.wait()

    async def stop(self) -> None:
        if self.process is not None and self.process.returncode is None:
            self.process.terminate()
            await asyncio.wait_for(self.process.wait(), START_S)


NOTICE = """
  window.noticed = [];
  new MutationObserver(() => {
    for (const { textContent } of document.querySelectorAll(".notice p, [data-writers], button:disabled")) {
      if (!window.noticed.includes(textContent)) window.noticed.push(textContent);
    }
  }).observe(document, { subtree: true, childList: true, characterData: true, attributeFilter: ["disabled"] });
"""
"""Keeps what stands on a page for some seconds only, so that a test which comes late has not missed it."""


@dataclass
class Window:
    """A page of the app in a browser of its own, and all that the browser complained about meanwhile."""

    page: Page
    context: BrowserContext
    complaints: list[str] = field(default_factory=list)

    def watch(self) -> None:
        self.page.on("pageerror", lambda err: self.complaints.append(f"error: {err}"))
        self.page.on(
            "console",
            lambda said: self.complaints.append(said.text) if said.type in ("error", "warning") else None,
        )
        self.page.on(
            "request",
            lambda request: (
                None
                if request.url.startswith(("http://127.0.0.1:", "blob:http://127.0.0.1:", "ws://127.0.0.1:"))
                else self.complaints.append(f"remote load: {request.url}")
            ),
        )


@asynccontextmanager
async def window(browser: Browser, address: str, *, width: int = 1200, height: int = 800) -> AsyncIterator[Window]:
    """Open the address in a fresh profile."""
    context = await browser.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce")
    context.set_default_timeout(LIMIT_MS)
    page = await context.new_page()
    opened = Window(page, context)
    opened.watch()
    await context.add_init_script(NOTICE)
    await stretch(context, page)
    try:
        await page.goto(address)
        yield opened
    finally:
        if browser.is_connected():
            await context.close()
