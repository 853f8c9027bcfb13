// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0
import type { AccountShown } from "../../port/types";

/** What an account is called on this machine: its handle, with a number where that is taken. */
export function accountName(wanted: string, accounts: readonly AccountShown[]): string {
  const plain = wanted.toLowerCase().replace(/[^a-z0-9_.]/g, "") || "account";
  const taken = new Set(accounts.map((each) => each.account));
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? plain : `${plain}-${number}`;
    if (!taken.has(name)) {
      return name;
    }
  }
}

/** The address of a hub as it was typed; without a scheme it is taken to be https. */
export function hubAddress(typed: string): string {
  const text = typed.trim().replace(/\/+$/, "");
  return text === "" || /^https?:\/\//i.test(text) ? text : `https://${text}`;
}
