// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0
// What is on its way is on the screen, goes out once, and is never lost in silence.

import { beforeEach, describe, expect, it } from "vitest";

import type { FakePort } from "../src/port/fake";
import { Refused } from "../src/port/port";
import { Outbox } from "../src/state/outbox.svelte";
import { ACCOUNT, ROOM, small } from "./small";

const WHAT = { account: ACCOUNT, roomUri: ROOM, text: "hello", inReplyTo: null, expiresS: null };

let port: FakePort;
let outbox: Outbox;
let kept: string[];

const echoes = () => outbox.of(ACCOUNT, ROOM);
const tokens = () => port.asked.flatMap((each) => (each.do === "send_text" ? [each.token] : []));

beforeEach(() => {
  port = small(3);
  kept = [];
  outbox = new Outbox(
    port,
    (echo) => kept.push(echo.text),
    () => 0,
  );
  port.listen((event) => outbox.hear(event));
});

describe("a text", () => {
  it("is on the screen before anything was answered", () => {
    port.before = () => new Promise(() => undefined);
    void outbox.text(WHAT);
    expect(echoes()).toMatchObject([{ text: "hello", state: "sending" }]);
  });

  it("leaves once the entry that it became is known", async () => {
    await outbox.text(WHAT);
    const [echo] = echoes();
    expect(echo?.messageId).not.toBe("");
    outbox.settle(() => false);
    expect(echoes()).toHaveLength(1);
    outbox.settle((id) => id === echo?.messageId);
    expect(echoes()).toEqual([]);
  });

  it("goes out again with the same token after the line broke", async () => {
    port.stand("gone");
    await outbox.text(WHAT);
    expect(echoes()).toMatchObject([{ state: "broken" }]);
    port.stand("there");
    outbox.resume("another");
    expect(tokens()).toHaveLength(1);
    outbox.resume(ACCOUNT);
    await expect.poll(() => echoes()[0]?.messageId).not.toBe("");
    expect(tokens()).toHaveLength(2);
    expect(new Set(tokens()).size).toBe(1);
  });

  it("does not go out again by itself when it was refused", async () => {
    port.before = () => {
      throw new Refused({ name: "KeysChanged", text: "Look at their keys." });
    };
    await outbox.text(WHAT);
    outbox.resume(ACCOUNT);
    expect(tokens()).toHaveLength(1);
    expect(echoes()).toMatchObject([
      { state: "refused", problem: { name: "KeysChanged", text: "Look at their keys." } },
    ]);
  });

  it("that was refused can be tried again as the same message, or taken back", async () => {
    port.before = () => {
      throw new Refused({ name: "Bug", text: "x" });
    };
    await outbox.text(WHAT);
    const token = echoes()[0]?.token ?? "";
    port.before = () => undefined;
    await outbox.again(token);
    expect(tokens()).toEqual([token, token]);
    outbox.drop(token);
    expect(echoes()).toEqual([]);
  });

  it("is in sight again when it was refused after another entry was taken for it", async () => {
    let refuse: () => void = () => undefined;
    port.before = () => new Promise((_, reject) => (refuse = () => reject(new Refused({ name: "Bug", text: "x" }))));
    const sending = outbox.text(WHAT);
    outbox.land(ACCOUNT, ROOM);
    expect(echoes()).toMatchObject([{ landed: true }]);
    refuse();
    await sending;
    expect(echoes()).toMatchObject([{ landed: false, state: "refused" }]);
  });

  it("is kept once the daemon says that it waits, and is said to be once", async () => {
    let answer: () => void = () => undefined;
    port.before = () => new Promise((resolve) => (answer = resolve));
    const sending = outbox.text(WHAT);
    expect(outbox.unkept).toHaveLength(1);
    const waiting = echoes().map(({ token, text }) => ({ token, text }));
    port.happen({ event: "waiting_changed", account: ACCOUNT, room_uri: ROOM, waiting });
    expect(outbox.unkept).toEqual([]);
    answer();
    await sending;
    expect(kept).toEqual(["hello"]);
  });

  it("that was refused is still held by this page and by nothing else", async () => {
    port.before = () => {
      throw new Refused({ name: "Bug", text: "x" });
    };
    await outbox.text(WHAT);
    expect(kept).toEqual([]);
    expect(outbox.unkept).toHaveLength(1);
  });

  it("of one account is not another's", () => {
    port.before = () => new Promise(() => undefined);
    void outbox.text(WHAT);
    expect(outbox.of("another", ROOM)).toEqual([]);
  });

  it("that something else keeps leaves a locked account; one that only this page holds does not", async () => {
    await outbox.text(WHAT);
    port.stand("gone");
    await outbox.text({ ...WHAT, text: "held" });
    outbox.forget("another");
    expect(echoes()).toHaveLength(2);
    outbox.forget(ACCOUNT);
    expect(echoes().map((each) => each.text)).toEqual(["held"]);
  });
});

it("a file says how far it has come", async () => {
  const heard: number[] = [];
  port.before = () => void heard.push(echoes()[0]?.done ?? -1);
  await outbox.file({ account: ACCOUNT, roomUri: ROOM, inReplyTo: null }, new File(["0123456789"], "notes.txt"));
  expect(heard).toEqual([2, 6, 10]);
  expect(echoes()).toMatchObject([{ text: "notes.txt", total: 10 }]);
});

it("what is no refusal is a bug, and is not swallowed", async () => {
  port.before = () => {
    throw new RangeError("a bug");
  };
  await expect(outbox.text(WHAT)).rejects.toBeInstanceOf(RangeError);
});
