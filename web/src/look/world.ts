// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0
// An invented world to look at screens with: ordinary talk, and what hostile people write.

import { AT_REST, entry, paragraph, QUIET, REPORT, type FakeRoom, type FakeWorld } from "../port/fake";
import type {
  Block,
  Card,
  ContactsShown,
  Conversation,
  Entry,
  Member,
  Person,
  ReportedShown,
  RoomReportShown,
  Run,
  Trust,
} from "../port/types";

const HOST = "mimi://chat.example";
const ME = `${HOST}/u/me`;
const MINUTE = 60_000;
const DAY = 86_400_000;

const run = (text: string, rest: Partial<Run> = {}): Run => ({
  text,
  marks: [],
  url: "",
  warning: "",
  user_uri: "",
  ...rest,
});
const block = (kind: Block["kind"], runs: readonly Run[], rest: Partial<Block> = {}): Block => ({
  kind,
  runs,
  depth: 0,
  number: 0,
  ...rest,
});

function person(handle: string, trust: Trust, rest: Partial<Person> = {}): Person {
  return {
    user_uri: `${HOST}/u/${handle}`,
    handle,
    trust,
    me: false,
    blocked: false,
    attention: "",
    contact: false,
    frozen: false,
    ...rest,
  };
}

const me = person("me", "checked", { user_uri: ME, handle: "mira.k", me: true });
const ada = person("ada", "checked", { contact: true });
const ben = person("ben.t", "logged", { contact: true });
const chi = person("chidi", "unaudited");
const gus = person("gus", "logged", { contact: true });
const dana = person("dana", "logged", {
  attention: "dana has new keys since you compared them. Nothing is sent until you have asked.",
});

function conversation(name: string, title: string, rest: Partial<Conversation>): Conversation {
  return { ...QUIET, room_uri: `${HOST}/r/${name}`, title, ...rest };
}

function room(shown: Conversation, entries: Entry[], members: Member[], rest: Partial<FakeRoom> = {}): FakeRoom {
  const last = entries.at(-1);
  const preview = last?.blocks[0]?.runs.map((each) => each.text).join("") ?? "";
  const filled = { ...shown, preview, last_ms: last?.ts_ms ?? 0 };
  return { conversation: filled, entries, members, archives: [], consent: null, mayChange: true, waiting: [], ...rest };
}

const member = (who: Person, role: string, devices: number): Member => ({
  person: who,
  role,
  devices,
  can_give: who.me ? [] : ["admin", "moderator"],
  can_take_out: !who.me,
});

