// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0
// A conversation as it is read: no hole, nothing twice, and never more rows than a slow machine can hold.

import { describe, expect, it, vi } from "vitest";

import type { FakePort } from "../src/port/fake";
import { Refused, Unanswered } from "../src/port/port";
import { Timeline } from "../src/state/timeline.svelte";
import { ACCOUNT, ROOM, small } from "./small";

const COUNT = 10_000;

async function opened(port: FakePort, around: number | null = null): Promise<Timeline> {
  const timeline = new Timeline(port, ACCOUNT, ROOM);
  port.listen((event) => timeline.hear(event));
  await timeline.open(around);
  return timeline;
}

function seqs(timeline: Timeline): number[] {
  return timeline.shown.map((each) => each.seq);
}

/** Neighbours on the screen are neighbours in the conversation. */
function expectNoHole(timeline: Timeline): void {
  const shown = seqs(timeline);
  expect(shown).toEqual(shown.map((_, place) => (shown[0] ?? 0) + place * 3));
}

describe("a conversation of 10,000", () => {
  it("opens at the newest with one question", async () => {
    const port = small(COUNT);
    const timeline = await opened(port);
    expect(seqs(timeline).at(-1)).toBe((COUNT - 1) * 3 + 1);
    expect(port.asked[0]).toMatchObject({ do: "page", limit: 60 });
    expect(timeline.hasLater).toBe(false);
  });

  it("is read to its beginning without a hole and back to its end, with at most 180 rows", async () => {
    const timeline = await opened(small(COUNT));
    const seen = new Set(seqs(timeline));
    while (timeline.hasEarlier) {
      const above = seqs(timeline)[0] ?? 0;
      await timeline.moveEarlier();
      expect(seqs(timeline)).toContain(above);
      expectNoHole(timeline);
      expect(timeline.shown.length).toBeLessThanOrEqual(180);
      seqs(timeline).forEach((seq) => seen.add(seq));
    }
    expect(seen.size).toBe(COUNT);
    while (timeline.hasLater) {
      const below = seqs(timeline).at(-1) ?? 0;
      await timeline.moveLater();
      expect(seqs(timeline)).toContain(below);
      expectNoHole(timeline);
    }
    expect(seqs(timeline).at(-1)).toBe((COUNT - 1) * 3 + 1);
  });

  it("opens around an old entry and is read from there to both ends", async () => {
    const port = small(600);
    const timeline = await opened(port, 901);
    expect(seqs(timeline)).toContain(901);
    while (timeline.hasEarlier) {
      await timeline.moveEarlier();
      expectNoHole(timeline);
    }
    expect(seqs(timeline)[0]).toBe(1);
    while (timeline.hasLater) {
      await timeline.moveLater();
      expectNoHole(timeline);
    }
    expect(seqs(timeline).at(-1)).toBe(599 * 3 + 1);
  });
});

describe("an answer that comes late", () => {
  it("belongs to where one was, and puts no hole into where one is", async () => {
    const port = small(600);
    const ask = port.ask.bind(port);
    let come = (): void => undefined;
    const late = new Promise<void>((done) => (come = done));
    vi.spyOn(port, "ask")
      .mockImplementationOnce((request) => ask(request))
      .mockImplementationOnce(async (request) => {
        await late; // what is fetched ahead of the old entry
        return ask(request);
      });
    const timeline = await opened(port, 901);
    await timeline.open();
    come();
    await new Promise((done) => setTimeout(done));
    expect(timeline.hasLater).toBe(false);
    expect(seqs(timeline).at(-1)).toBe(599 * 3 + 1);
    while (timeline.hasEarlier) {
      await timeline.moveEarlier();
      expectNoHole(timeline);
    }
    expect(seqs(timeline)[0]).toBe(1);
  });
});

