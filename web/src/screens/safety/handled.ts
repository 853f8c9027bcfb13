// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0
import type { Proof, RoomReportShown } from "../../port/types";
import { messagesOf } from "./reasons";

/** How a reported message stands, in a word, and what that means. */
export const PROOFS: Readonly<Record<Proof, { word: string; means: string }>> = {
  seen: { word: "You received it too", means: "This device has the same message itself." },
  franked: {
    word: "Proven by mark and signature",
    means: "Their device signed it for this conversation, and the server marked it. This device did not receive it.",
  },
  unproven: { word: "Not proven", means: "Nothing says that this was written here, but whoever reported it." },
};

/** What was done about a report of somebody. */
export function doneOf(how: string, name: string): string {
  switch (how) {
    case "deleted":
      return "You deleted what was reported";
    case "removed":
      return `You removed ${name}`;
    case "banned":
      return `You banned ${name}`;
    case "passed on":
      return "You passed it on to the server's desk";
    case "nothing to do":
      return "You found nothing to do";
    default:
      return how;
  }
}

/** What a report to those who look after a conversation is about, in a few words. */
export function reportedOf(report: RoomReportShown, name: string): string {
  const count = report.messages.filter((each) => !each.version).length;
  if (report.accused === null) {
    return "The conversation";
  }
  return report.messages.length === 0 ? name : messagesOf(Math.max(count, 1), name);
}
