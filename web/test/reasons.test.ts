// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";

import { REPORT } from "../src/port/fake";
import type { ReportShown } from "../src/port/types";
import { aboutOf, reasonOf } from "../src/screens/safety/reasons";

const report = (rest: Partial<ReportShown>): ReportShown => ({ ...REPORT, subject: "messages", messages: 1, ...rest });

test("each subject is said in words", () => {
  expect(aboutOf(report({}), "gus")).toBe("A message of gus");
  expect(aboutOf(report({ messages: 3, title: "Boats" }), "gus")).toBe("3 messages of gus in Boats");
  expect(aboutOf(report({ subject: "room", title: "Boats" }), "")).toBe("The conversation Boats");
  expect(aboutOf(report({ subject: "room" }), "")).toBe("A conversation");
  expect(aboutOf(report({ subject: "profile" }), "gus")).toBe("The profile of gus");
  expect(aboutOf(report({ subject: "invitation" }), "gus")).toBe("An invitation by gus");
  expect(aboutOf(report({ subject: "person" }), "gus")).toBe("gus");
  expect(aboutOf(report({ subject: "" }), "")).toBe("A report or an appeal from another device of yours");
});

test("a reason is said in words, and one that is not known as it travels", () => {
  expect(reasonOf("spam")).toContain("Spam");
  expect(reasonOf("teapots")).toBe("teapots");
});
