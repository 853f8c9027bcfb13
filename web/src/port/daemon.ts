// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0
// The port over a WebSocket to the daemon that served this page, with files over fetch.

import { waitMs } from "./backoff";
import { hex } from "./bytes";
import { Refused, Unanswered, type FileAt, type FileToSend, type Line, type Port, type ToBring } from "./port";
import { Handshake, type Entered } from "./proof";
import type { AnswerTo, Answered, Asked, Brought, Event, Failed, Problem, Request, Result, Sent, ToPage } from "./types";

const CUT_SHORT = { name: "CutShort", text: "The file came to an end too soon, so nothing was saved. Begin again." };
const NO_SESSION = 4403; // the daemon's word for a session that it does not know

interface Asking {
  answer: (result: Result) => void;
  fail: (why: Error) => void;
}

/** What of a browser this needs, so that a test can stand in for it. */
export interface Browser {
  readonly host: string;
  open(path: string): WebSocket;
  fetch(path: string, init: RequestInit): Promise<Response>;
  later(what: () => void, ms: number): () => void;
  chance(): number;
  keep(session: string): void;
}

export class DaemonPort implements Port {
  #entered: Entered;
  readonly #browser: Browser;
  readonly #listeners = new Set<(event: Event) => void>();
  readonly #watchers = new Set<(line: Line) => void>();
  readonly #asking = new Map<number, Asking>();
  #socket: WebSocket | null = null;
  #line: Line = "connecting";
  #number = 0;
  #failures = 0;
  #stopWaiting: (() => void) | null = null;

  constructor(entered: Entered, browser: Browser) {
    this.#entered = entered;
    this.#browser = browser;
    this.#connect();
  }

