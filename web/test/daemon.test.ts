// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0
// The port over a WebSocket: who is asked what, what is answered, and what is known when the line breaks.

import { beforeEach, describe, expect, it, vi } from "vitest";

import { DaemonPort } from "../src/port/daemon";
import { Refused, Unanswered, type Line } from "../src/port/port";
import type { Event } from "../src/port/types";

const ENTERED = { session: "first", name: "ab", lasting: "not hex" };
const HOST = "127.0.0.1:4000";

class Socket {
  closed = false;
  readonly sent: string[] = [];
  onopen: () => void = () => undefined;
  onmessage: (frame: { data: string }) => void = () => undefined;
  onclose: (close: { code: number }) => void = () => undefined;

  send(frame: string): void {
    this.sent.push(frame);
  }

  close(): void {
    this.closed = true;
    this.onclose({ code: 1005 });
  }

  says(what: unknown): void {
    this.onmessage({ data: JSON.stringify(what) });
  }

  asked(): { number: number; request: { do: string } }[] {
    return this.sent.slice(2).map((frame) => JSON.parse(frame));
  }
}

let sockets: Socket[];
let waits: { what: () => void; ms: number; stopped: boolean }[];
let fetched: { path: string; init: RequestInit }[];
let response: () => Response;
let port: DaemonPort;
let lines: Line[];
let kept: string[];

const bytes = (text: string): BufferSource => new TextEncoder().encode(text);
const hexOf = (data: Uint8Array): string => Array.from(data, (byte) => byte.toString(16).padStart(2, "0")).join("");

async function mac(key: BufferSource, data: BufferSource): Promise<Uint8Array<ArrayBuffer>> {
  const imported = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", imported, data));
}

/** What both sides make their proofs of. */
function said(socket: Socket, host: string): BufferSource {
  const hello = JSON.parse(socket.sent[0] ?? "") as { name: string; nonce: string };
  return bytes(["privity page 1", host, hello.name, hello.nonce, "ef"].join("\n"));
}

/** What the daemon of faces/app/tokens.py says to a page's first frame. */
async function proofFor(socket: Socket, lasting = ENTERED.lasting, host = HOST): Promise<unknown> {
  const key = await mac(bytes(lasting), bytes("daemon"));
  return { nonce: "ef", proof: hexOf(await mac(key, said(socket, host))) };
}

/** The daemon takes the line, and proves itself. */
async function proven(socket: Socket): Promise<void> {
  socket.onopen();
  socket.says(await proofFor(socket));
  await vi.waitFor(() => expect(socket.sent).toHaveLength(2), { interval: 1 });
}

async function letIn(socket: Socket): Promise<void> {
  await proven(socket);
  socket.says({ session: "secret" });
}

const last = (): Socket => sockets.at(-1) as Socket;

beforeEach(() => {
  sockets = [];
  waits = [];
  fetched = [];
  lines = [];
  kept = [];
  response = () => new Response("", { status: 500 });
  port = new DaemonPort(ENTERED, {
    host: HOST,
    open: () => {
      const socket = new Socket();
      sockets.push(socket);
      return socket as unknown as WebSocket;
    },
    fetch: (path, init) => {
      fetched.push({ path, init });
      return Promise.resolve().then(response);
    },
    later: (what, ms) => {
      const wait = { what, ms, stopped: false };
      waits.push(wait);
      return () => (wait.stopped = true);
    },
    chance: () => 1,
    keep: (session) => kept.push(session),
  });
  port.watch((line) => lines.push(line));
});

