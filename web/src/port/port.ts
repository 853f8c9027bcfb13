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

/** A large file for an errand, and what its account is called. */
export interface ToBring {
  account: string;
  kind: "backup" | "export";
  token: string;
  file: Blob;
}

export interface Port {
  ask<R extends Request>(request: R): Promise<AnswerTo<R>>;
  sendFile(file: FileToSend): Promise<Sent>;
  file(at: FileAt): Promise<Blob>;
  preview(at: FileAt): Promise<Blob>;
  /** The picture of somebody's profile, made anew by the daemon. */
  portrait(account: string, userUri: string): Promise<Blob>;
  /** A square out of a picture of one's own, as it would go out: how far along its longer side, how close, in percent. */
  shape(account: string, picture: Blob, along: number, close: number): Promise<Blob>;
  /** Bring a file in; the name by which an errand finds it. */
  bring(what: ToBring): Promise<string>;
  /** What an errand has made. It is given once. */
  made(account: string, number: number): Promise<Blob>;
  /** Hear what happens. Gives back how to stop. */
  listen(listener: (event: Event) => void): () => void;
  /** Hear how the line stands, at once and whenever it changes. Gives back how to stop. */
  watch(watcher: (line: Line) => void): () => void;
  /** Try to connect now rather than when the wait is over. */
  retry(): void;
}
