// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0
// What can be undone for ten seconds is done once or not at all.

import { beforeEach, expect, it } from "vitest";

import { Refused, Unanswered } from "../src/port/port";
import { Notices } from "../src/state/notices.svelte";

let notices: Notices;
let waits: { what: () => void; ms: number }[];
let done: number;

beforeEach(() => {
  waits = [];
  done = 0;
  notices = new Notices((what, ms) => {
    const wait = { what, ms };
    waits.push(wait);
    return () => (waits = waits.filter((each) => each !== wait));
  });
});

it("is done after ten seconds", () => {
  notices.soon("It will be deleted.", () => (done += 1));
  expect(waits[0]?.ms).toBe(10_000);
  expect(done).toBe(0);
  waits[0]?.what();
  expect(done).toBe(1);
  expect(notices.list).toEqual([]);
});

it("is not done when it was undone", () => {
  notices.soon("It will be deleted.", () => (done += 1));
  notices.list[0]?.undo?.();
  notices.flush();
  expect(waits).toEqual([]);
  expect(done).toBe(0);
});

it("says when it was undone, so that it can be asked for again", () => {
  let undone = 0;
  const soon = (): void => notices.soon("It will be deleted.", () => (done += 1), () => (undone += 1));
  soon();
  notices.list[0]?.undo?.();
  soon();
  waits[0]?.what();
  expect([done, undone]).toEqual([1, 1]);
});

it("is done at once, and once, when the page is closed", () => {
  notices.soon("It will be deleted.", () => (done += 1));
  const [wait] = waits;
  notices.flush();
  wait?.what();
  expect(done).toBe(1);
});

it("an alarm stays until it was read", () => {
  notices.hear({ event: "told", account: "a", text: "The log contradicts itself.", alarm: true });
  notices.hear({ event: "told", account: "a", text: "Saved.", alarm: false });
  expect(waits).toHaveLength(1);
  waits[0]?.what();
  expect(notices.list.map((each) => each.text)).toEqual(["The log contradicts itself."]);
});

it("is told once, however often it happens at a time", () => {
  notices.tell("Wait a little.");
  notices.tell("Wait a little.");
  expect(notices.list).toHaveLength(1);
});

it("a broken line is told above the page and not again", () => {
  notices.refused(new Unanswered());
  expect(notices.list).toEqual([]);
});

it("a refusal is told, a bug is not swallowed", () => {
  notices.refused(new Refused({ name: "TooSoon", text: "Wait a little." }));
  expect(notices.list[0]?.text).toBe("Wait a little.");
  expect(() => notices.refused(new RangeError("a bug"))).toThrow(RangeError);
});
