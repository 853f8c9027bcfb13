// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0
// What happens between a question and its answer: another question, another press, another place, a broken line.

import { describe, expect, it, vi } from "vitest";

import { Careful } from "../src/parts/careful.svelte";
import { Refused } from "../src/port/port";
import { Latest } from "../src/state/latest";
import { People } from "../src/state/people.svelte";
import { Places } from "../src/state/place.svelte";
import { ACCOUNT, small } from "./small";

const ADA = "mimi://chat.example/u/adalovelace";
const PERSON = {
  user_uri: ADA,
  handle: "ada.l",
  trust: "logged",
  attention: "",
  blocked: false,
  frozen: false,
  contact: true,
  me: false,
} as const;

/** Answers of which a test says when they come. */
function held<T>(): { ask: () => Promise<T>; answers: ((answer: T) => void)[] } {
  const answers: ((answer: T) => void)[] = [];
  return { ask: () => new Promise((resolve) => answers.push(resolve)), answers };
}

describe("what is asked for again and again", () => {
  it("is shown as it was answered, one after the other", async () => {
    const { ask, answers } = held<string>();
    const latest = new Latest();
    const shown: string[] = [];
    const first = latest.ask(ask, (answer) => shown.push(answer));
    answers[0]?.("before");
    await first;
    const second = latest.ask(ask, (answer) => shown.push(answer));
    answers[1]?.("after");
    await second;
    expect(shown).toEqual(["before", "after"]);
  });

  it("is not shown as it was, once it is known as it is", async () => {
    const { ask, answers } = held<string>();
    const latest = new Latest();
    const shown: string[] = [];
    const asked = [latest.ask(ask, (answer) => shown.push(answer)), latest.ask(ask, (answer) => shown.push(answer))];
    answers[1]?.("after");
    await asked[1];
    answers[0]?.("before");
    await asked[0];
    expect(shown).toEqual(["after"]);
  });
});

describe("a form", () => {
  it("asks once, however often it is pressed before the answer, and again afterwards", async () => {
    const { ask, answers } = held<void>();
    const careful = new Careful();
    const first = careful.do(ask);
    expect(careful.busy).toBe(true);
    await careful.do(ask);
    expect(answers.length).toBe(1);
    answers[0]?.();
    await first;
    expect(careful.busy).toBe(false);
    void careful.do(ask);
    expect(answers.length).toBe(2);
  });

  it("keeps what was refused until it is pressed again", async () => {
    const careful = new Careful();
    await careful.do(() => Promise.reject(new Refused({ name: "No", text: "not today" })));
    expect(careful.problem).toBe("not today");
    await careful.do(() => Promise.resolve());
    expect(careful.problem).toBe("");
  });
});

/** Where a person is, with a browser that takes its steps back when a test says so. */
function placed(): { places: Places; asked: () => number; step: (depth: number) => void } {
  let asked = 0;
  let hear: (event: { state: { depth: number } }) => void = () => undefined;
  vi.stubGlobal("history", { replaceState: () => undefined, pushState: () => undefined, back: () => (asked += 1) });
  vi.stubGlobal("window", { addEventListener: (_: string, listener: typeof hear) => (hear = listener) });
  return { places: new Places(), asked: () => asked, step: (depth) => hear({ state: { depth } }) };
}

describe("a step back", () => {
  it("is one step, however often it is asked for before it is taken", () => {
    const { places, asked, step } = placed();
    places.go({ at: "find", account: ACCOUNT });
    places.back();
    places.back();
    expect(asked()).toBe(1);
    step(1);
    expect(places.now.at).toBe("start");
    places.back();
    expect(asked()).toBe(1);
  });

  it("and another one are two, one after the other", () => {
    const { places, asked, step } = placed();
    places.go({ at: "find", account: ACCOUNT });
    places.go({ at: "join", account: ACCOUNT });
    places.back();
    step(2);
    places.back();
    expect(asked()).toBe(2);
  });

  it("that came to nothing because somebody went on keeps nobody from the next", () => {
    const { places, asked } = placed();
    places.go({ at: "find", account: ACCOUNT });
    places.back();
    places.go({ at: "join", account: ACCOUNT });
    places.back();
    expect(asked()).toBe(2);
  });
});

describe("an answer that leads on", () => {
  it("leads on whoever is still there", () => {
    const { places } = placed();
    places.go({ at: "group", account: ACCOUNT });
    const onward = places.onward();
    onward(() => places.replace({ at: "room", account: ACCOUNT, room: "new" }));
    expect(places.room).toBe("new");
  });

  it("leaves whoever has gone elsewhere where they are, also in another place of the same kind", () => {
    const { places } = placed();
    places.go({ at: "find", account: ACCOUNT });
    const onward = places.onward();
    places.go({ at: "find", account: ACCOUNT });
    onward(() => places.replace({ at: "room", account: ACCOUNT, room: "new" }));
    expect(places.now).toEqual({ at: "find", account: ACCOUNT });
  });
});

describe("a name", () => {
  it("that a broken line kept from being asked for is asked for when the line is back", async () => {
    const port = small(1);
    port.world.people = [PERSON];
    const people = new People(port);
    port.stand("gone");
    expect(people.name(ACCOUNT, ADA)).toBe("adalov…");
    await expect.poll(() => port.asked.length).toBe(1);
    port.stand("there");
    people.resume();
    await expect.poll(() => people.name(ACCOUNT, ADA)).toBe("ada.l");
    people.resume();
    expect(port.asked.length).toBe(2);
  });

  it("of a locked account is not asked for any more", async () => {
    const port = small(1);
    const people = new People(port);
    port.stand("gone");
    people.name(ACCOUNT, ADA);
    await expect.poll(() => port.asked.length).toBe(1);
    people.forget(ACCOUNT);
    port.stand("there");
    people.resume();
    expect(port.asked.length).toBe(1);
  });
});
