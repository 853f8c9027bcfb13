// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0
// No draft vanishes.

import { beforeEach, expect, it } from "vitest";

import type { FakePort } from "../src/port/fake";
import { Drafts } from "../src/state/drafts";
import { ACCOUNT, ROOM, small } from "./small";

let port: FakePort;
let drafts: Drafts;
let waits: (() => void)[];

const saved = () => port.asked.flatMap((each) => (each.do === "save_draft" ? [each.text] : []));

beforeEach(() => {
  port = small(1);
  waits = [];
  drafts = new Drafts(port, (what) => {
    waits.push(what);
    return () => (waits = waits.filter((each) => each !== what));
  });
});

it("is saved after a pause, once, as it was last", () => {
  drafts.write(ACCOUNT, ROOM, "h");
  drafts.write(ACCOUNT, ROOM, "hello");
  expect(waits).toHaveLength(1);
  waits[0]?.();
  expect(saved()).toEqual(["hello"]);
});

it("is saved at once when the page is closed", () => {
  drafts.write(ACCOUNT, ROOM, "hello");
  drafts.flush();
  expect(saved()).toEqual(["hello"]);
});

it("stays here while the daemon is gone, and is saved when it is back", async () => {
  drafts.write(ACCOUNT, ROOM, "hello");
  port.stand("gone");
  drafts.flush();
  await Promise.resolve();
  expect(drafts.unsaved(ACCOUNT, ROOM)).toBe("hello");
  port.stand("there");
  drafts.flush();
  await expect.poll(() => drafts.unsaved(ACCOUNT, ROOM)).toBeUndefined();
  expect(saved().at(-1)).toBe("hello");
});

it("written on while the last was being saved is not taken for saved", async () => {
  let answer: () => void = () => undefined;
  port.before = () => new Promise((resolve) => (answer = resolve));
  drafts.write(ACCOUNT, ROOM, "hello");
  drafts.flush();
  drafts.write(ACCOUNT, ROOM, "hello there");
  answer();
  await new Promise((resolve) => setTimeout(resolve));
  expect(drafts.unsaved(ACCOUNT, ROOM)).toBe("hello there");
});

it("is forgotten once it was sent and is kept elsewhere", () => {
  drafts.write(ACCOUNT, ROOM, "hello ");
  drafts.sent(ACCOUNT, ROOM, "hello", "");
  expect(saved()).toEqual([""]);
});

it("begun while the last text was being sent is not forgotten with it", () => {
  drafts.write(ACCOUNT, ROOM, "hello");
  drafts.write(ACCOUNT, ROOM, "and another thing");
  drafts.sent(ACCOUNT, ROOM, "hello", "");
  expect(saved()).toEqual([]);
  drafts.flush();
  expect(saved()).toEqual(["and another thing"]);
});

it("saved while an earlier text was still on its way is not forgotten with it", async () => {
  drafts.write(ACCOUNT, ROOM, "half a sentence");
  drafts.flush();
  await expect.poll(() => drafts.unsaved(ACCOUNT, ROOM)).toBeUndefined();
  drafts.sent(ACCOUNT, ROOM, "hello", "hello");
  expect(saved()).toEqual(["half a sentence"]);
});

it("that the daemon told of is forgotten once it was sent as it was", () => {
  drafts.sent(ACCOUNT, ROOM, "hello", "another");
  expect(saved()).toEqual([]);
  drafts.sent(ACCOUNT, ROOM, "hello", "hello ");
  expect(saved()).toEqual([""]);
});

it("of a closed account stays known only while it would be lost, or is on its way", async () => {
  drafts.write(ACCOUNT, ROOM, "hello");
  drafts.flush();
  await expect.poll(() => drafts.unsaved(ACCOUNT, ROOM)).toBeUndefined();
  drafts.forget(ACCOUNT, (_, text) => text === "hello");
  drafts.sent(ACCOUNT, ROOM, "hello", "");
  await expect.poll(() => drafts.unsaved(ACCOUNT, ROOM)).toBeUndefined();
  expect(saved()).toEqual(["hello", ""]);
  drafts.forget(ACCOUNT, () => false);
  drafts.sent(ACCOUNT, ROOM, "hello", "hello");
  expect(saved()).toHaveLength(3);
});
