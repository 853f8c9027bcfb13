// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0
import type { Entry } from "../../port/types";

const SAID: Readonly<Record<string, string>> = {
  link: "A link from somebody new. It can lead anywhere; look at where before you follow it.",
  file: "A file from somebody new. Open it only if you expected it.",
  money: "This may be about money or a code. Nobody honest needs either of you in a hurry.",
  elsewhere: "They would like to go on elsewhere. There, nobody here can help you, and reports have no proof.",
};

/** What to say below an entry, by its number: each once for each sender, at the first that gives reason to. */
export function cautions(entries: readonly Entry[]): ReadonlyMap<number, readonly string[]> {
  const said = new Set<string>();
  const found = new Map<number, readonly string[]>();
  for (const { seq, sender, state, cautions: named } of entries) {
    const fresh = named.filter((each) => each in SAID && !said.has(`${sender} ${each}`));
    if (fresh.length > 0 && (state === "shown" || state === "edited")) {
      fresh.forEach((each) => said.add(`${sender} ${each}`));
      found.set(
        seq,
        fresh.map((each) => SAID[each] ?? ""),
      );
    }
  }
  return found;
}
