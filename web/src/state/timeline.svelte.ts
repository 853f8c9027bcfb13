// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0
// One conversation as it is read: a stretch of entries without holes, and the rows of it that are in the document.
//
// The daemon gives pages; this keeps what it was given and shows a window of it that moves with the reader. The window
// is a slice of real rows and never a guess of their heights, so there is no empty space to scroll into: at its edge
// there are more rows, or the beginning, or the end.

import { Refused, type Port } from "../port/port";
import type { Entry, Event, Waiting } from "../port/types";

const PAGE = 60; // what the daemon gives at a time
const SHOWN = 180; // rows in the document: several screens, few enough for a slow machine
const STEP = 60; // how far the window moves
const AHEAD = 120; // rows that are kept at hand beyond the window

export class Timeline {
  readonly account: string;
  readonly roomUri: string;
  readonly #port: Port;
  #entries = $state.raw<readonly Entry[]>([]);
  #from = $state(0);
  #to = $state(0);
  #earlier = $state(false);
  #later = $state(false);
  #fetching: Promise<void> | null = null;
  /** Counts the stretches that were begun: what was asked for one of them belongs to no other. */
  #stretch = 0;
  opened = $state(false);
  /** Where the reader was: an entry and how far below the upper edge it stood. Null at the newest. */
  anchor: { seq: number; top: number } | null = null;
  waiting = $state.raw<readonly Waiting[]>([]);

  constructor(port: Port, account: string, roomUri: string) {
    this.#port = port;
    this.account = account;
    this.roomUri = roomUri;
  }

  // None of these is a $derived: a timeline outlives the screen that opened it, and a $derived would not.

  get shown(): readonly Entry[] {
    return this.#entries.slice(this.#from, this.#to);
  }

  /** The entry above the first shown one. */
  get before(): Entry | undefined {
    return this.#entries[this.#from - 1];
  }

  get hasEarlier(): boolean {
    return this.#from > 0 || this.#earlier;
  }

  get hasLater(): boolean {
    return this.#to < this.#entries.length || this.#later;
  }

  /** The newest entry of all, where it is at hand. */
  get newest(): Entry | undefined {
    return this.#later ? undefined : this.#entries.at(-1);
  }

  /** Begin at the newest entry, or around one. */
  async open(around: number | null = null): Promise<void> {
    const place = around === null ? -1 : this.#entries.findIndex((each) => each.seq === around);
    if (place < 0) {
      const stretch = ++this.#stretch;
      this.#fetching = null;
      const answer = await this.#ask(around === null ? {} : { around });
      if (stretch !== this.#stretch) {
        return; // somebody has gone elsewhere meanwhile
      }
      this.#entries = answer.entries;
      this.#earlier = answer.earlier;
      this.#later = answer.later;
      this.waiting = answer.waiting;
    }
    const middle = around === null ? this.#entries.length : this.#entries.findIndex((each) => each.seq >= around);
    this.#show(middle + SHOWN / 2);
    this.opened = true;
    this.#fetchAhead();
  }

  /** Move the window towards the past. */
  async moveEarlier(): Promise<void> {
    if (this.#from === 0 && this.#earlier) {
      await this.#fetchEarlier();
    }
    this.#from = Math.max(0, this.#from - STEP);
    this.#to = Math.min(this.#to, this.#from + SHOWN);
    this.#fetchAhead();
  }

  /** Move the window towards now. */
  async moveLater(): Promise<void> {
    if (this.#to === this.#entries.length && this.#later) {
      await this.#fetchLater();
    }
    this.#show(this.#to + STEP);
    this.#fetchAhead();
  }

  /** An entry that is at hand, by the message that it is. */
  byMessage(messageId: string): Entry | undefined {
    return this.#entries.findLast((each) => each.message_id === messageId);
  }

  has(seq: number): boolean {
    return this.shown.some((each) => each.seq === seq);
  }

