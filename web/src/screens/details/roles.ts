// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0

/** What it means to give somebody a role. */
export const MAKE: Readonly<Record<string, { text: string; note: string }>> = {
  admin: { text: "Make an admin", note: "They can do all that you can, and take your role from you." },
  moderator: { text: "Make a moderator", note: "They invite, remove members, ban, and delete messages." },
  member: { text: "Make a member", note: "They talk and read, like everybody." },
};
