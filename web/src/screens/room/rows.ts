// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0
import type { Entry } from "../../port/types";

const TOGETHER_MS = 5 * 60_000; // what one person writes within five minutes is one run

export type Row =
  | { kind: "day"; key: string; ts: number }
  | { kind: "unread"; key: string }
  | { kind: "line"; key: string; entry: Entry }
  | { kind: "message"; key: string; entry: Entry; first: boolean; last: boolean };

/** Entries as they stand on the screen: days between them, consecutive ones of a person joined. */
export function rows(entries: readonly Entry[], before: Entry | undefined, unreadFrom: number | null): readonly Row[] {
  return entries.flatMap((entry, place) => {
    const previous = entries[place - 1] ?? before;
    const next = entries[place + 1];
    const key = String(entry.seq);
    const above: Row[] = [];
    if (previous === undefined || !sameDay(previous.ts_ms, entry.ts_ms)) {
      above.push({ kind: "day", key: `day ${key}`, ts: entry.ts_ms });
    }
    if (entry.seq === unreadFrom) {
      above.push({ kind: "unread", key: `unread ${key}` });
    }
    if (entry.kind === "line") {
      return [...above, { kind: "line" as const, key, entry }];
    }
    const first = above.length > 0 || !joined(previous, entry);
    const last = next === undefined || next.seq === unreadFrom || !joined(entry, next);
    return [...above, { kind: "message" as const, key, entry, first, last }];
  });
}

function joined(earlier: Entry | undefined, later: Entry): boolean {
  return (
    earlier !== undefined &&
    earlier.kind !== "line" &&
    later.kind !== "line" &&
    earlier.sender === later.sender &&
    later.ts_ms - earlier.ts_ms < TOGETHER_MS &&
    sameDay(earlier.ts_ms, later.ts_ms)
  );
}

function sameDay(one: number, other: number): boolean {
  return new Date(one).toDateString() === new Date(other).toDateString();
}
