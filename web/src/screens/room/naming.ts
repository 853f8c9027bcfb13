// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0
import type { Person } from "../../port/types";

const MOST = 8; // what fits above the keyboard of a phone; another letter finds the rest

/** Where a name is being typed: the place of its sign, and what stands between that and the caret. */
export interface Naming {
  at: number;
  begun: string;
}

export function namingAt(text: string, caret: number): Naming | null {
  const found = /(?:^|[^\p{L}\p{N}_@/\\])@([\p{L}\p{N}_.]{0,64})$/u.exec(text.slice(Math.max(0, caret - 70), caret));
  const begun = found?.[1];
  return begun === undefined ? null : { at: caret - begun.length - 1, begun };
}

/** Whom the letters can mean: first those whose name begins so. Nobody, once the name is written out: Enter sends. */
export function matching(people: readonly Person[], begun: string): readonly Person[] {
  const wanted = begun.toLowerCase();
  const named = people.filter((each) => !each.me && each.handle !== "");
  const first = named.filter((each) => each.handle.toLowerCase().startsWith(wanted));
  const within = named.filter((each) => !first.includes(each) && each.handle.toLowerCase().includes(wanted));
  const found = [...first, ...within];
  return found.length === 1 && found[0]?.handle === begun ? [] : found.slice(0, MOST);
}

/** The text with the name in place of its beginning, and the caret behind it. */
export function named(text: string, { at, begun }: Naming, handle: string): { text: string; caret: number } {
  const after = text.slice(at + 1 + begun.length);
  const name = `@${handle}${/^\s/.test(after) ? "" : " "}`;
  return { text: text.slice(0, at) + name + after, caret: at + name.length };
}