describe("what comes while one reads", () => {
  it("is at the end at once", async () => {
    const port = small(10);
    const timeline = await opened(port);
    const { seq } = port.arrive(ROOM, { sender: "ada" });
    expect(seqs(timeline).at(-1)).toBe(seq);
  });

  it("does not tear a hole between it and where the reader is", async () => {
    const port = small(600);
    const timeline = await opened(port, 901);
    const { seq } = port.arrive(ROOM, { sender: "ada" });
    expect(seqs(timeline)).not.toContain(seq);
    while (timeline.hasLater) {
      await timeline.moveLater();
    }
    expect(seqs(timeline).at(-1)).toBe(seq);
  });

  it("changes an entry where it stands", async () => {
    const port = small(10);
    const timeline = await opened(port);
    const [, second] = timeline.shown;
    await port.ask({ do: "delete", account: ACCOUNT, room_uri: ROOM, message_id: second?.message_id ?? "" });
    expect(timeline.shown[1]?.state).toBe("deleted");
    expect(timeline.shown).toHaveLength(10);
  });

  it("takes an entry away from where it stands, above the window too", async () => {
    const port = small(600);
    const timeline = await opened(port);
    while (timeline.hasEarlier) {
      await timeline.moveEarlier();
    }
    while (timeline.hasLater) {
      await timeline.moveLater();
    }
    const before = seqs(timeline);
    const forget = (place: number): Promise<unknown> =>
      port.ask({
        do: "forget_entry",
        account: ACCOUNT,
        room_uri: ROOM,
        message_id: port.world.rooms[0]?.entries[place]?.message_id ?? "",
      });
    await forget(3);
    expect(seqs(timeline)).toEqual(before);
    await forget(590);
    expect(seqs(timeline)).toEqual(before.filter((seq) => seq !== 591 * 3 + 1));
  });

  it("in another conversation changes nothing here", async () => {
    const timeline = await opened(small(10));
    const before = timeline.shown.length;
    timeline.hear({
      event: "waiting_changed",
      account: ACCOUNT,
      room_uri: "another",
      waiting: [{ token: "t", text: "x" }],
    });
    timeline.hear({
      event: "waiting_changed",
      account: "another",
      room_uri: ROOM,
      waiting: [{ token: "t", text: "x" }],
    });
    expect(timeline.waiting).toEqual([]);
    expect(timeline.shown).toHaveLength(before);
  });
});

it("finds the first of the unread messages of others", async () => {
  const timeline = await opened(small(10));
  // Own ones are at 0, 3, 6 and 9; of others the last three are at 8, 7 and 5.
  expect(timeline.firstUnread(3)).toBe(5 * 3 + 1);
  expect(timeline.firstUnread(0)).toBeNull();
  expect(timeline.firstUnread(500)).toBeNull();
});

it("a page that was refused can be asked for again", async () => {
  const port = small(600);
  const timeline = await opened(port);
  await timeline.moveEarlier();
  await timeline.moveEarlier();
  port.before = () => {
    throw new Refused({ name: "Bug", text: "x" });
  };
  const walk = async (): Promise<void> => {
    while (timeline.hasEarlier) {
      await timeline.moveEarlier();
    }
  };
  await expect(walk()).rejects.toMatchObject({ name: "Bug" });
  port.before = () => undefined;
  await walk();
  expect(seqs(timeline)[0]).toBe(1);
});

it("fetching ahead over a broken line is no error that nobody hears", async () => {
  const port = small(600);
  const timeline = new Timeline(port, ACCOUNT, ROOM);
  let pages = 0;
  port.before = () => {
    pages += 1;
    if (pages === 2) {
      throw new Unanswered();
    }
  };
  await timeline.open();
  await expect.poll(() => pages).toBe(2);
  await new Promise((resolve) => setTimeout(resolve));
  await timeline.moveEarlier();
  expect(timeline.shown).toHaveLength(120);
  expectNoHole(timeline);
});

it("what is reported of a message that was deleted begins with that message, and with no other that was", async () => {
  const port = small(9); // every third is one's own
  const { entries } = port.world.rooms[0]!;
  for (const place of [4, 7]) {
    entries[place] = { ...entries[place]!, state: "deleted", blocks: [] };
  }
  const timeline = await opened(port);
  const sender = entries[7]!.sender;
  expect(timeline.reportable(sender, 22).map((each) => each.seq)).toEqual([22, 16, 7, 4]);
  expect(timeline.reportable(sender, 25).map((each) => each.seq)).toEqual([25, 16, 7, 4]);
});
