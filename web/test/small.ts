// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0
import { AT_REST, entry, FakePort, GOOD, NO_CONTACTS, paragraph, QUIET, type FakeRoom, type FakeWorld } from "../src/port/fake";

export const ACCOUNT = "mira";
export const ROOM = "mimi://chat.example/r/room";
const ME = "mimi://chat.example/u/me";
const ADA = "mimi://chat.example/u/ada";

/** One conversation with so many entries, every third one's own; their numbers have holes, as a device's have. */
export function small(count: number): FakePort {
  const room: FakeRoom = {
    conversation: { ...QUIET, room_uri: ROOM, title: "room" },
    entries: Array.from({ length: count }, (_, place) =>
      entry(place * 3 + 1, {
        ts_ms: place * 1000,
        mine: place % 3 === 0,
        sender: place % 3 === 0 ? ME : ADA,
        blocks: [paragraph(`number ${place}`)],
      }),
    ),
    members: [],
    archives: [],
    consent: null,
    mayChange: false,
    waiting: [],
  };
  const world: FakeWorld = {
    accounts: [
      {
        account: ACCOUNT,
        lock: "open",
        wait_s: 0,
        handle: "mira",
        user_uri: ME,
        hub: "",
        connected: true,
        problem: "",
        unread: 0,
        ...AT_REST,
      },
    ],
    rooms: [room],
    people: [],
    comparisons: {},
    versions: [],
    devices: { is: "device_list", devices: [], reset_until_ms: null, closing_until_ms: null },
    keyLog: {
      is: "key_log_shown",
      origin: "",
      size: 0,
      newest_ms: null,
      audited: false,
      witnesses: [],
      quorum: 0,
      alarm: "",
    },
    kept: [],
    contacts: NO_CONTACTS,
    warnings: [],
    known: [],
    warns: true,
    profile: { is: "own_profile_shown", name: "", bio: "", picture: null, listed: false },
    reports: [],
    moderators: [],
    roomReports: [],
    standing: GOOD,
    passphrase: "invented",
    now: () => count * 1000,
  };
  return new FakePort(world);
}
