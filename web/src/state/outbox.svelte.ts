// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0
// What was asked to be sent and is not in a conversation yet. It is on the screen at once; it leaves when the entry
// that it became is there. After a broken line the same goes out again with the same token, which the daemon knows.

import { Refused, Unanswered, type Port } from "../port/port";
import type { Bytes, Event, Problem } from "../port/types";

export interface Echo {
  token: string;
  account: string;
  roomUri: string;
  text: string;
  file: File | null;
  inReplyTo: Bytes | null;
  expiresS: number | null;
  since: number;
  done: number;
  total: number;
  state: "sending" | "broken" | "refused";
  problem: Problem | null;
  /** The message that it became, once the hub has it. */
  messageId: Bytes;
  /** The daemon has it on disk, or the hub has it: it does not depend on this page any more. */
  kept: boolean;
  /** An own entry came in since: most likely this one, whose answer is a moment behind. Out of sight until then. */
  landed: boolean;
}

export interface ToSend {
  account: string;
  roomUri: string;
  text: string;
  inReplyTo: Bytes | null;
  expiresS: number | null;
}

export class Outbox {
  readonly #port: Port;
  readonly #kept: (echo: Echo) => void;
  readonly #now: () => number;
  #echoes = $state.raw<readonly Echo[]>([]);

  /** `kept` hears once of each echo that this page need not hold any more. */
  constructor(port: Port, kept: (echo: Echo) => void, now: () => number = Date.now) {
    this.#port = port;
    this.#kept = kept;
    this.#now = now;
  }

  of(account: string, roomUri: string): readonly Echo[] {
    return this.#echoes.filter((each) => each.account === account && each.roomUri === roomUri);
  }

  /** What would be lost if the page went now. */
  get unkept(): readonly Echo[] {
    return this.#echoes.filter((each) => !each.kept);
  }

  /** Resolves once the hub has it; a refusal stays with the echo. */
  text(what: ToSend): Promise<void> {
    return this.#begin({ ...what, file: null, total: 0 });
  }

  file(what: Omit<ToSend, "text" | "expiresS">, file: File): Promise<void> {
    return this.#begin({ ...what, text: file.name, expiresS: null, file, total: file.size });
  }

  again(token: string): Promise<void> {
    const echo = this.#echoes.find((each) => each.token === token);
    return echo === undefined ? Promise.resolve() : this.#send(echo);
  }

  /** Forget one that was refused. */
  drop(token: string): void {
    this.#echoes = this.#echoes.filter((each) => each.token !== token);
  }

  /** An account is locked: what others keep is let go; what only this page holds stays until it can go out. */
  forget(account: string): void {
    this.#echoes = this.#echoes.filter((each) => each.account !== account || !each.kept);
  }

  /** The line is back and the account is open: what broke goes on. */
  resume(account: string): void {
    for (const echo of this.#echoes.filter((each) => each.account === account && each.state === "broken")) {
      void this.#send(echo);
    }
  }

  hear(event: Event): void {
    if (event.event === "progress") {
      this.#change(event.token, { done: event.done, total: event.total });
    } else if (event.event === "waiting_changed") {
      event.waiting.forEach((each) => this.#keep(each.token));
    } else if (event.event === "entry_changed" && event.entry.mine) {
      const id = event.entry.message_id;
      this.#echoes = this.#echoes.filter((each) => each.messageId === "" || each.messageId !== id);
    }
  }

  /** A new own entry is in a conversation: what was sent first there is what it most likely is. */
  land(account: string, roomUri: string): void {
    const first = this.of(account, roomUri).find((each) => each.state === "sending" && !each.landed);
    if (first !== undefined) {
      this.#change(first.token, { landed: true });
    }
  }

  /** Echoes whose message is in the conversation already: the answer came after the entry. */
  settle(known: (messageId: Bytes) => boolean): void {
    const left = this.#echoes.filter((each) => each.messageId === "" || !known(each.messageId));
    if (left.length !== this.#echoes.length) {
      this.#echoes = left;
    }
  }

  #begin(what: ToSend & { file: File | null; total: number }): Promise<void> {
    const echo: Echo = {
      ...what,
      token: crypto.randomUUID(),
      since: this.#now(),
      done: 0,
      state: "sending",
      problem: null,
      messageId: "",
      kept: false,
      landed: false,
    };
    this.#echoes = [...this.#echoes, echo];
    return this.#send(echo);
  }

  async #send(echo: Echo): Promise<void> {
    this.#change(echo.token, { state: "sending", problem: null });
    try {
      const { message_id } = await this.#ask(echo);
      this.#change(echo.token, { messageId: message_id });
      this.#keep(echo.token);
    } catch (error) {
      if (!(error instanceof Refused)) {
        throw error;
      }
      const problem = { name: error.name, text: error.message };
      this.#change(echo.token, { state: error instanceof Unanswered ? "broken" : "refused", problem, landed: false });
    }
  }

  #ask({ account, roomUri, text, token, file, inReplyTo, expiresS }: Echo) {
    if (file !== null) {
      return this.#port.sendFile({ account, roomUri, token, file, inReplyTo });
    }
    return this.#port.ask({
      do: "send_text",
      account,
      room_uri: roomUri,
      text,
      token,
      in_reply_to: inReplyTo,
      expires_s: expiresS,
    });
  }

  #keep(token: string): void {
    const echo = this.#echoes.find((each) => each.token === token && !each.kept);
    if (echo !== undefined) {
      this.#change(token, { kept: true });
      this.#kept(echo);
    }
  }

  #change(token: string, to: Partial<Echo>): void {
    this.#echoes = this.#echoes.map((each) => (each.token === token ? { ...each, ...to } : each));
  }
}
