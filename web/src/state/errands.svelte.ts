// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0
// What takes long, by account: how far it is, and what it has made, which is saved where it was begun.

import type { Port } from "../port/port";
import type { ErrandIs, ErrandShown, Event, Request } from "../port/types";

/** Requests that begin an errand. */
export type Beginning = Extract<Request, { do: "make_backup" | "bring_back" | "export" | "import" | "disclose" }> | History;
type History = Extract<Request, { do: "give_history" | "take_history" }>;

/** `from` and `since` are where and when this page first saw it move: speed is told by what came after. */
export interface Errand extends ErrandShown {
  from: number;
  since: number;
}

export class Errands {
  readonly #port: Port;
  readonly #save: (contents: Blob, filename: string) => void;
  readonly #now: () => number;
  readonly #own = new Set<string>();
  readonly #read = new Set<string>();
  #known = $state.raw<Readonly<Record<string, Errand | null>>>({});

  constructor(port: Port, save: (contents: Blob, filename: string) => void, now: () => number) {
    this.#port = port;
    this.#save = save;
    this.#now = now;
  }

  /** The last one of an account, null where there was none or it is not known. */
  of(account: string): Errand | null {
    return this.#known[account] ?? null;
  }

  async look(account: string): Promise<void> {
    this.#learn(account, (await this.#port.ask({ do: "look_at_errand", account })).errand);
  }

  /** Look again, where somebody looked before. */
  async refresh(account: string): Promise<void> {
    if (account in this.#known) {
      await this.look(account);
    }
  }

  /** Begin it here; what it makes is saved by this page. */
  async begin(request: Beginning): Promise<void> {
    const { errand }: ErrandIs = await this.#port.ask(request);
    if (errand === null) {
      return;
    }
    const { account } = request;
    this.#own.add(key(account, errand.number));
    if (this.of(account)?.number !== errand.number) {
      this.#learn(account, errand);
    }
    await this.#take(account);
  }

  /** Save what an errand has made, also one that another page began. */
  async save(account: string): Promise<void> {
    const made = this.of(account);
    if (made?.state === "ready") {
      this.#save(await this.#port.made(account, made.number), made.filename);
    }
  }

  async stop(account: string): Promise<void> {
    const errand = this.of(account);
    if (errand !== null) {
      await this.#port.ask({ do: "stop_errand", account, number: errand.number });
    }
  }

  /** What has ended and was read is not seen again. */
  close(account: string): void {
    const ended = this.of(account);
    if (ended !== null) {
      this.#read.add(key(account, ended.number));
      this.#known = { ...this.#known, [account]: null };
    }
  }

  async hear(event: Event): Promise<void> {
    if (event.event === "errand_changed") {
      this.#learn(event.account, event.errand);
      await this.#take(event.account);
    }
  }

  forget(account: string): void {
    this.#known = Object.fromEntries(Object.entries(this.#known).filter(([name]) => name !== account));
    for (const numbers of [this.#own, this.#read]) {
      for (const each of [...numbers].filter((name) => name.startsWith(key(account, "")))) {
        numbers.delete(each);
      }
    }
  }

  async #take(account: string): Promise<void> {
    const ready = this.of(account);
    if (ready?.state === "ready" && this.#own.delete(key(account, ready.number))) {
      await this.save(account);
    }
  }

  #learn(account: string, shown: ErrandShown | null): void {
    const before = this.of(account);
    let errand: Errand | null = null;
    if (shown !== null && !this.#read.has(key(account, shown.number))) {
      const goesOn = before?.number === shown.number && before.since > 0 && shown.done >= before.from;
      const moves = shown.total > 0;
      errand = {
        ...shown,
        from: goesOn ? before.from : shown.done,
        since: goesOn ? before.since : moves ? this.#now() : 0,
      };
    }
    this.#known = { ...this.#known, [account]: errand };
  }
}

function key(account: string, number: number | ""): string {
  return `${account}\n${number}`;
}
