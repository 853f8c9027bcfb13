# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Who is not the person at the page: other sites, moved names, old addresses, other users of the machine, scripts."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import expect

from privity.faces.app.page import FOLDER
from tests.e2e.elsewhere import TRY_ALL, other_site
from tests.e2e.person import Person
from tests.e2e.running import App, chromium, need_page, window
from tests.e2e.town import Town

NOBODY = 65534
NO_SESSION = "This page has no session"
INJECT = """async () => {
  const violations = [];
  document.addEventListener("securitypolicyviolation", (event) => violations.push(event.effectiveDirective));
  const tried = (what) => new Promise((done) => setTimeout(() => {
    try { what(); done("done"); } catch (error) { done(error.name); }
  }));
  const found = {};
  found.html = await tried(() => (document.body.innerHTML = "<img src=x onerror='window.hacked = true'>"));
  found.adjacent = await tried(() => document.body.insertAdjacentHTML("beforeend", "<b>x</b>"));
  found.text = await tried(() => (document.createElement("script").text = "window.hacked = true"));
  found.policy = await tried(() => trustedTypes.createPolicy("mine", { createHTML: (html) => html }));
  found.eval = await tried(() => window["ev" + "al"]("window.hacked = true"));
  found.timer = await tried(() => setTimeout("window.hacked = true"));
  const script = document.createElement("script");
  script.append("window.hacked = true");
  const image = new Image();
  const loaded = new Promise((done) => { image.onload = () => done("loaded"); image.onerror = () => done("nothing"); });
  image.src = "http://localhost:9/x.png";
  document.body.append(script, image);
  found.image = await loaded;
  found.fetch = await fetch("http://localhost:9/").then(() => "loaded", () => "nothing");
  await new Promise((done) => setTimeout(done));
  return { found, violations: [...new Set(violations)].sort(), hacked: window.hacked === true };
}"""
AS_ANOTHER_USER = """
import os, socket, sys, urllib.error, urllib.request
from pathlib import Path
home, port, nobody = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
def ask(path, **more):
    return urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{port}{path}", **more)).read()
ask("/")
os.setgroups([])
os.setgid(nobody)
os.setuid(nobody)
def tried(what):
    try:
        return f"got {what()!r:.60}"
    except urllib.error.HTTPError as err:
        return f"http {err.code}"
    except OSError as err:
        return type(err).__name__
origin = {"Origin": f"http://127.0.0.1:{port}"}
print(tried(lambda: list(home.iterdir())))
print(tried(lambda: (home / "app.sessions").read_bytes()))
print(tried(lambda: socket.socket(socket.AF_UNIX).connect(str(home / "app.sock"))))
print(tried(lambda: ask("/session", data=b'{"token": "a guess"}', headers=origin)))
print(tried(lambda: ask("/files/alice/room/00/0")))
print(tried(lambda: ask("/previews/alice/room/00/0", headers={"Authorization": "Privity a-guess"})))
"""


async def test_another_site_in_the_same_browser_gets_nothing(town: Town) -> None:
    alice = await town.person("alice.a")
    address = await alice.app.again()
    target, token = address.split("/#")
    script = next((FOLDER / "assets").glob("*.js"))
    async with other_site() as site:
        page = await alice.window.context.new_page()
        await page.goto(site)
        asked = {"target": target, "token": token, "script": f"/assets/{script.name}"}
        got = await page.evaluate(TRY_ALL, asked)
        assert got == dict.fromkeys(got, "nothing")
        assert len(got) == 11
    await alice.page.evaluate("sessionStorage.clear()")
    await alice.enter(address)  # what they tried did not even use the token up
    town.hush()


async def test_a_name_that_was_moved_to_this_machine_reaches_nothing(tmp_path: Path) -> None:
    need_page()
    app = App(tmp_path / "home")
    try:
        target, token = (await app.start()).split("/#")
        port = urlsplit(target).port
        async with chromium("--host-resolver-rules=MAP evil.example 127.0.0.1", "--no-proxy-server") as browser:
            page = await browser.new_page()
            answer = await page.goto(f"http://evil.example:{port}/#{token}")
            assert answer is not None
            assert answer.status == 421
            assert await page.locator("script").count() == 0
            said = await page.evaluate(
                "(body) => fetch('/session', { method: 'POST', body }).then((answer) => answer.status)",
                json.dumps({"token": token}),
            )
            assert said == 421
            async with window(browser, f"{target}/#{token}") as opened:
                await expect(opened.page.get_by_role("heading", name="Welcome")).to_be_visible()
                assert opened.complaints == []
    finally:
        await app.stop()


async def test_an_address_opens_one_page_and_leaves_the_address_bar(town: Town) -> None:
    app = App(town.folder / "home of nobody")
    town.stack.push_async_callback(app.stop)
    address = await app.start()
    async with window(town.browser, address) as first:
        await expect(first.page.get_by_role("heading", name="Welcome")).to_be_visible()
        assert "#" not in first.page.url
        assert await first.page.evaluate("document.cookie") == ""
        async with window(town.browser, address) as second:
            await expect(second.page.get_by_role("heading", name=NO_SESSION)).to_be_visible()
        async with window(town.browser, f"{address.split('#')[0]}#a-guess-at-a-token") as third:
            await expect(third.page.get_by_role("heading", name=NO_SESSION)).to_be_visible()
        async with window(town.browser, address.split("#")[0]) as fourth:
            await expect(fourth.page.get_by_role("heading", name=NO_SESSION)).to_be_visible()


async def test_no_string_becomes_markup_or_code(town: Town) -> None:
    visitor = await town.visitor("alice.c")
    await expect(visitor.heading("Welcome")).to_be_visible()
    got = await visitor.page.evaluate(INJECT)
    assert got["found"] == {
        "html": "TypeError",
        "adjacent": "TypeError",
        "text": "TypeError",
        "policy": "TypeError",
        "eval": "EvalError",
        "timer": "TypeError",
        "image": "nothing",
        "fetch": "nothing",
    }
    assert not got["hacked"]
    assert {"connect-src", "img-src", "require-trusted-types-for", "trusted-types"} <= set(got["violations"])
    town.hush()


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user of the machine may enter, so that only the home itself keeps them out. It goes after the
    daemon in it: ask for it first."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


async def test_another_user_of_the_machine_gets_nothing(open_folder: Path, town: Town) -> None:
    app = App(open_folder / "home")
    town.stack.push_async_callback(app.stop)
    address = await app.start()
    async with window(town.browser, address) as opened:
        await Person("alice.o", app, opened).create(town.hub.url, town.hub.invite())
    folders = [app.home, *(each for each in app.home.rglob("*") if each.is_dir())]
    assert [stat.S_IMODE(each.stat().st_mode) for each in folders] == [0o700] * len(folders)
    assert stat.S_IMODE((app.home / "app.sock").stat().st_mode) == 0o600
    if os.getuid() != 0:
        pytest.skip("only root can try it as another user; the modes were looked at")
    command = [sys.executable, "-I", "-c", AS_ANOTHER_USER, str(app.home), str(urlsplit(address).port), str(NOBODY)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout.split("\n")[:6] == [
        "PermissionError",
        "PermissionError",
        "PermissionError",
        "http 403",
        "http 401",
        "http 401",
    ], done.stderr
