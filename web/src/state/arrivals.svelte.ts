// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0
import type { Conversations } from "./conversations.svelte";
import type { People } from "./people.svelte";
import type { Places } from "./place.svelte";
import type { Settings } from "./settings.svelte";
import type { Event } from "../port/types";
import { plain } from "../parts/text/plain";

/** Says aloud and on the desktop that something has come: a sentence for screen readers, and a notification that
 * holds no content unless the person asked for the sender's name. */
export class Arrivals {
  readonly #conversations: Conversations;
  readonly #people: People;
  readonly #places: Places;
  readonly #settings: Settings;
  #of = { account: "", roomUri: "", seq: -1 };
  /** Nothing of it outlives what it was said of: a message that is gone, an account that is locked. */
  spoken = $state("");

  constructor(conversations: Conversations, people: People, places: Places, settings: Settings) {
    this.#conversations = conversations;
    this.#people = people;
    this.#places = places;
    this.#settings = settings;
  }

  /** Before the conversations have heard of it: what was unread is compared with what is. */
  hear(event: Event): void {
    this.#forget(event);
    if (event.event === "entry_changed" && event.entry.kind === "message" && !event.entry.mine) {
      if (this.#isOpen(event.account, event.room_uri) && event.entry.state === "shown") {
        const said = plain(event.entry.blocks) || "a file";
        this.#say(`${this.#people.name(event.account, event.entry.sender)}: ${said}`, event.account, event.room_uri);
        this.#of.seq = event.entry.seq;
      }
    } else if (event.event === "conversation_changed") {
      const { account, conversation } = event;
      const before = this.#conversations.get(account, conversation.room_uri);
      const named = conversation.mentions > (before?.mentions ?? 0);
      const heard = conversation.muted ? named && this.#settings.named : conversation.unread > (before?.unread ?? 0);
      if (heard) {
        this.#arrived(account, conversation.room_uri, "New message", conversation.title);
      }
      if (before !== undefined && conversation.reports > before.reports) {
        this.#arrived(account, conversation.room_uri, "New report", conversation.title); // it is for this person alone
      }
    }
  }

  #say(text: string, account: string, roomUri: string): void {
    this.spoken = text;
    this.#of = { account, roomUri, seq: -1 };
  }

  #forget(event: Event): void {
    const { account, roomUri, seq } = this.#of;
    const gone =
      (event.event === "entry_changed" && event.entry.state !== "shown") || event.event === "entry_gone"
        ? event.account === account && event.room_uri === roomUri && seqOf(event) === seq
        : event.event === "account_changed" && event.account.lock !== "open" && event.account.account === account;
    if (gone) {
      this.spoken = "";
    }
  }

  /** Two accounts can be in one conversation. */
  #isOpen(account: string, roomUri: string): boolean {
    return account === this.#places.account && roomUri === this.#places.room;
  }

  #arrived(account: string, roomUri: string, what: string, title: string): void {
    if (!this.#isOpen(account, roomUri)) {
      this.#say(`${what} in ${title}`, account, roomUri);
    }
    const how = this.#settings.notifying;
    if (how === "off" || !document.hidden || !("Notification" in window) || Notification.permission !== "granted") {
      return;
    }
    const text = how === "sender" ? `${what} in ${title}` : what;
    const notification = new Notification("Privity", { body: text, tag: `${what} ${roomUri}` });
    notification.onclick = () => {
      window.focus();
      this.#places.go({ at: "room", account, room: roomUri });
      notification.close();
    };
  }
}

function seqOf(event: Extract<Event, { event: "entry_changed" | "entry_gone" }>): number {
  return event.event === "entry_gone" ? event.seq : event.entry.seq;
}
