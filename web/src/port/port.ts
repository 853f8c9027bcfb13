// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0
// The one way from the page to what stands behind it. Screens know this and nothing of sockets or addresses.

import type { AnswerTo, Bytes, Event, Problem, Request, Sent } from "./types";

/** How the page and the daemon stand. `refused`: the page has no session, and trying again would not give it one. */
export type Line = "connecting" | "there" | "gone" | "refused";

/** Something that was not done, in the words of whoever refused it. */
export class Refused extends Error {
  override readonly name: string;

  constructor(problem: Problem) {
    super(problem.text);
    this.name = problem.name;
  }
}

/** The line broke before the answer came, so that it is not known whether it was done. */
export class Unanswered extends Refused {
  constructor() {
    super({
      name: "Unanswered",
      text:
        "Privity on this machine does not answer, so it is not known whether this was done. Nothing is lost: start " +
        "privity app again, and the page goes on by itself.",
    });
  }
}

/** A file to send, and what it answers. */
export interface FileToSend {
  account: string;
  roomUri: string;
  token: string;
  file: File;
  inReplyTo: Bytes | null;
}

/** Where a file of a message is. */
export interface FileAt {
  account: string;
  roomUri: string;
  messageId: Bytes;
  partIndex: number;
}

export interface Port {
  ask<R extends Request>(request: R): Promise<AnswerTo<R>>;
  sendFile(file: FileToSend): Promise<Sent>;
  file(at: FileAt): Promise<Blob>;
  preview(at: FileAt): Promise<Blob>;
  /** Hear what happens. Gives back how to stop. */
  listen(listener: (event: Event) => void): () => void;
  /** Hear how the line stands, at once and whenever it changes. Gives back how to stop. */
  watch(watcher: (line: Line) => void): () => void;
  /** Try to connect now rather than when the wait is over. */
  retry(): void;
}
