// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0
import { expect, it } from "vitest";

import { entry } from "../src/port/fake";
import type { Entry } from "../src/port/types";
import { rows } from "../src/screens/room/rows";

const NOON = new Date(2026, 10, 25, 12).getTime();
const MINUTE = 60_000;

const said = (seq: number, sender: string, ts_ms: number, rest: Partial<Entry> = {}): Entry =>
  entry(seq, { sender, ts_ms, ...rest });

/** A word for each row: `day`, `unread`, `line`, or which ends of a run a message is. */
function drawn(entries: readonly Entry[], before?: Entry, unreadFrom: number | null = null): string[] {
  return rows(entries, before, unreadFrom).map((row) =>
    row.kind === "message" ? `${row.first ? "(" : "-"}${row.entry.seq}${row.last ? ")" : "-"}` : row.kind,
  );
}

it("consecutive messages of a person are one run", () => {
  expect(drawn([said(1, "a", NOON), said(2, "a", NOON + MINUTE), said(3, "b", NOON + 2 * MINUTE)])).toEqual([
    "day",
    "(1-",
    "-2)",
    "(3)",
  ]);
});

it("a pause, a line and a new day end a run", () => {
  const day = 24 * 60 * MINUTE;
  const entries = [
    said(1, "a", NOON),
    said(2, "a", NOON + 6 * MINUTE),
    entry(3, { kind: "line", ts_ms: NOON + 6 * MINUTE }),
    said(4, "a", NOON + 7 * MINUTE),
    said(5, "a", NOON + day),
  ];
  expect(drawn(entries)).toEqual(["day", "(1)", "(2)", "line", "(4)", "day", "(5)"]);
});

it("what is unread begins below its mark", () => {
  const entries = [said(1, "a", NOON), said(2, "a", NOON + 1), said(3, "a", NOON + 2)];
  expect(drawn(entries, undefined, 2)).toEqual(["day", "(1)", "unread", "(2-", "-3)"]);
});

it("a window joins the entry above it, which is out of sight", () => {
  expect(drawn([said(2, "a", NOON + 1)], said(1, "a", NOON))).toEqual(["-2)"]);
});

it("every row has a key of its own", () => {
  const keys = rows([said(1, "a", NOON), said(2, "a", NOON + 1)], undefined, 1).map((row) => row.key);
  expect(new Set(keys).size).toBe(keys.length);
});
