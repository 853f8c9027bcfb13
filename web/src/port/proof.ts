// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0
// How page and daemon prove to each other that they know one word, which neither says. Another program can take the
// port while no daemon runs: it would get a name and a number from here, and not one word of anybody.

/** What the daemon gives to a page that it lets in. */
export interface Entered {
  session: string;
  name: string;
  lasting: string;
}

const LABEL = "privity page 1";
const bytes = new TextEncoder();

/** One proof on one connection. */
export class Handshake {
  readonly #entered: Entered;
  readonly #host: string;
  readonly #nonce = hexOf(crypto.getRandomValues(new Uint8Array(32)));

  constructor(entered: Entered, host: string) {
    this.#entered = entered;
    this.#host = host;
  }

  hello(): string {
    return JSON.stringify({ name: this.#entered.name, nonce: this.#nonce });
  }

  /** The page's proof in answer to the daemon's; null for one who is not the daemon that let this page in. */
  async answer(frame: string): Promise<string | null> {
    const { nonce, proof } = JSON.parse(frame) as { nonce: string; proof: string };
    const { name, lasting } = this.#entered;
    const said = bytes.encode([LABEL, this.#host, name, this.#nonce, nonce].join("\n"));
    const daemonKey = await mac(bytes.encode(lasting), bytes.encode("daemon"));
    if (hexOf(await mac(daemonKey, said)) !== proof) {
      return null; // what is compared was made anew for this connection, and is of no use to whoever measures how long
    }
    const pageKey = await mac(bytes.encode(lasting), bytes.encode("page"));
    const mask = await mac(new Uint8Array(await crypto.subtle.digest("SHA-256", pageKey)), said);
    return JSON.stringify({ proof: hexOf(pageKey.map((byte, at) => byte ^ (mask[at] ?? 0))) });
  }
}

type Plain = Uint8Array<ArrayBuffer>;

async function mac(key: Plain, data: Plain): Promise<Plain> {
  const imported = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", imported, data));
}

function hexOf(data: Plain): string {
  return Array.from(data, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
