// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0
// What takes long is saved once, by the page that began it, and nothing of it stays in a page whose account was locked.

import { beforeEach, expect, it } from "vitest";

import type { FakePort } from "../src/port/fake";
import type { ErrandShown } from "../src/port/types";
import { bringFile, phraseOf } from "../src/screens/bringing";
import type { App } from "../src/state/app.svelte";
import { Errands } from "../src/state/errands.svelte";
import { ACCOUNT, small } from "./small";

let port: FakePort;
let errands: Errands;
let saved: string[];
let now: number;

beforeEach(() => {
  port = small(1);
  saved = [];
  now = 1_000;
  errands = new Errands(
    port,
    (_, filename) => saved.push(filename),
    () => now,
  );
  port.listen((event) => void errands.hear(event));
});

const shown = (): ErrandShown => [...port.errands.values()].at(-1) as ErrandShown;

async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) {
    await Promise.resolve();
  }
}

it("is saved once, as soon as it is ready", async () => {
  await errands.begin({ do: "make_backup", account: ACCOUNT });
  port.errand({ ...shown(), done: 5, total: 10 });
  expect(saved).toEqual([]);
  port.errand({ ...shown(), state: "ready" });
  await settled();
  expect(saved).toEqual(["mira.privity-backup"]);
  expect(errands.of(ACCOUNT)?.state).toBe("done");
  await errands.save(ACCOUNT);
  expect(saved).toHaveLength(1);
});

it("is saved although it was ready before the daemon had answered", async () => {
  const ask = port.ask.bind(port);
  port.ask = async (request) => {
    const answer = await ask(request);
    port.errand({ ...shown(), state: "ready" });
    return answer;
  };
  await errands.begin({ do: "export", account: ACCOUNT, form: "json" });
  await settled();
  expect(saved).toEqual(["mira-json.zip"]);
});

it("is not saved by another page, which may save it by hand", async () => {
  await port.ask({ do: "make_backup", account: ACCOUNT }); // of another page
  port.errand({ ...shown(), state: "ready" });
  await settled();
  expect(saved).toEqual([]);
  await errands.save(ACCOUNT);
  expect(saved).toEqual(["mira.privity-backup"]);
});

it("tells its speed by what this page saw of it", async () => {
  const under = { number: 7, kind: "restore", began_ms: 1, text: "", filename: "" } as const;
  const move = async (state: "under_way" | "done", done: number, total: number): Promise<void> =>
    errands.hear({ event: "errand_changed", account: ACCOUNT, errand: { ...under, state, done, total } });
  await move("under_way", 0, 0);
  expect(errands.of(ACCOUNT)).toMatchObject({ since: 0 });
  now = 60_000; // it waited for a minute, and was not slow for that
  await move("under_way", 40, 100);
  now = 61_000;
  await move("under_way", 50, 100);
  expect(errands.of(ACCOUNT)).toMatchObject({ from: 40, since: 60_000, done: 50 });
  now = 62_000;
  await move("under_way", 3, 200); // its second part
  expect(errands.of(ACCOUNT)).toMatchObject({ from: 3, since: 62_000 });
});

it("is not shown again once it was read, and the next one is", async () => {
  await errands.begin({ do: "export", account: ACCOUNT, form: "html" });
  await errands.stop(ACCOUNT);
  expect(errands.of(ACCOUNT)?.state).toBe("stopped");
  errands.close(ACCOUNT);
  await errands.look(ACCOUNT);
  expect(errands.of(ACCOUNT)).toBeNull();
  await errands.begin({ do: "export", account: ACCOUNT, form: "html" });
  expect(errands.of(ACCOUNT)?.state).toBe("under_way");
});

it("is forgotten with its account, and nothing of it is saved afterwards", async () => {
  await errands.begin({ do: "make_backup", account: ACCOUNT });
  errands.forget(ACCOUNT);
  expect(errands.of(ACCOUNT)).toBeNull();
  port.errand({ ...shown(), state: "ready" });
  await settled();
  expect(saved).toEqual([]);
});

it("takes no file whose first bytes are another's", async () => {
  const app = { port } as unknown as App;
  for (const text of ["", "privity backu", "\0".repeat(100), "PK\x03\x04"]) {
    await expect(bringFile(app, ACCOUNT, "backup", new File([text], "a"))).rejects.toThrow("no backup");
  }
  await expect(bringFile(app, ACCOUNT, "export", new File(["<html>"], "a"))).rejects.toThrow("no export");
  expect(await bringFile(app, ACCOUNT, "backup", new File(["privity backup\n…"], "a"))).toBe("brought");
});

it("reads twelve words however they were typed", () => {
  expect(phraseOf("  Orbit\n maple\tcanyon ")).toBe("orbit maple canyon");
});
