// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0

const FIRST_MS = 250; // the daemon is on this machine: after a restart it is back within a moment
const LONGEST_MS = 8_000; // a page left open over a weekend should not keep the machine awake, nor wait a minute

/** How long to wait before the next try, after so many that failed: doubling, a fifth of it by chance. */
export function waitMs(failures: number, chance: number): number {
  const wait = Math.min(FIRST_MS * 2 ** failures, LONGEST_MS);
  return Math.round(wait * (0.8 + 0.2 * chance));
}
