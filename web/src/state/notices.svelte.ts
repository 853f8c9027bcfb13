// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0
import { Refused, Unanswered } from "../port/port";
import type { Event } from "../port/types";

const UNDO_MS = 10_000; // as long as it takes to see what one has done
const QUIET_MS = 6_000;

export interface Notice {
  number: number;
  text: string;
  alarm: boolean;
  undo: (() => void) | null;
}

/** Sentences for the person: what the daemon told, what failed, what can still be undone. */
export class Notices {
  readonly #later: (what: () => void, ms: number) => () => void;
  readonly #pending = new Map<number, () => void>();
  #number = 0;
  list = $state.raw<readonly Notice[]>([]);

  constructor(later: (what: () => void, ms: number) => () => void) {
    this.#later = later;
  }

  tell(text: string, alarm = false): void {
    if (this.list.some((each) => each.text === text)) {
      return;
    }
    const number = this.#add({ text, alarm, undo: null });
    if (!alarm) {
      this.#later(() => this.close(number), QUIET_MS);
    }
  }

  /** What was refused, in its own words. Anything else is a bug and goes on. That the line is broken stands above the
   * page already. */
  refused(error: unknown): void {
    if (!(error instanceof Refused)) {
      throw error;
    }
    if (!(error instanceof Unanswered)) {
      this.tell(error.message);
    }
  }

  /** Do something in ten seconds, unless it is undone before. */
  soon(text: string, act: () => void, undone: () => void = () => undefined): void {
    const number = this.#add({ text, alarm: false, undo: () => finish(false) });
    const stop = this.#later(() => finish(true), UNDO_MS);
    const finish = (really: boolean): void => {
      if (this.#pending.delete(number)) {
        stop();
        this.close(number);
        if (really) {
          act();
        } else {
          undone();
        }
      }
    };
    this.#pending.set(number, () => finish(true));
  }

  /** Do now what was waiting to be undone: the page is being closed. */
  flush(): void {
    for (const act of [...this.#pending.values()]) {
      act();
    }
  }

  close(number: number): void {
    this.list = this.list.filter((each) => each.number !== number);
  }

  hear(event: Event): void {
    if (event.event === "told") {
      this.tell(event.text, event.alarm);
    } else if (event.event === "link_ended") {
      this.tell(event.text, true);
    }
  }

  #add(notice: Omit<Notice, "number">): number {
    const number = ++this.#number;
    this.list = [...this.list, { ...notice, number }];
    return number;
  }
}
