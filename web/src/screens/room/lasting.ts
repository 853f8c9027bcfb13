// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0
import { span } from "../../parts/text/times";

/** After how many seconds a message can be made to disappear; 0 for never. */
export const SPANS: readonly number[] = [0, 3600, 86_400, 604_800, 2_419_200];

/** The choice in words. */
export function lasting(seconds: number): string {
  return seconds === 0 ? "Stays" : `Disappears ${span(seconds)} after sending`;
}