  /** What can be reported of one person: their messages that are at hand up to an entry, the newest first. */
  reportable(sender: string, upTo: number): readonly Entry[] {
    const theirs = this.#entries.filter(
      (each) =>
        each.kind === "message" &&
        each.sender === sender &&
        each.seq <= upTo &&
        (each.state !== "deleted" || each.seq === upTo) && // what was asked for, also after it was deleted
        !each.from_backup, // a copy proves nothing of who wrote it
    );
    return theirs.toReversed();
  }

  /** The first of so many unread messages of others, null when it is not at hand. */
  firstUnread(count: number): number | null {
    let left = count;
    for (const each of this.#entries.toReversed()) {
      left -= each.kind === "message" && !each.mine ? 1 : 0;
      if (left <= 0) {
        return count > 0 ? each.seq : null;
      }
    }
    return null;
  }

  hear(event: Event): void {
    if (!("room_uri" in event) || event.account !== this.account || event.room_uri !== this.roomUri) {
      return;
    }
    if (event.event === "waiting_changed") {
      this.waiting = event.waiting;
    } else if (event.event === "entry_gone") {
      this.#take(event.seq);
    } else if (event.event === "entry_changed" && this.opened) {
      this.#put(event.entry);
    }
  }

  #put(entry: Entry): void {
    const place = this.#entries.findIndex((each) => each.seq === entry.seq);
    if (place >= 0) {
      this.#entries = this.#entries.with(place, entry);
      return;
    }
    const last = this.#entries.at(-1);
    if (this.#later || (last !== undefined && entry.seq < last.seq)) {
      return; // it belongs to a page that has not been asked for
    }
    const atEnd = this.#to === this.#entries.length;
    this.#entries = [...this.#entries, entry];
    if (atEnd) {
      this.#show(this.#entries.length);
    }
  }

  #take(seq: number): void {
    const place = this.#entries.findIndex((each) => each.seq === seq);
    if (place >= 0) {
      this.#entries = this.#entries.toSpliced(place, 1);
      this.#from -= place < this.#from ? 1 : 0;
      this.#to -= place < this.#to ? 1 : 0;
    }
  }

  #show(to: number): void {
    this.#to = Math.min(Math.round(to), this.#entries.length);
    this.#from = Math.max(0, this.#to - SHOWN);
    this.#to = Math.min(this.#entries.length, this.#from + SHOWN);
  }

  /** Ask for what the reader will come to, before they are there. Whoever comes there and finds nothing asks again, and
   * hears why it was refused. */
  #fetchAhead(): void {
    const early = this.#from < AHEAD && this.#earlier;
    const late = this.#entries.length - this.#to < AHEAD && this.#later;
    if (early || late) {
      (early ? this.#fetchEarlier() : this.#fetchLater()).catch((error: unknown) => {
        if (!(error instanceof Refused)) {
          throw error;
        }
      });
    }
  }

  #fetchEarlier(): Promise<void> {
    return this.#once(async () => {
      const stretch = this.#stretch;
      const first = this.#entries[0]?.seq;
      const answer = await this.#ask(first === undefined ? {} : { before: first });
      if (stretch !== this.#stretch) {
        return;
      }
      const older = answer.entries.filter((each) => first === undefined || each.seq < first);
      this.#entries = [...older, ...this.#entries];
      this.#earlier = answer.earlier && older.length > 0;
      this.#from += older.length;
      this.#to += older.length;
    });
  }

  #fetchLater(): Promise<void> {
    return this.#once(async () => {
      const stretch = this.#stretch;
      const last = this.#entries.at(-1)?.seq ?? 0;
      const answer = await this.#ask({ around: last });
      if (stretch !== this.#stretch) {
        return;
      }
      const newer = answer.entries.filter((each) => each.seq > last);
      this.#entries = [...this.#entries, ...newer];
      this.#later = answer.later && newer.length > 0;
    });
  }

  /** One question at a time: a second would ask for the same page. */
  #once(fetch: () => Promise<void>): Promise<void> {
    if (this.#fetching === null) {
      const own: Promise<void> = fetch().finally(() => {
        this.#fetching = this.#fetching === own ? null : this.#fetching;
      });
      this.#fetching = own;
    }
    return this.#fetching;
  }

  #ask(where: { before?: number; around?: number }) {
    return this.#port.ask({ do: "page", account: this.account, room_uri: this.roomUri, limit: PAGE, ...where });
  }
}
