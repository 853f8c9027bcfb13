// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0
import type { Port } from "../port/port";
import type { Conversation, Event } from "../port/types";

/** The conversations of the open accounts, the newest first. */
export class Conversations {
  readonly #port: Port;
  #of = $state.raw<Readonly<Record<string, readonly Conversation[]>>>({});

  constructor(port: Port) {
    this.#port = port;
  }

  /** Undefined until they were asked for. */
  of(account: string): readonly Conversation[] | undefined {
    return this.#of[account];
  }

  get(account: string, roomUri: string): Conversation | undefined {
    return this.#of[account]?.find((each) => each.room_uri === roomUri);
  }

  async refresh(account: string): Promise<void> {
    const answer = await this.#port.ask({ do: "conversations", account });
    this.#of = { ...this.#of, [account]: answer.conversations };
  }

  forget(account: string): void {
    this.#of = Object.fromEntries(Object.entries(this.#of).filter(([name]) => name !== account));
  }

  hear(event: Event): void {
    if (event.event === "conversation_changed") {
      const others = this.#without(event.account, event.conversation.room_uri);
      this.#set(
        event.account,
        [event.conversation, ...others].sort((a, b) => b.last_ms - a.last_ms),
      );
    } else if (event.event === "conversation_gone") {
      this.#set(event.account, this.#without(event.account, event.room_uri));
    }
  }

  #without(account: string, roomUri: string): readonly Conversation[] {
    return (this.#of[account] ?? []).filter((each) => each.room_uri !== roomUri);
  }

  /** What is not known yet comes with the first question, whole. */
  #set(account: string, conversations: readonly Conversation[]): void {
    if (this.#of[account] !== undefined) {
      this.#of = { ...this.#of, [account]: conversations };
    }
  }
}