describe("a line to the daemon", () => {
  it("begins with a name, and is there once both have proven themselves", async () => {
    await letIn(last());
    expect(Object.keys(JSON.parse(last().sent[0] ?? ""))).toEqual(["name", "nonce"]);
    expect(lines).toEqual(["connecting", "there"]);
    expect(kept).toEqual(["secret"]);
  });

  it("proves that the page knows the word, as the daemon checks it", async () => {
    await proven(last());
    const pageKey = await mac(bytes(ENTERED.lasting), bytes("page"));
    const stored = await crypto.subtle.digest("SHA-256", pageKey);
    const mask = await mac(stored, said(last(), HOST));
    const proof = hexOf(pageKey.map((byte, at) => byte ^ (mask[at] ?? 0)));
    expect(last().sent[1]).toBe(JSON.stringify({ proof }));
  });

  it.each([
    ["knows another word", () => proofFor(last(), "another")],
    ["proves another address", () => proofFor(last(), ENTERED.lasting, "127.0.0.1:4001")],
    ["proves nothing", () => ({ nonce: "ef", proof: "" })],
    ["says something else", () => ({ session: "stolen" })],
    ["says nothing that is an object", () => null],
  ])("tells a program nothing that %s", async (_, frame) => {
    const socket = last();
    socket.onopen();
    socket.says(await frame());
    await vi.waitFor(() => expect(socket.closed).toBe(true), { interval: 1 });
    expect(socket.sent).toHaveLength(1);
    expect(socket.sent.join()).not.toMatch(/first|secret|not hex/);
    expect(lines.at(-1)).toBe("gone");
    await expect(port.ask({ do: "overview" })).rejects.toBeInstanceOf(Unanswered);
    expect(kept).toEqual([]);
  });

  it("does not begin for who goes on before the proof was looked at", async () => {
    const socket = last();
    socket.onopen();
    socket.says({ nonce: "ef", proof: "" });
    socket.says({ session: "theirs" });
    await vi.waitFor(() => expect(socket.closed).toBe(true), { interval: 1 });
    expect(lines).not.toContain("there");
    expect(kept).toEqual([]);
  });

  it("gives each answer to its question, in whatever order they come", async () => {
    await letIn(last());
    const overview = port.ask({ do: "overview" });
    const devices = port.ask({ do: "devices", account: "a" });
    const [first, second] = last().asked();
    last().says({ kind: "answered", number: second?.number, result: { is: "device_list", devices: [] } });
    last().says({ kind: "answered", number: first?.number, result: { is: "accounts", accounts: [], version: "1" } });
    expect((await overview).is).toBe("accounts");
    expect((await devices).is).toBe("device_list");
  });

  it("says in the daemon's words why something was not done", async () => {
    await letIn(last());
    const asked = port.ask({ do: "unlock", account: "a", passphrase: "b" });
    last().says({ kind: "failed", number: 1, problem: { name: "WrongPassphrase", text: "That is not it." } });
    const error = await asked.catch((why: unknown) => why);
    expect(error).toBeInstanceOf(Refused);
    expect(error).toMatchObject({ name: "WrongPassphrase", message: "That is not it." });
  });

  it("leaves no question without an answer when it breaks, and asks nothing twice by itself", async () => {
    await letIn(last());
    const asked = port.ask({ do: "overview" });
    last().onclose({ code: 1006 });
    await expect(asked).rejects.toBeInstanceOf(Unanswered);
    waits[0]?.what();
    await letIn(last());
    expect(last().asked()).toEqual([]);
  });

  it("refuses to ask while it is gone, at once", async () => {
    await letIn(last());
    last().onclose({ code: 1006 });
    await expect(port.ask({ do: "overview" })).rejects.toBeInstanceOf(Unanswered);
  });

  it("is tried again after ever longer waits until the daemon speaks", async () => {
    for (let failure = 0; failure < 8; failure += 1) {
      await letIn(last()); // a daemon that takes the line and hangs up has not come back
      last().onclose({ code: 1011 });
      waits.at(-1)?.what();
    }
    expect(waits.map((each) => each.ms)).toEqual([250, 500, 1000, 2000, 4000, 8000, 8000, 8000]);
    await letIn(last());
    last().says({ kind: "happened", event: { event: "told", account: "", text: "", alarm: false } });
    last().onclose({ code: 1006 });
    expect(waits.at(-1)?.ms).toBe(250);
  });

  it("is not tried again without a session", async () => {
    await letIn(last());
    last().onclose({ code: 4403 });
    expect(lines.at(-1)).toBe("refused");
    expect(waits).toEqual([]);
  });

  it("goes on with a new session where the old one was refused", async () => {
    last().onclose({ code: 4403 });
    port.enter({ ...ENTERED, name: "another" });
    await letIn(last());
    expect(JSON.parse(last().sent[0] ?? "").name).toBe("another");
    expect(lines.at(-1)).toBe("there");
  });

  it("is tried at once when the person says so, and only once", () => {
    last().onclose({ code: 1006 });
    port.retry();
    port.retry();
    expect(waits[0]?.stopped).toBe(true);
    expect(sockets).toHaveLength(2);
  });

  it("tells what happens to whoever listens, until they stop", async () => {
    await letIn(last());
    const heard: Event[] = [];
    const stop = port.listen((event) => heard.push(event));
    const event = { event: "account_gone", account: "a" } as const;
    last().says({ kind: "happened", event });
    stop();
    last().says({ kind: "happened", event });
    expect(heard).toEqual([event]);
  });
});

