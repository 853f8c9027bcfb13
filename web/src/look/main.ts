// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0
// The page with an invented world behind it: `npm run look`. `window.fake` lets somebody write, or the line break.

import { mount } from "svelte";

import App from "../App.svelte";
import "../look.css";
import "../base.css";
import { FakePort } from "../port/fake";
import { App as Shared } from "../state/app.svelte";
import { world } from "./world";

declare global {
  interface Window {
    fake: FakePort;
    app: Shared;
  }
}

const target = document.getElementById("page");
if (target !== null) {
  const invented = world(Date.now);
  if (location.search === "?empty") {
    invented.accounts = [];
    invented.rooms = [];
  }
  window.fake = new FakePort(invented);
  window.app = new Shared(window.fake);
  mount(App, { target, props: { app: window.app } });
}
