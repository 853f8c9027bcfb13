// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0
// A code as a path: every dark square is in it, once.

import { expect, it } from "vitest";

import { pathOf } from "../src/parts/qr/squares";

function dark(path: string): string[] {
  return [...path.matchAll(/M(\d+) (\d+)h(\d+)v1h-(\d+)z/g)].flatMap(([, x, y, width, back]) => {
    expect(back).toBe(width);
    return Array.from({ length: Number(width) }, (_, at) => `${Number(x) + at} ${y}`);
  });
}

it("every dark square is drawn once", () => {
  const rows = ["11011", "00000", "10101", "11111"];
  const wanted = rows.flatMap((row, y) => [...row].flatMap((square, x) => (square === "1" ? [`${x} ${y}`] : [])));
  expect(dark(pathOf(rows)).sort()).toEqual(wanted.sort());
});

it("nothing else can stand in it", () => {
  expect(pathOf([])).toBe("");
  expect(pathOf(["<b>", "z M0 0", "000"])).toBe("");
});
