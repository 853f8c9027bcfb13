// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0
import type { Entry, ReactionShown } from "../../port/types";

/** What a message can be asked for. */
export interface Acting {
  menu(entry: Entry): void;
  versions(entry: Entry): void;
  whole(entry: Entry): void;
  jump(seq: number): void;
  react(entry: Entry, emoji: string, reaction: ReactionShown | undefined): void;
  person(userUri: string): void;
}
