// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0
// A name that is being typed: where it begins, whom it can mean, what it becomes.

import { expect, it } from "vitest";

import type { Person } from "../src/port/types";
import { matching, named, namingAt } from "../src/screens/room/naming";

const person = (handle: string, rest: Partial<Person> = {}): Person => ({
  user_uri: `mimi://chat.example/u/${handle}`,
  handle,
  trust: "logged",
  me: false,
  blocked: false,
  contact: true,
  frozen: false,
  attention: "",
  ...rest,
});
const PEOPLE = [person("mira", { me: true }), person("ben.t"), person("ada"), person("adamo"), person(""), person("hada")];

it.each([
  ["@", 0, ""],
  ["hello @be", 6, "be"],
  ["(@ada", 1, "ada"],
  ["one\n@ben.", 4, "ben."],
  ["@ben.t @a", 7, "a"],
])("%j begins a name at %i", (text, at, begun) => {
  expect(namingAt(text, text.length)).toEqual({ at, begun });
});

it.each(["", "hello", "mail@", "mail@ada", "@@ada", "\\@ada", "@ada ", "@ada!", `@${"a".repeat(65)}`, "a/@b"])(
  "%j begins none",
  (text) => {
    expect(namingAt(text, text.length)).toBeNull();
  },
);

it("looks at the caret, not at the end", () => {
  expect(namingAt("@ada and @ben", 2)).toEqual({ at: 0, begun: "a" });
  expect(namingAt("@ada and @ben", 6)).toBeNull();
});

it("offers others by their beginning first, and nobody without a name", () => {
  expect(matching(PEOPLE, "").map((each) => each.handle)).toEqual(["ben.t", "ada", "adamo", "hada"]);
  expect(matching(PEOPLE, "ADA").map((each) => each.handle)).toEqual(["ada", "adamo", "hada"]);
  expect(matching(PEOPLE, "m")).toEqual([person("adamo")]);
  expect(matching(PEOPLE, "zz")).toEqual([]);
});

it("offers nothing where the name is written out already, unless it may go on", () => {
  expect(matching(PEOPLE, "ben.t")).toEqual([]);
  expect(matching(PEOPLE, "ada").map((each) => each.handle)).toEqual(["ada", "adamo", "hada"]);
});

it("offers no more than fit, however many there are", () => {
  const many = Array.from({ length: 1000 }, (_, number) => person(`p${number}`));
  expect(matching(many, "p")).toHaveLength(8);
});

it("puts the name in place of its beginning, and the caret behind it", () => {
  expect(named("hi @be", { at: 3, begun: "be" }, "ben.t")).toEqual({ text: "hi @ben.t ", caret: 10 });
  expect(named("hi @be there", { at: 3, begun: "be" }, "ben.t")).toEqual({ text: "hi @ben.t there", caret: 9 });
  expect(named("@, look", { at: 0, begun: "" }, "ada")).toEqual({ text: "@ada , look", caret: 5 });
});
