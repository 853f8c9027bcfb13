// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0
/** The dark squares of a code as one path, on a grid of one unit a square. */
export function pathOf(rows: readonly string[]): string {
  return rows.map((row, y) => [...row.matchAll(/1+/g)].map((dark) => bar(dark.index, y, dark[0].length)).join("")).join("");
}

function bar(x: number, y: number, width: number): string {
  return `M${x} ${y}h${width}v1h-${width}z`;
}
