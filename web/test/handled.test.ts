// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0
// What somebody reads who looks after a conversation.

import { expect, it } from "vitest";

import type { Person, RoomReportShown } from "../src/port/types";
import { doneOf, PROOFS, reportedOf } from "../src/screens/safety/handled";

const chi: Person = {
  user_uri: "mimi://chat.example/u/chi",
  handle: "chi",
  trust: "logged",
  me: false,
  blocked: false,
  contact: false,
  frozen: false,
  attention: "",
};

const report = (rest: Partial<RoomReportShown>): RoomReportShown => ({
  report_id: "1",
  room_uri: "",
  title: "",
  reporter: chi,
  accused: chi,
  here: true,
  can_take_out: true,
  reason: "spam",
  note: "",
  at_ms: 0,
  may_name: false,
  messages: [],
  state: "waiting",
  how: "",
  ...rest,
});

it("three ways in which a message can stand are said in three ways", () => {
  const said = Object.values(PROOFS);
  expect(new Set(said.map((each) => each.word)).size).toBe(3);
  expect(new Set(said.map((each) => each.means)).size).toBe(3);
  expect(PROOFS.unproven.word).toMatch(/^Not /);
  expect([PROOFS.seen.word, PROOFS.franked.word].filter((each) => /\bnot\b/i.test(each))).toEqual([]);
});

it("a report is of messages, of a person, or of the conversation", () => {
  const message = {
    message_id: "",
    proof: "seen",
    blocks: [],
    cut: 0,
    files: [],
    version: false,
    gone: false,
    can_delete: false,
  } as const;
  expect(reportedOf(report({ messages: [message] }), "chi")).toBe("A message of chi");
  expect(reportedOf(report({ messages: [message, message] }), "chi")).toBe("2 messages of chi");
  const edited = [message, { ...message, version: true }];
  expect(reportedOf(report({ messages: edited }), "chi")).toBe("A message of chi");
  expect(reportedOf(report({}), "chi")).toBe("chi");
  expect(reportedOf(report({ accused: null }), "")).toBe("The conversation");
});

it("what was done is said in words, and what is not known as it travels", () => {
  const said = ["deleted", "removed", "banned", "passed on", "nothing to do"].map((how) => doneOf(how, "chi"));
  expect(said.every((each) => /^You /.test(each))).toBe(true);
  expect(new Set(said).size).toBe(5);
  expect(doneOf("banned", "chi")).toBe("You banned chi");
  expect(doneOf("teapots", "chi")).toBe("teapots");
});
