// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0
// What is said aloud: what comes where one is, and for the rest only that something came.

import { beforeEach, expect, it, vi } from "vitest";

import type { FakePort } from "../src/port/fake";
import { paragraph } from "../src/port/fake";
import { Arrivals } from "../src/state/arrivals.svelte";
import { Conversations } from "../src/state/conversations.svelte";
import { People } from "../src/state/people.svelte";
import type { Places } from "../src/state/place.svelte";
import type { Settings } from "../src/state/settings.svelte";
import { ACCOUNT, ROOM, small } from "./small";

const SAID = { sender: "mimi://chat.example/u/abcdefgh", blocks: [paragraph("hello")] };

let port: FakePort;
let place: { account: string; room: string };
let arrivals: Arrivals;
let settings: { notifying: string; named: boolean };

beforeEach(async () => {
  port = small(1);
  place = { account: ACCOUNT, room: ROOM };
  const conversations = new Conversations(port);
  await conversations.refresh(ACCOUNT);
  settings = { notifying: "off", named: true };
  arrivals = new Arrivals(conversations, new People(port), place as Places, settings as Settings);
  port.listen((event) => {
    arrivals.hear(event);
    conversations.hear(event);
  });
});

it("a message where one is, with who wrote it", () => {
  port.arrive(ROOM, SAID);
  expect(arrivals.spoken).toBe("abcdef…: hello");
});

it("of another conversation only that it came", () => {
  place.room = "another";
  port.arrive(ROOM, SAID);
  expect(arrivals.spoken).toBe("New message in room");
});

it("of the same conversation in another account only that it came", () => {
  place.account = "another";
  port.arrive(ROOM, SAID);
  expect(arrivals.spoken).toBe("New message in room");
});

it("nothing of what is one's own, or of a muted conversation", async () => {
  place.room = "another";
  port.arrive(ROOM, { ...SAID, mine: true });
  await port.ask({ do: "set_muted", account: ACCOUNT, room_uri: ROOM, muted: true });
  port.arrive(ROOM, SAID);
  expect(arrivals.spoken).toBe("");
});

it("of a muted conversation that one is named there, unless that is off", async () => {
  place.room = "another";
  await port.ask({ do: "set_muted", account: ACCOUNT, room_uri: ROOM, muted: true });
  const row = (mentions: number): void => {
    const { conversation } = port.world.rooms[0]!;
    port.happen({
      event: "conversation_changed",
      account: ACCOUNT,
      conversation: { ...conversation, muted: true, unread: mentions, mentions },
    });
  };
  row(1);
  expect(arrivals.spoken).toBe("New message in room");
  arrivals.spoken = "";
  row(1);
  expect(arrivals.spoken).toBe("");
  settings.named = false;
  row(2);
  expect(arrivals.spoken).toBe("");
});

it("that a report came, and not of whom, also where the conversation is muted", async () => {
  const shown: string[] = [];
  class Notified {
    static readonly permission = "granted";
    constructor(_title: string, { body }: { body: string }) {
      shown.push(body);
    }
  }
  vi.stubGlobal("document", { hidden: true });
  vi.stubGlobal("window", { Notification: Notified });
  vi.stubGlobal("Notification", Notified);
  place.room = "another";
  const row = (reports: number): void => {
    const { conversation } = port.world.rooms[0]!;
    port.happen({
      event: "conversation_changed",
      account: ACCOUNT,
      conversation: { ...conversation, muted: true, reports },
    });
  };
  settings.notifying = "plain";
  row(1);
  expect(arrivals.spoken).toBe("New report in room");
  arrivals.spoken = "";
  row(1);
  row(0); // somebody settled it
  expect(arrivals.spoken).toBe("");
  settings.notifying = "sender";
  row(2);
  expect(shown).toEqual(["New report", "New report in room"]);
  vi.unstubAllGlobals();
});

it("no words of a message that is gone, nor of an account that is locked", () => {
  const { seq } = port.arrive(ROOM, SAID);
  expect(arrivals.spoken).not.toBe("");
  port.happen({ event: "entry_gone", account: ACCOUNT, room_uri: ROOM, seq: seq - 1 });
  expect(arrivals.spoken).not.toBe("");
  port.happen({ event: "entry_gone", account: ACCOUNT, room_uri: ROOM, seq });
  expect(arrivals.spoken).toBe("");
  const gone = port.arrive(ROOM, SAID);
  port.happen({
    event: "entry_changed",
    account: ACCOUNT,
    room_uri: ROOM,
    entry: { ...gone, state: "expired", blocks: [] },
  });
  expect(arrivals.spoken).toBe("");
  port.arrive(ROOM, SAID);
  const { 0: account } = port.world.accounts;
  port.happen({ event: "account_changed", account: { ...account!, lock: "locked" } });
  expect(arrivals.spoken).toBe("");
});
