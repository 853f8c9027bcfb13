// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0
import { mount } from "svelte";

import App from "./App.svelte";
import "./look.css";
import "./base.css";
import { DaemonPort } from "./port/daemon";
import { keep, NoSession, session } from "./port/session";
import Without from "./screens/NoSession.svelte";
import { Settings } from "./state/settings.svelte";
import { App as Shared } from "./state/app.svelte";

const target = document.getElementById("page");
if (target === null) {
  throw new Error("index.html must have an element with the id page");
}

try {
  const port = new DaemonPort(await session(), {
    host: location.host,
    open: (path) => new WebSocket(`ws://${location.host}${path}`),
    fetch: (path, init) => fetch(path, init),
    later: (what, ms) => {
      const timer = setTimeout(what, ms);
      return () => clearTimeout(timer);
    },
    chance: Math.random,
    keep,
  });
  window.addEventListener("hashchange", () => {
    if (location.hash !== "") {
      void session().then(
        (entered) => port.enter(entered),
        () => undefined, // an address that is good for nothing changes nothing: the page goes on as it was
      );
    }
  });
  mount(App, { target, props: { app: new Shared(port) } });
} catch (error) {
  if (!(error instanceof NoSession)) {
    throw error;
  }
  const { theme } = new Settings();
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.dataset["theme"] = theme === "system" ? (dark ? "dark" : "light") : theme;
  mount(Without, { target });
}