function walk(now: number): Entry[] {
  const day = now - DAY;
  const said = (seq: number, ts_ms: number, who: Person, rest: Partial<Entry>): Entry =>
    entry(seq, { ts_ms, sender: who.user_uri, mine: who.me, delivery: who.me ? "read" : null, ...rest });
  return [
    entry(1, { ts_ms: day - 5 * MINUTE, kind: "line", blocks: [paragraph("ada began this conversation")] }),
    said(2, day, ada, { blocks: [paragraph("Are we still on for the walk on Saturday?")] }),
    said(3, day + MINUTE, ada, { blocks: [paragraph("The forecast looks fine until four or so.")] }),
    said(4, day + 8 * MINUTE, me, {
      blocks: [paragraph("Yes! I looked at the map again.")],
      reactions: [{ emoji: "👍", user_uris: [ada.user_uri], mine: "" }],
    }),
    said(5, day + 9 * MINUTE, me, {
      blocks: [
        block("paragraph", [run("The plan, "), run("roughly", { marks: ["emphasis"] }), run(":")]),
        block("item", [run("meet at the "), run("station", { marks: ["strong"] }), run(" at nine")], { number: 1 }),
        block("item", [run("up to the ridge, about two hours")], { number: 2 }),
        block("item", [run("lunch wherever it is dry")], { number: 3 }),
      ],
    }),
    entry(6, {
      ts_ms: day + 40 * MINUTE,
      kind: "line",
      blocks: [paragraph("You compared ada's safety number: their keys are checked")],
    }),
    said(7, now - 50 * MINUTE, ada, {
      blocks: [
        paragraph(
          "Works for me. I will bring the good thermos, and the little stove in case we find wood that is wet.",
        ),
      ],
      quote: { message_id: btoa("5"), seq: 5, sender: ME, text: "The plan, roughly: meet at the station at nine" },
    }),
    said(8, now - 49 * MINUTE, ada, {
      files: [
        { part_index: 0, filename: "ridge-last-year.jpg", content_type: "image/jpeg", size: 2_418_113, picture: true },
      ],
      reactions: [
        { emoji: "❤️", user_uris: [ME], mine: btoa("own") },
        { emoji: "😮", user_uris: [ada.user_uri], mine: "" },
      ],
    }),
    said(9, now - 20 * MINUTE, me, {
      blocks: [
        block("paragraph", [run("Route is here: "), run("map.example/ridge", { url: "https://map.example/ridge" })]),
      ],
      files: [
        { part_index: 1, filename: "route.gpx", content_type: "application/gpx+xml", size: 48_220, picture: false },
      ],
    }),
    said(10, now - 12 * MINUTE, me, {
      state: "edited",
      blocks: [paragraph("See you at nine, then. Nine fifteen if the bus is late.")],
    }),
    said(11, now - 4 * MINUTE, ada, { blocks: [paragraph("Perfect. I will tell ben.")], expires_ms: now + 3 * DAY }),
  ];
}

function hostile(now: number): Entry[] {
  const zalgo = Array.from(
    "he comes",
    (letter) => letter + "\u0301\u0327\u0334\u0335\u0336\u0337\u0338\u0310\u0313".repeat(6),
  ).join("");
  const texts: readonly (readonly Block[])[] = [
    [paragraph("<script>alert('hello')</script><img src=x onerror=alert(1)>")],
    [paragraph("invoice \u2068\u202Egpj.exe\u2069 is a name that runs backwards")],
    [paragraph(zalgo)],
    [
      block("paragraph", [
        run("Log in at "),
        run("https://bank.example", { url: "https://elsewhere.example/login", warning: "leads to elsewhere.example" }),
      ]),
    ],
    [block("paragraph", [run("a link that is no link", { url: "javascript:alert(1)" })])],
    [paragraph("a".repeat(400))],
    [block("code", [run("for (;;) {\n  console.log('" + "wide ".repeat(40) + "');\n}")])],
    [block("quote", [run("quoted words")], { depth: 1 }), block("heading", [run("A heading")])],
  ];
  const entries = texts.map((blocks, place) =>
    entry(place + 1, { ts_ms: now - DAY + place * 20 * MINUTE, sender: chi.user_uri, blocks }),
  );
  return [
    ...entries,
    entry(20, {
      ts_ms: now - 60 * MINUTE,
      sender: chi.user_uri,
      blocks: [paragraph("The beginning of very much text…")],
      cut: 10_485_760,
    }),
    entry(21, { ts_ms: now - 50 * MINUTE, sender: ben.user_uri, state: "deleted" }),
    entry(22, { ts_ms: now - 40 * MINUTE, sender: ben.user_uri, state: "expired" }),
    entry(23, {
      ts_ms: now - 30 * MINUTE,
      kind: "hidden",
      sender: ben.user_uri,
      blocks: [paragraph("A message that this version cannot show")],
    }),
  ];
}

function long(now: number, count: number): Entry[] {
  const words =
    "the quick brown fox jumps over the lazy dog while nobody is looking at the river or the far hills".split(" ");
  return Array.from({ length: count }, (_, place) => {
    const who = [me, ben, chi][(place * 7) % 3] ?? me;
    const length = 2 + ((place * 37) % 23);
    const text = `${place + 1}: ${Array.from({ length }, (_, at) => words[(place + at * 3) % words.length]).join(" ")}`;
    const ts_ms = now - (count - place) * 7 * MINUTE;
    return entry(place + 1, {
      ts_ms,
      sender: who.user_uri,
      mine: who.me,
      delivery: who.me ? "delivered" : null,
      blocks: [paragraph(text)],
    });
  });
}

