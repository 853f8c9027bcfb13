// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";

import { entry } from "../src/port/fake";
import { cautions } from "../src/screens/room/cautions";

const said = (seq: number, sender: string, named: readonly string[]) => entry(seq, { sender, cautions: named });

test("a caution is said once for each sender, where it first has reason to", () => {
  const found = cautions([
    said(1, "gus", []),
    said(2, "gus", ["link"]),
    said(3, "gus", ["link", "money"]),
    said(4, "chi", ["link"]),
  ]);
  expect([...found.keys()]).toEqual([2, 3, 4]);
  expect(found.get(2)?.[0]).toContain("link");
  expect(found.get(3)).toHaveLength(1);
});

test("what is gone and what is not known has nothing to be careful with", () => {
  const gone = entry(1, { sender: "gus", state: "deleted", cautions: ["link"] });
  expect(cautions([gone, said(2, "gus", ["an unknown one"])]).size).toBe(0);
  expect(cautions([gone, said(2, "gus", ["link"])]).has(2)).toBe(true);
});
