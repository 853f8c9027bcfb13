// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0
import type { Block } from "../../port/types";

/** The words of a message without their marks, in one line. */
export function plain(blocks: readonly Block[]): string {
  return blocks.map((block) => block.runs.map((run) => run.text).join("")).join(" ");
}
