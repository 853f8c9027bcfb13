// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0
import { Refused, Unanswered, type Port } from "../port/port";
import type { Person } from "../port/types";

/** Whom this page has heard of, so that a name stands where the daemon says a URI. */
export class People {
  readonly #port: Port;
  readonly #asked = new Set<string>();
  /** Whom a broken line kept from being asked for. */
  readonly #missed = new Map<string, { account: string; userUri: string }>();
  #known = $state.raw<Readonly<Record<string, Person>>>({});

  constructor(port: Port) {
    this.#port = port;
  }

  get(account: string, userUri: string): Person | undefined {
    return this.#known[key(account, userUri)];
  }

  /** What to call somebody. Asks once for whom it does not know. */
  name(account: string, userUri: string): string {
    const person = this.get(account, userUri);
    if (person === undefined && userUri !== "") {
      queueMicrotask(() => void this.#ask(account, userUri));
    }
    return person?.handle || shortened(userUri);
  }

  meet(account: string, people: readonly Person[]): void {
    const met = Object.fromEntries(people.map((each) => [key(account, each.user_uri), each]));
    this.#known = { ...this.#known, ...met };
  }

  forget(account: string): void {
    const own = key(account, "");
    this.#known = Object.fromEntries(Object.entries(this.#known).filter(([name]) => !name.startsWith(own)));
    for (const each of [...this.#asked, ...this.#missed.keys()].filter((name) => name.startsWith(own))) {
      this.#asked.delete(each);
      this.#missed.delete(each);
    }
  }

  /** The line is back. */
  resume(): void {
    const missed = [...this.#missed.values()];
    this.#missed.clear();
    for (const { account, userUri } of missed) {
      void this.#ask(account, userUri);
    }
  }

  async #ask(account: string, userUri: string): Promise<void> {
    const asked = key(account, userUri);
    if (this.#asked.has(asked)) {
      return;
    }
    this.#asked.add(asked);
    try {
      this.meet(account, [(await this.#port.ask({ do: "look_at", account, user_uri: userUri })).person]);
    } catch (error) {
      if (!(error instanceof Refused)) {
        throw error;
      }
      if (error instanceof Unanswered) {
        this.#asked.delete(asked);
        this.#missed.set(asked, { account, userUri });
      }
    }
  }
}

function key(account: string, userUri: string): string {
  return `${account}\n${userUri}`;
}

/** The part of a URI that tells people apart, for somebody whose handle is not known. */
function shortened(userUri: string): string {
  const last = userUri.slice(userUri.lastIndexOf("/") + 1);
  return last === "" ? "" : `${last.slice(0, 6)}…`;
}