  ask<R extends Request>(request: R): Promise<AnswerTo<R>> {
    const socket = this.#socket;
    if (socket === null || this.#line !== "there") {
      return Promise.reject(new Unanswered());
    }
    const asked: Asked = { number: ++this.#number, request };
    return new Promise<AnswerTo<R>>((resolve, reject) => {
      this.#asking.set(asked.number, {
        answer: (result) => resolve(result as AnswerTo<R>),
        fail: reject,
      });
      socket.send(JSON.stringify(asked));
    });
  }

  async sendFile({ account, roomUri, token, file, inReplyTo }: FileToSend): Promise<Sent> {
    const query = new URLSearchParams({ token, filename: file.name });
    if (inReplyTo !== null) {
      query.set("in_reply_to", hex(inReplyTo));
    }
    const path = `/files/${encodeURIComponent(account)}/${encodeURIComponent(roomUri)}?${query}`;
    const type = file.type || "application/octet-stream";
    const response = await this.#fetch(path, { method: "POST", body: file, headers: { "Content-Type": type } });
    const answer = await saidBy(response);
    if (answer.kind === "failed") {
      throw new Refused(answer.problem);
    }
    return answer.result as Sent;
  }

  file(at: FileAt): Promise<Blob> {
    return this.#blob("files", at);
  }

  preview(at: FileAt): Promise<Blob> {
    return this.#blob("previews", at);
  }

  portrait(account: string, userUri: string): Promise<Blob> {
    return this.#whole(`/portraits/${encodeURIComponent(account)}/${encodeURIComponent(userUri)}`);
  }

  shape(account: string, picture: Blob, along: number, close: number): Promise<Blob> {
    const query = new URLSearchParams({ along: String(along), close: String(close) });
    const headers = { "Content-Type": "application/octet-stream" };
    const path = `/portraits/${encodeURIComponent(account)}?${query}`;
    return this.#whole(path, { method: "POST", body: picture, headers });
  }

  async bring({ account, kind, token, file }: ToBring): Promise<string> {
    const path = `/brought?${new URLSearchParams({ account, kind, token })}`;
    const type = "application/octet-stream";
    const answer = await saidBy(await this.#fetch(path, { method: "POST", body: file, headers: { "Content-Type": type } }));
    if (answer.kind === "failed") {
      throw new Refused(answer.problem);
    }
    return (answer.result as Brought).name;
  }

  made(account: string, number: number): Promise<Blob> {
    return this.#whole(`/errands/${encodeURIComponent(account)}/${number}`);
  }

  listen(listener: (event: Event) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  watch(watcher: (line: Line) => void): () => void {
    this.#watchers.add(watcher);
    watcher(this.#line);
    return () => this.#watchers.delete(watcher);
  }

  /** Go on with another session, where there is none. */
  enter(entered: Entered): void {
    this.#entered = entered;
    if (this.#line === "refused") {
      this.#connect();
    }
  }

  retry(): void {
    if (this.#stopWaiting !== null) {
      this.#stopWaiting();
      this.#connect();
    }
  }

  #blob(folder: "files" | "previews", at: FileAt): Promise<Blob> {
    const room = encodeURIComponent(at.roomUri);
    return this.#whole(`/${folder}/${encodeURIComponent(at.account)}/${room}/${hex(at.messageId)}/${at.partIndex}`);
  }

  /** A file to its last byte, or none of it. */
  async #whole(path: string, init: RequestInit = {}): Promise<Blob> {
    const response = await this.#fetch(path, init);
    if (!response.ok) {
      const answer = await saidBy(response);
      throw new Refused(answer.kind === "failed" ? answer.problem : unreadable(response));
    }
    try {
      return await response.blob();
    } catch (error) {
      if (error instanceof TypeError) {
        throw new Refused(CUT_SHORT);
      }
      throw error;
    }
  }

  async #fetch(path: string, init: RequestInit): Promise<Response> {
    if (this.#line !== "there") {
      throw new Unanswered(); // only whoever has proven to be the daemon gets a file, or a session
    }
    const headers = { ...init.headers, Authorization: `Privity ${this.#entered.session}` };
    try {
      return await this.#browser.fetch(path, { ...init, headers, credentials: "omit", redirect: "error" });
    } catch (error) {
      if (error instanceof TypeError) {
        throw new Unanswered();
      }
      throw error;
    }
  }

  #connect(): void {
    this.#stopWaiting = null;
    const socket = this.#browser.open("/port");
    const handshake = new Handshake(this.#entered, this.#browser.host);
    this.#socket = socket;
    socket.onopen = () => socket.send(handshake.hello());
    socket.onmessage = (frame: MessageEvent<string>) => void this.#prove(socket, handshake, frame.data);
    socket.onclose = (close) => this.#lost(close.code);
  }

  /** Nothing is said to whoever has not proven to be the daemon: they are hung up on, and tried again later. */
  async #prove(socket: WebSocket, handshake: Handshake, frame: string): Promise<void> {
    socket.onmessage = () => socket.close(); // whoever goes on before the proof was looked at has none
    const proof = await handshake.answer(frame).catch(() => null); // what is no answer at all proves nothing either
    if (proof === null) {
      socket.close();
    } else if (this.#socket === socket) {
      socket.onmessage = (next: MessageEvent<string>) => this.#begin(socket, next.data);
      socket.send(proof);
    }
  }

  #begin(socket: WebSocket, frame: string): void {
    const { session } = JSON.parse(frame) as { session: string };
    this.#entered = { ...this.#entered, session };
    this.#browser.keep(session);
    socket.onmessage = (next: MessageEvent<string>) => this.#hear(JSON.parse(next.data) as ToPage);
    this.#stands("there");
  }

  #lost(code: number): void {
    this.#socket = null;
    const refused = code === NO_SESSION;
    this.#stands(refused ? "refused" : "gone");
    const asking = [...this.#asking.values()];
    this.#asking.clear();
    for (const each of asking) {
      each.fail(new Unanswered());
    }
    if (!refused) {
      this.#stopWaiting = this.#browser.later(() => this.#connect(), waitMs(this.#failures, this.#browser.chance()));
      this.#failures += 1;
    }
  }

  #hear(said: ToPage): void {
    this.#failures = 0; // only a daemon that speaks is back; one that hangs up at once is waited for ever longer
    if (said.kind === "happened") {
      for (const listener of this.#listeners) {
        listener(said.event);
      }
      return;
    }
    const asking = this.#asking.get(said.number);
    if (asking === undefined) {
      return;
    }
    this.#asking.delete(said.number);
    if (said.kind === "answered") {
      asking.answer(said.result);
    } else {
      asking.fail(new Refused(said.problem));
    }
  }

  #stands(line: Line): void {
    this.#line = line;
    for (const watcher of this.#watchers) {
      watcher(line);
    }
  }
}

/** What the daemon said over fetch; an answer that is none of its own is a problem too. */
async function saidBy(response: Response): Promise<Answered | Failed> {
  try {
    const said = (await response.json()) as Answered | Failed | Problem; // whoever is not let in hears the problem alone
    return "kind" in said ? said : { kind: "failed", number: 0, problem: said };
  } catch (error) {
    if (error instanceof SyntaxError) {
      return { kind: "failed", number: 0, problem: unreadable(response) };
    }
    throw error;
  }
}

function unreadable(response: Response): { name: string; text: string } {
  return {
    name: `Status${response.status}`,
    text:
      `Privity on this machine answered with status ${response.status} and nothing that can be shown. ` +
      "It may not have been done; look before you try again.",
  };
}
