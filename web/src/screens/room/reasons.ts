// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0
/** What a report can be about, as it travels and as a person says it. */
export const REASONS = [
  ["spam", "Spam, or something I did not ask for"],
  ["harassment", "Harassment or bullying"],
  ["threat", "A threat of violence"],
  ["fraud", "Fraud, or somebody who is not who they say"],
  ["hate", "Hate against a group of people"],
  ["intimate_imagery", "Intimate pictures without consent"],
  ["child_safety", "A child is in danger or is exploited"],
  ["self_harm", "Somebody may harm themselves"],
  ["illegal_goods", "Illegal goods"],
  ["other", "Something else"],
] as const;
