// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0
import { Refused } from "../port/port";

/** What a form asks for, one thing at a time: pressed again before that was answered, it asks for nothing. A refusal stays
 * where it was asked, in its own words. */
export class Careful {
  busy = $state(false);
  problem = $state("");

  async do(what: () => Promise<void>): Promise<void> {
    if (this.busy) {
      return;
    }
    this.busy = true;
    this.problem = "";
    try {
      await what();
    } catch (error) {
      if (!(error instanceof Refused)) {
        throw error;
      }
      this.problem = error.message;
    } finally {
      this.busy = false;
    }
  }
}
