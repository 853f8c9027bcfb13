// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0

/** One thing that is asked for again and again. What was asked earlier and answered later is older, and is not shown. */
export class Latest {
  #asked = 0;
  #taken = 0;

  async ask<T>(question: () => Promise<T>, take: (answer: T) => void): Promise<void> {
    const number = ++this.#asked;
    const answer = await question();
    if (number > this.#taken) {
      this.#taken = number;
      take(answer);
    }
  }
}
