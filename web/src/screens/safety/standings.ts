// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0
const STILL = "You can read everything, export it, report, appeal, and delete the account.";
const MEANINGS: Readonly<Record<string, string>> = {
  limited: "You cannot ask new people, begin conversations or invite for now, and messages go out more slowly.",
  suspended: `You cannot write to others for now. ${STILL}`,
  banned: `You cannot write to others any more. ${STILL}`,
};

/** What a standing that is not good means for the person. */
export function meaningOf(state: string): string {
  return MEANINGS[state] ?? STILL;
}
