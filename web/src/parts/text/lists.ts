// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0
const NAMED = 3; // more than that nobody reads in a sentence

/** Names as a sentence has them: "ada", "ada and ben", "ada, ben, chi and 2 more". */
export function listed(names: readonly string[]): string {
  const said = names.length > NAMED + 1 ? [...names.slice(0, NAMED), `${names.length - NAMED} more`] : names;
  return said.length < 2 ? (said[0] ?? "") : `${said.slice(0, -1).join(", ")} and ${said.at(-1)}`;
}
