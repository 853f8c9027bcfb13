// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0
// How this page comes by its session: a token that was in the address once is handed in for one, and a page that is
// loaded anew shows the one it had. What is kept here ends with the daemon that gave it: whoever takes the port later
// may read it, and has nothing.

import type { Entered } from "./proof";

const KEPT = "privity.session"; // sessionStorage is apart for each port and tab, as cookies are not

export class NoSession extends Error {
  override readonly name = "NoSession";
}

/** A session of this tab: by the token in the address, or by the session of before. */
export async function session(): Promise<Entered> {
  const token = location.hash.slice(1);
  if (token !== "") {
    history.replaceState(null, "", "/"); // the address bar and the history must not keep it
    const headers = { "Content-Type": "application/json" };
    const response = await post("/session", { headers, body: JSON.stringify({ token }) });
    if (response.ok) {
      return entered(response);
    }
  }
  const before = sessionStorage.getItem(KEPT);
  if (before !== null) {
    const response = await post("/session/again", { headers: { Authorization: `Privity ${before}` } });
    if (response.ok) {
      return entered(response);
    }
  }
  throw new NoSession("this page was opened without a token that is good, and has no session of this daemon");
}

/** What a page that is loaded anew shows. */
export function keep(session: string): void {
  sessionStorage.setItem(KEPT, session);
}

async function entered(response: Response): Promise<Entered> {
  const given = (await response.json()) as Entered;
  keep(given.session);
  return given;
}

function post(path: string, init: RequestInit): Promise<Response> {
  return fetch(path, { ...init, method: "POST", credentials: "omit" });
}
