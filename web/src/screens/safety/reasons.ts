// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0
import type { ReportShown } from "../../port/types";

/** What can be wrong, as it travels and as a person says it. */
export const REASONS = [
  ["spam", "Spam, or something I did not ask for"],
  ["harassment", "Harassment or bullying"],
  ["threat", "A threat of violence"],
  ["fraud", "Fraud, or a lie to get money"],
  ["impersonation", "Somebody who is not who they say"],
  ["hate", "Hate against a group of people"],
  ["intimate_imagery", "Intimate pictures without consent"],
  ["child_safety", "A child is in danger or is exploited"],
  ["self_harm", "Somebody may harm themselves"],
  ["illegal_goods", "Illegal goods"],
  ["other", "Something else"],
] as const;

/** In how few words a list says it; what is not here is said as it travels. */
export function reasonOf(reason: string): string {
  return REASONS.find(([value]) => value === reason)?.[1] ?? reason;
}

export function messagesOf(count: number, name: string): string {
  return `${count === 1 ? "A message" : `${count} messages`} of ${name}`;
}

/** What a report was about, in a few words. */
export function aboutOf(report: ReportShown, name: string): string {
  const where = report.title === "" ? "" : ` in ${report.title}`;
  switch (report.subject) {
    case "messages":
      return `${messagesOf(report.messages, name)}${where}`;
    case "room":
      return report.title === "" ? "A conversation" : `The conversation ${report.title}`;
    case "profile":
      return `The profile of ${name}`;
    case "invitation":
      return `An invitation by ${name}`;
    case "person":
      return `${name}${where}`;
    default:
      return "A report or an appeal from another device of yours";
  }
}
