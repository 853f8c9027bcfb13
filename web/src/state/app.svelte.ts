// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0
// Everything that the screens share, built once and handed down.

import { getContext, setContext } from "svelte";

import { save } from "../parts/saving";
import type { Line, Port } from "../port/port";
import type { Event } from "../port/types";
import { Accounts } from "./accounts.svelte";
import { Arrivals } from "./arrivals.svelte";
import { Contacts } from "./contacts.svelte";
import { Conversations } from "./conversations.svelte";
import { Drafts } from "./drafts";
import { Errands } from "./errands.svelte";
import { Notices } from "./notices.svelte";
import { Outbox } from "./outbox.svelte";
import { People } from "./people.svelte";
import { Places } from "./place.svelte";
import { Settings } from "./settings.svelte";
import { Timeline } from "./timeline.svelte";
import { Typing } from "./typing.svelte";

export class App {
  readonly port: Port;
  readonly accounts: Accounts;
  readonly conversations: Conversations;
  readonly people: People;
  readonly contacts: Contacts;
  readonly outbox: Outbox;
  readonly drafts: Drafts;
  readonly notices: Notices;
  readonly errands: Errands;
  readonly typing: Typing;
  readonly settings = new Settings();
  readonly places = new Places();
  readonly arrivals: Arrivals;
  #latest: Line = "connecting";
  line = $state<Line>("connecting");
  timeline = $state.raw<Timeline | null>(null);
  /** What was looked for last, so that the way back from a find leads to the other finds. */
  searched = { account: "", room: "", text: "" };

  constructor(port: Port) {
    this.port = port;
    this.accounts = new Accounts(port);
    this.conversations = new Conversations(port);
    this.people = new People(port);
    this.contacts = new Contacts(port, this.people);
    this.drafts = new Drafts(port, later);
    this.outbox = new Outbox(port, ({ file, account, roomUri, text }) => {
      if (file === null) {
        this.drafts.sent(account, roomUri, text, this.conversations.get(account, roomUri)?.draft ?? "");
      }
    });
    this.notices = new Notices(later);
    this.errands = new Errands(port, save, Date.now);
    this.typing = new Typing(port, later);
    this.arrivals = new Arrivals(this.conversations, this.people, this.places, this.settings);
    port.listen((event) => this.#hear(event));
    port.watch((line) => this.#stands(line));
    window.addEventListener("pagehide", () => this.#flush());
    window.addEventListener("beforeunload", (event) => this.outbox.unkept.length > 0 && event.preventDefault());
    document.addEventListener("visibilitychange", () => document.hidden && this.drafts.flush());
  }

  /** The timeline of a conversation; the last one is kept, so that looking at details does not lose the place. */
  openTimeline(account: string, roomUri: string): Timeline {
    const kept = this.timeline;
    if (kept !== null && kept.account === account && kept.roomUri === roomUri) {
      return kept;
    }
    const opened = new Timeline(this.port, account, roomUri);
    this.timeline = opened;
    return opened;
  }

  /** The open conversation anew, as the device shows it now. */
  reread(): void {
    const { timeline } = this;
    if (timeline !== null) {
      this.timeline = new Timeline(this.port, timeline.account, timeline.roomUri);
    }
  }

  /** Ask for something, and say so if it was refused. Whether it was done. */
  async try(what: () => Promise<unknown>): Promise<boolean> {
    try {
      await what();
      return true;
    } catch (error) {
      this.notices.refused(error);
      return false;
    }
  }

  #hear(event: Event): void {
    this.arrivals.hear(event);
    this.accounts.hear(event);
    this.conversations.hear(event);
    this.contacts.hear(event);
    this.outbox.hear(event);
    const newest = this.timeline?.newest?.seq ?? Infinity;
    this.timeline?.hear(event);
    if (event.event === "entry_changed" && event.entry.mine && event.entry.seq > newest) {
      this.outbox.land(event.account, event.room_uri);
    }
    this.notices.hear(event);
    void this.try(() => this.errands.hear(event));
    this.typing.hear(event);
    if (event.event === "choices_changed" && this.timeline?.account === event.account) {
      this.reread(); // what it shows was shown before
    }
    if (event.event === "account_changed" && event.account.lock === "open") {
      this.#goOn(event.account.account);
    } else if (event.event === "account_changed") {
      this.#closed(event.account.account, { at: "unlock", account: event.account.account });
    } else if (event.event === "account_gone") {
      this.#closed(event.account, { at: "start" });
    }
  }

  /** The keys of an account are gone: nothing that it showed stays in this page. */
  #closed(account: string, next: { at: "unlock"; account: string } | { at: "start" }): void {
    this.drafts.forget(account, (roomUri, text) =>
      this.outbox.unkept.some((each) => each.roomUri === roomUri && each.text === text),
    );
    this.conversations.forget(account);
    this.contacts.forget(account);
    this.people.forget(account);
    this.outbox.forget(account);
    this.errands.forget(account);
    if (this.searched.account === account) {
      this.searched = { account: "", room: "", text: "" };
    }
    if (this.timeline?.account === account) {
      this.timeline = null;
    }
    const beginning = ["start", "unlock", "create", "link", "restore", "phrase"];
    if (this.places.account === account && !beginning.includes(this.places.now.at)) {
      this.places.restart(next);
    }
  }

  /** The screens go on once what they showed before is known anew. */
  #stands(line: Line): void {
    this.#latest = line;
    if (line !== "there") {
      this.line = line;
      return;
    }
    void this.try(() => this.#catchUp()).then(() => (this.line = this.#latest));
  }

  /** Events of the time without a line were missed: ask anew for what is on the screen. */
  async #catchUp(): Promise<void> {
    await this.accounts.refresh();
    for (const { account, lock } of this.accounts.list) {
      if (lock !== "open") {
        this.#closed(account, { at: "unlock", account });
      } else {
        if (this.conversations.of(account) !== undefined) {
          await this.conversations.refresh(account);
          await this.contacts.refresh(account);
        }
        await this.errands.refresh(account);
        this.#goOn(account);
      }
    }
    this.people.resume();
    this.reread();
  }

  /** What could not be kept or sent while the account or the line was closed. */
  #goOn(account: string): void {
    this.drafts.flush();
    this.outbox.resume(account);
  }

  #flush(): void {
    this.drafts.flush();
    this.notices.flush();
  }
}

function later(what: () => void, ms: number): () => void {
  const timer = setTimeout(what, ms);
  return () => clearTimeout(timer);
}

const KEY = Symbol("app");

export function share(app: App): void {
  setContext(KEY, app);
}

export function shared(): App {
  return getContext<App>(KEY);
}
