// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0
import type { Port } from "../port/port";
import type { AccountShown, Event } from "../port/types";

/** The accounts of this home, in the order in which the daemon names them. */
export class Accounts {
  readonly #port: Port;
  list = $state.raw<readonly AccountShown[]>([]);
  version = $state("");
  known = $state(false);

  constructor(port: Port) {
    this.#port = port;
  }

  get(account: string): AccountShown | undefined {
    return this.list.find((each) => each.account === account);
  }

  async refresh(): Promise<void> {
    const answer = await this.#port.ask({ do: "overview" });
    this.list = answer.accounts;
    this.version = answer.version;
    this.known = true;
  }

  hear(event: Event): void {
    if (event.event === "account_changed") {
      const { account } = event;
      const known = this.get(account.account) !== undefined;
      this.list = known
        ? this.list.map((each) => (each.account === account.account ? account : each))
        : [...this.list, account];
    } else if (event.event === "account_gone") {
      this.list = this.list.filter((each) => each.account !== event.account);
    }
  }
}
