// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0
import { Refused, type Port } from "../port/port";
import type { Card, ContactsShown, Event, Person } from "../port/types";
import type { People } from "./people.svelte";

/** With whom the open accounts may talk, and what waits for a yes or a no. */
export class Contacts {
  readonly #port: Port;
  readonly #people: People;
  #of = $state.raw<Readonly<Record<string, ContactsShown>>>({});
  /** Pictures of people who are no contacts, and that the person opened since the account was. */
  #opened = $state.raw<ReadonlySet<string>>(new Set());

  constructor(port: Port, people: People) {
    this.#port = port;
    this.#people = people;
  }

  /** Undefined until they were asked for. */
  of(account: string): ContactsShown | undefined {
    return this.#of[account];
  }

  /** Whether somebody is a contact; who is not known to be one is none. */
  has(account: string, userUri: string): boolean {
    return this.#of[account]?.contacts.some((each) => each.person.user_uri === userUri) ?? false;
  }

  /** How many things wait for a yes or a no. */
  waiting(account: string): number {
    const shown = this.#of[account];
    if (shown === undefined) {
      return 0;
    }
    const asks = shown.wards.reduce((sum, ward) => sum + ward.asks.length, 0);
    return shown.requests.length + shown.invitations.length + shown.held.length + asks;
  }

  /** Whether a picture of somebody is shown without being asked for. */
  uncovered(account: string, userUri: string): boolean {
    return this.has(account, userUri) || this.#opened.has(key(account, userUri));
  }

  /** Whether a picture in a message of somebody is shown without being asked for. */
  shows(account: string, userUri: string): boolean {
    return this.has(account, userUri) && this.#of[account]?.covers_all === false;
  }

  uncover(account: string, userUri: string): void {
    this.#opened = new Set([...this.#opened, key(account, userUri)]);
  }

  async refresh(account: string): Promise<void> {
    const shown = await this.#port.ask({ do: "contacts", account });
    this.#of = { ...this.#of, [account]: shown };
    this.#people.meet(
      account,
      shown.contacts.map((each) => each.person),
    );
  }

  forget(account: string): void {
    this.#of = Object.fromEntries(Object.entries(this.#of).filter(([name]) => name !== account));
    this.#opened = new Set([...this.#opened].filter((each) => !each.startsWith(key(account, ""))));
  }

  /** What is not known yet comes with the first question, whole. A lock in between is told otherwise. */
  hear(event: Event): void {
    if (event.event === "contacts_changed" && this.#of[event.account] !== undefined) {
      this.refresh(event.account).catch((error: unknown) => {
        if (!(error instanceof Refused)) {
          throw error;
        }
      });
    }
  }
}

/** What to call somebody whose profile is shown: the handle, which the hub vouches for, or letters of the address. */
export function handleOf(card: Pick<Card | Person, "handle" | "user_uri">): string {
  return card.handle || `${card.user_uri.slice(card.user_uri.lastIndexOf("/") + 1).slice(0, 6)}…`;
}

function key(account: string, userUri: string): string {
  return `${account}\n${userUri}`;
}
