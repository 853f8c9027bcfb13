// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0
// Who is seen to write, for how long, and how often one says it oneself.

import { beforeEach, expect, it } from "vitest";

import type { FakePort } from "../src/port/fake";
import { Refused } from "../src/port/port";
import { Typing } from "../src/state/typing.svelte";
import { ACCOUNT, ROOM, small } from "./small";

const ADA = "mimi://chat.example/u/ada";
const BEN = "mimi://chat.example/u/ben";

let port: FakePort;
let typing: Typing;
let now: number;
let timers: { at: number; what: () => void }[];

beforeEach(() => {
  port = small(1);
  now = 1_000_000;
  timers = [];
  typing = new Typing(
    port,
    (what, ms) => {
      const timer = { at: now + ms, what };
      timers.push(timer);
      return () => (timers = timers.filter((each) => each !== timer));
    },
    () => now,
  );
  port.listen((event) => typing.hear(event));
});

function pass(ms: number): void {
  now += ms;
  for (const timer of timers.filter((each) => each.at <= now)) {
    timers = timers.filter((each) => each !== timer);
    timer.what();
  }
}

function writes(user: string, account = ACCOUNT, room = ROOM): void {
  port.happen({ event: "typing_shown", account, room_uri: room, user_uri: user, lasts_ms: 8000 });
}

it("somebody writes for eight seconds, and longer while they go on", () => {
  writes(ADA);
  pass(6000);
  expect(typing.in(ACCOUNT, ROOM)).toEqual([ADA]);
  writes(ADA);
  writes(BEN);
  expect(typing.in(ACCOUNT, ROOM)).toEqual([ADA, BEN]);
  pass(7999);
  expect(typing.in(ACCOUNT, ROOM)).toEqual([ADA, BEN]);
  pass(1);
  expect(typing.in(ACCOUNT, ROOM)).toEqual([]);
  expect(timers).toEqual([]);
});

it("what they said ends it, and only theirs", () => {
  writes(ADA);
  writes(BEN);
  port.arrive(ROOM, { sender: ADA });
  expect(typing.in(ACCOUNT, ROOM)).toEqual([BEN]);
});

it("each conversation and account has its own", () => {
  writes(ADA, "another");
  writes(BEN, ACCOUNT, "mimi://chat.example/r/other");
  expect(typing.in(ACCOUNT, ROOM)).toEqual([]);
});

it("an account that is locked shows nobody", async () => {
  writes(ADA);
  await port.ask({ do: "lock_now" });
  expect(typing.in(ACCOUNT, ROOM)).toEqual([]);
  expect(timers).toEqual([]);
});

const said = (): number => port.asked.filter((each) => each.do === "say_typing").length;

it("one says it at most once in a while in each conversation, and once more for what was written meanwhile", () => {
  for (let key = 0; key < 100; key++) {
    typing.say(ACCOUNT, ROOM);
  }
  expect(said()).toBe(1);
  typing.say(ACCOUNT, "mimi://chat.example/r/other");
  expect(said()).toBe(2);
  pass(6499);
  expect(said()).toBe(2);
  pass(1);
  expect(said()).toBe(3);
  pass(60_000);
  expect(said()).toBe(3);
  expect(timers).toEqual([]);
});

it("what was sent is not said to be written", () => {
  typing.say(ACCOUNT, ROOM);
  typing.say(ACCOUNT, ROOM);
  typing.rest(ACCOUNT, ROOM);
  pass(60_000);
  expect(said()).toBe(1);
});

it("a refusal stops no one from writing", async () => {
  port.before = () => {
    throw new Refused({ name: "CommandRefused", text: "not now" });
  };
  typing.say(ACCOUNT, ROOM);
  await Promise.resolve();
  expect(port.asked).toHaveLength(1);
});