const card = (handle: string, name: string, bio: string, rest: Partial<Card> = {}): Card => ({
  user_uri: `${HOST}/u/${handle}`,
  handle,
  name,
  bio,
  picture: true,
  since_ms: 1_700_000_000_000,
  ...rest,
});

function contacts(now: number): ContactsShown {
  const eve = card("eve.l", "Eve Larkin", "Choir on Tuesdays. We met at the harbour festival.");
  const twin = card("eve.iarkin", "Eve Larkin", "<b>Trust me</b> \u{fffd}moc.knab", { picture: false });
  return {
    is: "contacts_shown",
    age: { band: "adult", adult_from_ms: null, review: false },
    contacts: [
      { person: ada, name: "Ada Brook", since_ms: now - 60 * DAY, how: "met" },
      { person: ben, name: "", since_ms: now - 9 * DAY, how: "asked" },
    ],
    requests: [
      { card: eve, mutual: 2, asked_ms: now - 2 * DAY, guardian: false },
      { card: twin, mutual: 0, asked_ms: now - 5 * MINUTE, guardian: false },
    ],
    asked: [{ target: "gus", asked_ms: now - 3 * DAY }],
    invitations: [
      {
        room_uri: `${HOST}/r/choir`,
        card: card("hana.o", "Hana", "", { picture: false }),
        people: 9,
        contacts: [ada.user_uri],
      },
    ],
    held: [
      {
        room_uri: `${HOST}/r/held`,
        added_by: chi.user_uri,
        people: [chi.user_uri, dana.user_uri],
        contacts: [],
      },
    ],
    wards: [
      {
        user_uri: `${HOST}/u/kit`,
        handle: "kit",
        age: { band: "minor", adult_from_ms: null, review: true },
        asks: [{ card: eve, mutual: 0, asked_ms: now - DAY, guardian: false }],
      },
    ],
    guardians: [],
    covers_all: false,
  };
}

function roomReports(now: number): RoomReportShown[] {
  const said = (text: string, rest: Partial<ReportedShown>): ReportedShown => ({
    message_id: btoa(text.slice(0, 16)),
    proof: "seen",
    blocks: [paragraph(text)],
    cut: 0,
    files: [],
    version: false,
    gone: false,
    can_delete: false,
    ...rest,
  });
  const about = {
    room_uri: `${HOST}/r/long`,
    title: "Ridge walkers",
    accused: chi,
    here: true,
    can_take_out: true,
    note: "",
    may_name: false,
    state: "waiting",
    how: "",
  };
  return [
    {
      ...about,
      report_id: "1",
      reporter: ben,
      reason: "harassment",
      note: "This is the third evening.\nPlease have a look.",
      at_ms: now - 12 * MINUTE,
      may_name: true,
      messages: [
        said("Whoever brings a teapot to the ridge is a teapot.", { can_delete: true }),
        said("And I will say so again on every walk.", { proof: "franked" }),
        said("<b>Something nobody ever wrote</b>", { proof: "unproven" }),
      ],
    },
    { ...about, report_id: "2", reporter: ada, reason: "spam", at_ms: now - DAY, messages: [] },
    {
      ...about,
      report_id: "3",
      reporter: ben,
      reason: "spam",
      at_ms: now - 9 * DAY,
      messages: [said("Forty teapots, one price.", { gone: true })],
      state: "done",
      how: "deleted",
    },
  ];
}

