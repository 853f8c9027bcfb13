// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0
// What this browser is set to. None of it says anything about an account, so the browser may keep it.

export type Theme = "system" | "light" | "dark";
export type Notifying = "off" | "plain" | "sender";

const THEME = "privity.theme";
const NOTIFYING = "privity.notifying";
const NAMED = "privity.named";

export class Settings {
  #theme = $state<Theme>(oneOf(["system", "light", "dark"], localStorage.getItem(THEME)));
  #notifying = $state<Notifying>(oneOf(["off", "plain", "sender"], localStorage.getItem(NOTIFYING)));

  #named = $state(localStorage.getItem(NAMED) !== "off");

  /** Whether being named is told of in a muted conversation too. */
  get named(): boolean {
    return this.#named;
  }

  set named(named: boolean) {
    this.#named = named;
    localStorage.setItem(NAMED, named ? "on" : "off");
  }

  get theme(): Theme {
    return this.#theme;
  }

  set theme(theme: Theme) {
    this.#theme = theme;
    localStorage.setItem(THEME, theme);
  }

  get notifying(): Notifying {
    return this.#notifying;
  }

  set notifying(notifying: Notifying) {
    this.#notifying = notifying;
    localStorage.setItem(NOTIFYING, notifying);
  }
}

/** The kept value if it is one of these, and the first of them otherwise. */
function oneOf<T extends string>(values: readonly [T, ...T[]], kept: string | null): T {
  return values.find((each) => each === kept) ?? values[0];
}
