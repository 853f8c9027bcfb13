// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0
export const TINTS = 6;

/** One letter that stands for a name. */
export function initial(name: string): string {
  const [first] = new Intl.Segmenter().segment(name.replace(/^\P{L}+/u, ""));
  return (first?.segment ?? "·").toUpperCase();
}

/** The same name has the same tint everywhere. */
export function tint(name: string): number {
  let sum = 0;
  for (const letter of name) {
    sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) >>> 0;
  }
  return sum % TINTS;
}
