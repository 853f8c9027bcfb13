// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0
// Where the person is. It is kept in memory and not in the address: a browser writes addresses to disk, and which
// conversations exist must not stand there while the account is locked.

import type { Purpose } from "../port/types";

export type Place =
  | { at: "start" }
  | { at: "create"; account: string }
  | { at: "link"; account: string }
  | { at: "restore"; account: string }
  | { at: "phrase"; account: string; phrase: string }
  | { at: "unlock"; account: string }
  | { at: "list"; account: string }
  | { at: "room"; account: string; room: string; around?: number }
  | { at: "details"; account: string; room: string }
  | { at: "hand_over"; account: string; room: string }
  | { at: "find"; account: string; inviteTo?: string }
  | { at: "group"; account: string }
  | { at: "join"; account: string }
  | { at: "search"; account: string; room?: string }
  | { at: "person"; account: string; user: string; room?: string }
  | { at: "devices"; account: string }
  | { at: "keylog"; account: string }
  | { at: "kept"; account: string }
  | { at: "backup"; account: string }
  | { at: "export"; account: string }
  | { at: "imported"; account: string; number: number; title: string; of: string }
  | { at: "history"; account: string }
  | { at: "closing"; account: string }
  | { at: "settings"; account: string }
  | { at: "requests"; account: string }
  | { at: "people"; account: string }
  | { at: "code"; account: string; purpose: Purpose }
  | { at: "profile"; account: string }
  | { at: "guardians"; account: string }
  | { at: "reports"; account: string }
  | { at: "room_reports"; account: string; room: string }
  | { at: "room_report"; account: string; room: string; report: string }
  | { at: "decisions"; account: string };

export class Places {
  #way = $state.raw<readonly Place[]>([{ at: "start" }]);
  readonly now: Place = $derived(this.#way.at(-1) as Place);
  /** The conversation that was left last, to which the focus returns in the list. */
  left = "";
  readonly canGoBack: boolean = $derived(this.#way.length > 1);
  /** A step back is asked for and not taken yet: a second one could lead out of this page. */
  #backing = false;

  constructor() {
    history.replaceState({ depth: 1 }, "", "/");
    window.addEventListener("popstate", (event: PopStateEvent) => {
      this.#backing = false;
      if (event.state === null) {
        return; // not a step back but a new token in the address
      }
      this.left = this.room;
      const { depth } = event.state as { depth: number };
      this.#way = this.#way.slice(0, Math.max(1, Math.min(depth, this.#way.length)));
    });
  }

  go(place: Place): void {
    this.#backing = false;
    this.#way = [...this.#way, place];
    history.pushState({ depth: this.#way.length }, "", "/");
  }

  /** Go there without a way back to here. Whoever went back to the beginning meanwhile keeps the way to it. */
  replace(place: Place): void {
    if (this.canGoBack) {
      this.#way = [...this.#way.slice(0, -1), place];
    } else {
      this.go(place);
    }
  }

  /** Lead on from here what is answered later: whoever has gone elsewhere meanwhile stays there. */
  onward(): (lead: () => void) => void {
    const here = this.now;
    return (lead) => {
      if (this.now === here) {
        lead();
      }
    };
  }

  /** Begin anew there, as after a lock. */
  restart(place: Place): void {
    this.#backing = false;
    this.#way = [place];
    history.replaceState({ depth: 1 }, "", "/");
  }

  back(): void {
    if (this.canGoBack && !this.#backing) {
      this.#backing = true;
      history.back();
    }
  }

  /** The account of the place, empty where there is none. */
  get account(): string {
    return "account" in this.now ? this.now.account : "";
  }

  /** The conversation of the place, empty where there is none. */
  get room(): string {
    return this.now.at === "room" || this.now.at === "details" ? this.now.room : "";
  }
}