export function world(now: () => number, count = 10_000): FakeWorld {
  const at = now();
  const open = {
    lock: "open",
    wait_s: 0,
    hub: "chat.example",
    connected: true,
    problem: "",
    ...AT_REST,
  } as const;
  const limited = { standing: "limited", standing_until_ms: at + 3 * DAY };
  return {
    accounts: [
      { ...open, ...limited, account: "mira.k", handle: "mira.k", user_uri: ME, unread: 3 },
      { ...open, account: "work", handle: "", user_uri: "", hub: "", lock: "locked", connected: false, unread: 0 },
    ],
    people: [me, ada, ben, chi, dana, gus],
    rooms: [
      room(conversation("ada", "ada", { direct_with: ada.user_uri, trust: "checked" }), walk(at), [
        member(me, "member", 2),
        member(ada, "member", 1),
      ]),
      room(conversation("long", "Ridge walkers", { trust: "unaudited", unread: 3, muted: true, reports: 2 }), long(at, count), [
        member(me, "admin", 2),
        member(ben, "moderator", 3),
        member(chi, "member", 1),
      ]),
      room(
        conversation("hostile", "Odd things", { trust: "unaudited" }),
        hostile(at),
        [member(me, "admin", 2), member(ben, "member", 3), member(chi, "member", 1)],
        {
          archives: [
            {
              person: person("archive", "logged"),
              policy: "Everything is kept for seven years, as the firm's rules demand.",
            },
          ],
          consent: {
            text: "The policy of this conversation changed: from now on an archive keeps a copy of everything. Agree, or leave.",
            policy_hash: btoa("hash"),
          },
          waiting: [{ token: "other", text: "Something written on another tab, waiting for the hub" }],
        },
      ),
      room(
        conversation("gus", "gus", { direct_with: gus.user_uri, stranger: true }),
        [
          entry(1, { ts_ms: at - 9 * MINUTE, sender: gus.user_uri, blocks: [paragraph("Hello dear, how are you?")] }),
          entry(2, {
            ts_ms: at - 8 * MINUTE,
            sender: gus.user_uri,
            blocks: [paragraph("Let us go on in another program, I need a gift card now: https://teapots.example")],
            cautions: ["link", "money", "elsewhere"],
          }),
        ],
        [member(me, "member", 2), member(gus, "member", 1)],
      ),
      room(
        conversation("dana", "dana", { direct_with: dana.user_uri, attention: dana.attention }),
        [entry(1, { ts_ms: at - 3 * DAY, sender: dana.user_uri, blocks: [paragraph("Back on Monday.")] })],
        [member(me, "member", 2), member(dana, "member", 1)],
      ),
      room(
        conversation("notes", "Notes to self", { draft: "buy lamp oil and", trust: "checked" }),
        [],
        [member(me, "admin", 2)],
      ),
      room(
        conversation("old", "Book club", { archived: true }),
        [entry(1, { ts_ms: at - 40 * DAY, sender: ben.user_uri, blocks: [paragraph("That was the last one.")] })],
        [member(me, "member", 2)],
      ),
    ],
    moderators: [ben],
    roomReports: roomReports(at),
    reports: [
      {
        ...REPORT,
        receipt: "5b21c0de9a7f41e3b6d80c1f2a3e4d5c",
        at_ms: at - 2 * DAY,
        subject: "messages",
        reason: "fraud",
        person: gus,
        title: "",
        messages: 2,
        lines: [
          { at_ms: at - 2 * DAY + 40 * MINUTE, text: "Somebody at the desk looks at your report." },
          { at_ms: at - DAY, text: "The account can begin no new conversations for seven days. Thank you." },
        ],
        open: true,
      },
      {
        ...REPORT,
        receipt: "room-1",
        at_ms: at - 4 * DAY,
        subject: "messages",
        reason: "harassment",
        person: chi,
        title: "Ridge walkers",
        messages: 1,
        to_room: true,
      },
      {
        ...REPORT,
        receipt: "11aa22bb33cc44dd55ee66ff77889900",
        at_ms: at - 9 * DAY,
        subject: "profile",
        reason: "impersonation",
        person: chi,
      },
    ],
    standing: {
      is: "standing_shown",
      state: "limited",
      until_ms: at + 3 * DAY,
      reference: "7kq2mzx4wd5r6t7y2u3i4o5p6a",
      hidden: false,
      challenged_until_ms: null,
      known: true,
      statements: [
        {
          reference: "7kq2mzx4wd5r6t7y2u3i4o5p6a",
          kind: "decided",
          at_ms: at - 4 * DAY,
          action: "limited for 7 days",
          policy: "spam",
          text:
            "You sent the same offer of teapots to many people who had not asked for it.\n\n" +
            "The rule is: no bulk messages to people who do not know you. People decided this, and no machine.",
          until_ms: at + 3 * DAY,
          appeal_until_ms: at + 176 * DAY,
          appeal: null,
          open: true,
        },
        {
          reference: "r4n2teapotsr4n2teapotsr4n2",
          kind: "legal_request",
          at_ms: at - DAY,
          action: "data of your account",
          policy: "Search warrant, federal or of a State",
          text:
            "An authority asks this server for data of your account. Nothing has been handed over yet.\n\n" +
            "What it asks for:\n- what is kept about the account, from 1 March 2027 to 7 March 2027\n\n" +
            "Nobody here can decrypt your conversations, and so no words of them can be handed over.",
          until_ms: null,
          appeal_until_ms: at + 6 * DAY,
          appeal: null,
          open: true,
        },
      ],
      help: [{ text: "DE: A line for teapots.", url: "https://help.teapots.example/", by_server: true }],
    },
    comparisons: Object.fromEntries(
      [ada, ben, chi, dana].map((each) => [
        each.user_uri,
        {
          is: "comparison",
          person: each,
          digits: "48291 07735 66120 93348 10257 84416 29903 51178 66042 31895 70426 11853",
          history: [
            { at_ms: at - 60 * DAY, text: `${each.handle} came to the hub with one device` },
            { at_ms: at - 9 * DAY, text: `${each.handle} added a device` },
          ],
        },
      ]),
    ),
    versions: [
      { ts_ms: at - 14 * MINUTE, blocks: [paragraph("See you at nine, then.")] },
      { ts_ms: at - 13 * MINUTE, blocks: [paragraph("See you at nine, then. Nine fifteen if the bus is late.")] },
    ],
    devices: {
      is: "device_list",
      devices: [
        { client_uri: `${HOST}/d/me/q7x2mk41`, added_ms: at - 60 * DAY, this: true },
        { client_uri: `${HOST}/d/me/b93ndd0f`, added_ms: at - 9 * DAY, this: false },
      ],
      reset_until_ms: null,
      closing_until_ms: null,
    },
    keyLog: {
      is: "key_log_shown",
      origin: "chat.example/keylog",
      size: 4183,
      newest_ms: at - 2 * MINUTE,
      audited: true,
      witnesses: [
        { name: "watch.example/witness", audits: true, cosigned_ms: at - MINUTE },
        { name: "library.example/witness", audits: false, cosigned_ms: null },
      ],
      quorum: 1,
      alarm: "",
    },
    kept: [
      {
        name: "account",
        what: "Your handle and when the account was made.",
        readers: ["operator"],
        kept: "while the account is there",
        rows: 1,
      },
      {
        name: "message",
        what: "Encrypted messages on their way to your devices.",
        readers: ["nobody"],
        kept: "30 days at most",
        rows: 12,
      },
      {
        name: "report",
        what: "Reports that you sent, sealed to the desk.",
        readers: ["desk"],
        kept: "until the desk took them",
        rows: 0,
      },
    ],
    contacts: contacts(at),
    warnings: [],
    known: [
      { text: "“chidi” looks like your contact chidi.o, and this is another account.", careful: true },
      { text: "They asked for you first.", careful: false },
    ],
    warns: true,
    profile: { is: "own_profile_shown", name: "Mira Kent", bio: "Hills, maps, soup.", picture: null, listed: true },
    passphrase: "invented",
    now,
  };
}
