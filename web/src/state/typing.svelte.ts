// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0
import { Refused, type Port } from "../port/port";
import type { Event } from "../port/types";

const PACE_MS = 6_500; // the daemon says it at most every six seconds

/** Who writes just now, and that one writes oneself. */
export class Typing {
  readonly #port: Port;
  readonly #later: (what: () => void, ms: number) => () => void;
  readonly #now: () => number;
  readonly #endings = new Map<string, () => void>();
  readonly #said = new Map<string, number>();
  readonly #still = new Map<string, () => void>();
  #seen = $state.raw<readonly { room: string; user: string }[]>([]);

  constructor(port: Port, later: (what: () => void, ms: number) => () => void, now: () => number = () => Date.now()) {
    this.#port = port;
    this.#later = later;
    this.#now = now;
  }

  /** User URIs of who writes there, whoever began first. */
  in(account: string, roomUri: string): readonly string[] {
    const room = `${account}\n${roomUri}`;
    return this.#seen.filter((each) => each.room === room).map((each) => each.user);
  }

  /** The person has changed the text of a message here. Too soon after the last time it is said a little later. */
  say(account: string, roomUri: string): void {
    const room = `${account}\n${roomUri}`;
    const waits = PACE_MS - Math.abs(this.#now() - (this.#said.get(room) ?? -Infinity));
    if (waits <= 0) {
      this.#said.set(room, this.#now());
      void this.#tell(account, roomUri);
    } else if (!this.#still.has(room)) {
      const again = (): void => {
        this.#still.delete(room);
        this.say(account, roomUri);
      };
      this.#still.set(room, this.#later(again, waits));
    }
  }

  /** There is nothing left that is being written: it was sent, or taken back. */
  rest(account: string, roomUri: string): void {
    const room = `${account}\n${roomUri}`;
    this.#still.get(room)?.();
    this.#still.delete(room);
  }

  async #tell(account: string, roomUri: string): Promise<void> {
    try {
      await this.#port.ask({ do: "say_typing", account, room_uri: roomUri });
    } catch (error) {
      if (!(error instanceof Refused)) {
        throw error; // nothing depends on it: what stands in the way of writing is said where one sends
      }
    }
  }

  hear(event: Event): void {
    if (event.event === "typing_shown") {
      this.#begin(`${event.account}\n${event.room_uri}`, event.user_uri, event.lasts_ms);
    } else if (event.event === "entry_changed") {
      this.#end(`${event.account}\n${event.room_uri}`, event.entry.sender);
    } else if (event.event === "account_changed" && event.account.lock !== "open") {
      this.#forget(event.account.account);
    }
  }

  #begin(room: string, user: string, lastsMs: number): void {
    const key = `${room}\n${user}`;
    this.#endings.get(key)?.();
    if (!this.#endings.has(key)) {
      this.#seen = [...this.#seen, { room, user }];
    }
    this.#endings.set(
      key,
      this.#later(() => this.#end(room, user), lastsMs),
    );
  }

  #end(room: string, user: string): void {
    const key = `${room}\n${user}`;
    const stop = this.#endings.get(key);
    if (stop !== undefined) {
      stop();
      this.#endings.delete(key);
      this.#seen = this.#seen.filter((each) => each.room !== room || each.user !== user);
    }
  }

  /** The keys of an account are gone, and what it showed with them. */
  #forget(account: string): void {
    for (const { room, user } of this.#seen.filter((each) => each.room.startsWith(`${account}\n`))) {
      this.#end(room, user);
    }
  }
}
