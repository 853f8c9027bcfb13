// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";

import { base64, fromBase64 } from "../src/port/bytes";
import type { FakePort } from "../src/port/fake";
import { Refused } from "../src/port/port";
import type { Card, ContactsShown, WishShown } from "../src/port/types";
import { Contacts, handleOf } from "../src/state/contacts.svelte";
import { People } from "../src/state/people.svelte";
import { ACCOUNT, small } from "./small";

const EVE: Card = {
  user_uri: "mimi://chat.example/u/evelarkin",
  handle: "eve.l",
  name: "Ada",
  bio: "",
  picture: true,
  since_ms: 0,
};
const WISH: WishShown = { card: EVE, mutual: 0, asked_ms: 0, guardian: false };

async function knowing(to: Partial<ContactsShown>): Promise<{ port: FakePort; contacts: Contacts }> {
  const port = small(1);
  port.world.contacts = { ...port.world.contacts, ...to };
  const contacts = new Contacts(port, new People(port));
  port.listen((event) => contacts.hear(event));
  await contacts.refresh(ACCOUNT);
  return { port, contacts };
}

describe("a picture of somebody", () => {
  it("who is no contact is covered until it is opened, and covered again after a lock", async () => {
    const { contacts } = await knowing({ requests: [WISH] });
    expect(contacts.uncovered(ACCOUNT, EVE.user_uri)).toBe(false);
    contacts.uncover(ACCOUNT, EVE.user_uri);
    expect(contacts.uncovered(ACCOUNT, EVE.user_uri)).toBe(true);
    expect(contacts.uncovered("another", EVE.user_uri)).toBe(false);
    contacts.forget(ACCOUNT);
    expect(contacts.uncovered(ACCOUNT, EVE.user_uri)).toBe(false);
  });

  it("is covered while nobody knows whether they are a contact", () => {
    const port = small(1);
    expect(new Contacts(port, new People(port)).uncovered(ACCOUNT, EVE.user_uri)).toBe(false);
  });

  it("in a message of a contact is shown, unless the person covers all", async () => {
    const { port, contacts } = await knowing({ requests: [WISH] });
    contacts.uncover(ACCOUNT, EVE.user_uri);
    expect(contacts.shows(ACCOUNT, EVE.user_uri)).toBe(false);
    await port.ask({ do: "accept_contact", account: ACCOUNT, user_uri: EVE.user_uri });
    await expect.poll(() => contacts.shows(ACCOUNT, EVE.user_uri)).toBe(true);
    await port.ask({ do: "set_protection", account: ACCOUNT, warns: true, covers_all: true });
    await expect.poll(() => contacts.shows(ACCOUNT, EVE.user_uri)).toBe(false);
    expect(contacts.uncovered(ACCOUNT, EVE.user_uri)).toBe(true);
  });

  it("who became a contact is shown", async () => {
    const { port, contacts } = await knowing({ requests: [WISH] });
    await port.ask({ do: "accept_contact", account: ACCOUNT, user_uri: EVE.user_uri });
    await expect.poll(() => contacts.uncovered(ACCOUNT, EVE.user_uri)).toBe(true);
    expect(contacts.waiting(ACCOUNT)).toBe(0);
  });
});

it("what waits for a yes or a no is counted, for oneself and for wards", async () => {
  const age = { band: "minor", adult_from_ms: null, review: false } as const;
  const ward = { user_uri: "mimi://chat.example/u/kit", handle: "kit", age, asks: [WISH, WISH] };
  const held = { room_uri: "mimi://chat.example/r/x", added_by: EVE.user_uri, people: [], contacts: [] };
  const { contacts } = await knowing({ requests: [WISH], wards: [ward], held: [held] });
  expect(contacts.waiting(ACCOUNT)).toBe(4);
  expect(contacts.waiting("another")).toBe(0);
});

it("a change is asked for anew, and a lock meanwhile is no error", async () => {
  const { port, contacts } = await knowing({});
  port.world.contacts = { ...port.world.contacts, requests: [WISH] };
  port.happen({ event: "contacts_changed", account: ACCOUNT });
  await expect.poll(() => contacts.waiting(ACCOUNT)).toBe(1);
  port.before = () => {
    throw new Refused({ name: "AccountLocked", text: "locked" });
  };
  port.happen({ event: "contacts_changed", account: ACCOUNT });
  await Promise.resolve();
  expect(contacts.waiting(ACCOUNT)).toBe(1);
  port.happen({ event: "contacts_changed", account: "never asked for" });
  expect(port.asked.filter((each) => each.do === "contacts").length).toBe(3);
});

it("whoever calls themselves by another's name is called by their handle", () => {
  expect(handleOf(EVE)).toBe("eve.l");
  expect(handleOf({ ...EVE, handle: "" })).toBe("evelar…");
});

it("bytes come back from base64 as they were, also many", async () => {
  const bytes = Uint8Array.from({ length: 200_000 }, (_, place) => place % 256);
  const back = fromBase64(await base64(new Blob([bytes])));
  expect(back.length).toBe(bytes.length);
  expect(back.findIndex((each, place) => each !== bytes[place])).toBe(-1); // as whole arrays they take seconds to compare
});
