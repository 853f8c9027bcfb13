// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0
import { Refused, type Port } from "../port/port";

const PAUSE_MS = 400; // a breath between words: a draft is on disk before a person has read what they wrote

/** What is written and not sent. The daemon keeps it; this only waits for a pause before it says so. */
export class Drafts {
  readonly #port: Port;
  readonly #later: (what: () => void, ms: number) => () => void;
  readonly #unsaved = new Map<string, { account: string; roomUri: string; text: string; stop: () => void }>();
  /** What was written last in each conversation, saved or not. */
  readonly #last = new Map<string, { account: string; roomUri: string; text: string }>();

  constructor(port: Port, later: (what: () => void, ms: number) => () => void) {
    this.#port = port;
    this.#later = later;
  }

  /** What was written last in this conversation and is not kept yet. */
  unsaved(account: string, roomUri: string): string | undefined {
    return this.#unsaved.get(`${account}\n${roomUri}`)?.text;
  }

  write(account: string, roomUri: string, text: string): void {
    const key = `${account}\n${roomUri}`;
    this.#unsaved.get(key)?.stop();
    const stop = this.#later(() => void this.#save(key), PAUSE_MS);
    this.#unsaved.set(key, { account, roomUri, text, stop });
    this.#last.set(key, { account, roomUri, text });
  }

  /**
   * A text was sent and is kept elsewhere: as a draft it is forgotten, unless something else was written since. `shown`
   * is the draft that the daemon told of, which counts where this page has written none.
   */
  sent(account: string, roomUri: string, text: string, shown: string): void {
    const key = `${account}\n${roomUri}`;
    if ((this.#last.get(key)?.text ?? shown).trim() === text) {
      this.write(account, roomUri, "");
      void this.#save(key);
    }
  }

  /** The keys of an account are gone: only what would be lost, or is on its way, is still known here. */
  forget(account: string, onItsWay: (roomUri: string, text: string) => boolean): void {
    for (const [key, last] of this.#last) {
      if (last.account === account && !this.#unsaved.has(key) && !onItsWay(last.roomUri, last.text.trim())) {
        this.#last.delete(key);
      }
    }
  }

  /** Keep everything now: the page is being hidden, closed, or has its line back. */
  flush(): void {
    for (const key of [...this.#unsaved.keys()]) {
      void this.#save(key);
    }
  }

  async #save(key: string): Promise<void> {
    const draft = this.#unsaved.get(key);
    if (draft === undefined) {
      return;
    }
    draft.stop();
    try {
      const { account, roomUri, text } = draft;
      await this.#port.ask({ do: "save_draft", account, room_uri: roomUri, text });
    } catch (error) {
      if (error instanceof Refused) {
        return; // it stays here, and goes out when the line is back
      }
      throw error;
    }
    if (this.#unsaved.get(key) === draft) {
      this.#unsaved.delete(key);
    }
  }
}
