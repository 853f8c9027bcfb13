// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";

import { hex } from "../src/port/bytes";
import { initial, tint, TINTS } from "../src/parts/text/initials";
import { safe } from "../src/parts/text/links";
import { listed } from "../src/parts/text/lists";
import { count, rate, size } from "../src/parts/text/sizes";
import { brief, day, span } from "../src/parts/text/times";
import { accountName, hubAddress } from "../src/screens/first/naming";
import type { AccountShown } from "../src/port/types";

describe("a link of a stranger", () => {
  it.each([
    "javascript:alert(1)",
    " javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,x",
    "blob:x",
    "file:///etc/passwd",
    "//x",
    "x",
  ])("%s leads nowhere", (url) => expect(safe(url)).toBe(""));

  it("of the web leads there", () => {
    expect(safe("https://example.org/x")).toBe("https://example.org/x");
    expect(safe("mailto:ada@example.org")).not.toBe("");
  });
});

it("many unread messages are many", () => {
  expect([0, 999, 1000].map(count)).toEqual(["0", "999", "999+"]);
});

it("names stand in a sentence, the first three of many", () => {
  expect([[], ["a"], ["a", "b"], ["a", "b", "c", "d"], ["a", "b", "c", "d", "e"]].map(listed)).toEqual([
    "",
    "a",
    "a and b",
    "a, b, c and d",
    "a, b, c and 2 more",
  ]);
});

it("sizes and rates are said as people say them", () => {
  expect([0, 999, 1000, 9_940, 25_000_000, 3e12].map(size)).toEqual([
    "0 bytes",
    "999 bytes",
    "1.0 kB",
    "9.9 kB",
    "25 MB",
    "3000 GB",
  ]);
  expect(rate(5_000_000, 25_000_000, 2_000)).toBe("2.5 MB a second, 8 seconds left");
  expect(rate(25_000_000, 25_000_000, 2_000)).toContain("almost done");
  expect(rate(0, 10, 2_000)).toBe("");
});

it("times are as short as tells them apart", () => {
  const now = new Date(2026, 10, 25, 12).getTime();
  const ago = (days: number): number => new Date(2026, 10, 25 - days, 9, 5).getTime();
  expect(brief(ago(0), now)).toMatch(/0?9:05/);
  expect(brief(ago(2), now)).toMatch(/Mon/);
  expect(brief(ago(30), now)).toMatch(/Oct/);
  expect([day(ago(0), now), day(ago(1), now)]).toEqual(["Today", "Yesterday"]);
  expect([span(1), span(3600), span(86_400 * 2), span(0.2)]).toEqual(["1 second", "1 hour", "2 days", "1 second"]);
});

it("a name stands as one letter, whatever it is", () => {
  expect(["ada", "_x", "", "👩‍👩‍👧", "é", "\u202Egpj"].map(initial)).toEqual(["A", "X", "·", "·", "É", "G"]);
  expect(tint("ada")).toBe(tint("ada"));
  expect(["ada", "", "🙂"].map(tint).every((each) => each >= 0 && each < TINTS)).toBe(true);
});

it("bytes in an address are hex", () => {
  expect(hex(btoa("\x00\x0f\xff"))).toBe("000fff");
});

it("an account's folder has a plain name that is not taken", () => {
  const taken = [{ account: "ada" }, { account: "ada-2" }] as AccountShown[];
  expect(accountName("Ada", taken)).toBe("ada-3");
  expect(accountName("../../etc", [])).not.toContain("/");
  expect(accountName("", [])).toBe("account");
});

it("the address of a hub is https unless it says otherwise", () => {
  expect(["chat.example.org/", " https://a.example ", "http://127.0.0.1:8440", ""].map(hubAddress)).toEqual([
    "https://chat.example.org",
    "https://a.example",
    "http://127.0.0.1:8440",
    "",
  ]);
});
