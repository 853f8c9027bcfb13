// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0
import type { AccountShown } from "../../port/types";
import type { App } from "../../state/app.svelte";

/** Where an account is entered: its conversations, its lock, or what was not finished. */
export function open(app: App, { account, lock }: AccountShown): void {
  app.places.go(lock === "open" ? { at: "list", account } : { at: "unlock", account });
}
