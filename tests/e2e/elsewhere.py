# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Another site in the same browser, which tries all that a page can try on a port of this machine."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

TRY_ALL = """async ({ target, token, script }) => {
  const got = {};
  const LIMIT_MS = 4000;
  const within = (work) => Promise.race([work, new Promise((done) => setTimeout(() => done("nothing"), LIMIT_MS))]);
  const said = (answer) => (answer.type === "opaque" ? "nothing" : `status ${answer.status}`);
  const read = (path, init) => fetch(target + path, init).then(said, () => "nothing");
  const body = JSON.stringify({ token });
  got.page = await read("/");
  got.session = await read("/session", { method: "POST", body, headers: { "Content-Type": "application/json" } });
  got.again = await read("/session/again", { method: "POST", headers: { Authorization: `Privity ${token}` } });
  got.simple = await read("/session", { method: "POST", body, mode: "no-cors" });
  got.files = await read("/files/alice/room", { method: "POST", body: "x" });
  const loaded = (tag, path) => within(new Promise((done) => {
    const one = document.createElement(tag);
    one.onload = () => done(`loaded ${tag}`);
    one.onerror = () => done("nothing");
    one.src = target + path;
    document.body.append(one);
  }));
  got.img = await loaded("img", "/assets/mark.svg");
  got.script = await loaded("script", script);
  got.frame = await within(new Promise((done) => {
    const frame = document.createElement("iframe");
    frame.onload = () => {
      try { done(frame.contentDocument.title === "Privity" ? "read" : "nothing"); } catch { done("nothing"); }
    };
    frame.src = target + "/";
    document.body.append(frame);
  }));
  got.form = await within(new Promise((done) => {
    const frame = document.createElement("iframe");
    frame.name = "into";
    const form = document.createElement("form");
    Object.assign(form, { action: target + "/session", method: "POST", target: "into", enctype: "text/plain" });
    const field = document.createElement("input");
    Object.assign(field, { name: `{"token": "${token}", "x": "`, value: `"}` });
    form.append(field);
    document.body.append(frame, form);
    frame.onload = () => {
      try { done(frame.contentDocument.body.innerText || "nothing"); } catch { done("nothing"); }
    };
    form.submit();
  }));
  got.socket = await within(new Promise((done) => {
    const socket = new WebSocket(target.replace("http", "ws") + "/port");
    socket.onopen = () => done("open");
    socket.onmessage = () => done("heard");
    socket.onclose = () => done("nothing");
  }));
  got.opener = await within(new Promise((done) => {
    const opened = window.open(target + "/");
    if (opened === null) return done("nothing");
    setTimeout(() => { try { done(opened.document.title); } catch { done("nothing"); } }, 500);
  }));
  return got;
}"""


@asynccontextmanager
async def other_site() -> AsyncIterator[str]:
    """Its address: the same machine, another port, no policy of its own."""

    async def page(_: web.Request) -> web.Response:
        return web.Response(text="<!doctype html><title>Another site</title><body>", content_type="text/html")

    app = web.Application()
    app.add_routes([web.get("/", page)])
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