describe("a file", () => {
  beforeEach(() => letIn(last()));

  const file = {
    account: "a/b",
    roomUri: "mimi://h/r/x?",
    token: "t&1",
    inReplyTo: btoa("\x00\xff"),
    file: new File(["invented"], "a b.txt", { type: "text/plain" }),
  };

  it("goes with the session, and no name of it can leave its place in the address", async () => {
    response = () => Response.json({ kind: "answered", number: 0, result: { is: "sent", message_id: "AA==" } });
    expect((await port.sendFile(file)).message_id).toBe("AA==");
    const [sent] = fetched;
    const url = new URL(sent?.path ?? "", "http://127.0.0.1");
    expect(url.pathname).toBe("/files/a%2Fb/mimi%3A%2F%2Fh%2Fr%2Fx%3F");
    expect(Object.fromEntries(url.searchParams)).toEqual({ token: "t&1", filename: "a b.txt", in_reply_to: "00ff" });
    expect(sent?.init).toMatchObject({ method: "POST", credentials: "omit", redirect: "error" });
    expect(sent?.init.headers).toEqual({ "Content-Type": "text/plain", Authorization: "Privity secret" });
  });

  it("goes to nobody while the daemon is gone, and with the session of the last connection afterwards", async () => {
    last().onclose({ code: 1006 });
    await expect(port.sendFile(file)).rejects.toBeInstanceOf(Unanswered);
    await expect(
      port.file({ account: "a", roomUri: "r", messageId: "AA==", partIndex: 0 }),
    ).rejects.toBeInstanceOf(Unanswered);
    expect(fetched).toEqual([]);
  });

  it("for an errand goes with the session, and what one made is whole or nothing", async () => {
    response = () => Response.json({ kind: "answered", number: 0, result: { is: "brought", name: "n" } });
    const brought = { account: "a&b", kind: "backup", token: "t", file: new Blob(["invented"]) } as const;
    expect(await port.bring(brought)).toBe("n");
    expect(fetched[0]?.path).toBe("/brought?account=a%26b&kind=backup&token=t");
    expect(fetched[0]?.init.headers).toMatchObject({ Authorization: "Privity secret" });
    response = () => new Response("invented");
    expect(await (await port.made("a/b", 3)).text()).toBe("invented");
    expect(fetched[1]?.path).toBe("/errands/a%2Fb/3");
    const cut = new ReadableStream({ start: (stream) => stream.error(new TypeError("network error")) });
    response = () => new Response(cut);
    await expect(port.made("a", 3)).rejects.toMatchObject({ name: "CutShort" });
    response = () => Response.json({ name: "NotThere", text: "It was fetched before." }, { status: 404 });
    await expect(port.made("a", 3)).rejects.toThrow("It was fetched before.");
  });

  it("that is refused says why", async () => {
    response = () =>
      Response.json(
        { kind: "failed", number: 0, problem: { name: "TooLarge", text: "It is too large." } },
        { status: 409 },
      );
    await expect(port.sendFile(file)).rejects.toMatchObject({ name: "TooLarge" });
  });

  it("whose answer is no answer is not taken for sent", async () => {
    response = () => new Response("<html>", { status: 502 });
    await expect(port.sendFile(file)).rejects.toMatchObject({ name: "Status502" });
  });

  it("that the line broke under is unanswered, and may be sent again", async () => {
    response = () => {
      throw new TypeError("fetch failed");
    };
    await expect(port.sendFile(file)).rejects.toBeInstanceOf(Unanswered);
  });

  it("that cannot be had is a problem and no empty file", async () => {
    response = () =>
      Response.json(
        { kind: "failed", number: 0, problem: { name: "NoSuchPart", text: "It is gone." } },
        { status: 409 },
      );
    await expect(port.preview({ account: "a", roomUri: "r", messageId: "AA==", partIndex: 0 })).rejects.toMatchObject({
      name: "NoSuchPart",
    });
  });

  it("of a profile is asked for by its person, and one's own is shaped where it goes nowhere", async () => {
    response = () => new Response("png");
    const person = "mimi://chat.example/u/ada/../eve?x";
    await port.portrait("a", person);
    await port.shape("a", new Blob(["picture"]), 30, 70);
    expect(fetched.map((each) => each.path)).toEqual([
      `/portraits/a/${encodeURIComponent(person)}`,
      "/portraits/a?along=30&close=70",
    ]);
    expect(fetched[1]?.init.method).toBe("POST");
  });
});
