// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0
// A port with no daemon behind it: a small world in memory, for tests and for looking at screens. It is not in the page
// that is built.

import { Refused, Unanswered, type FileAt, type FileToSend, type Line, type Port, type ToBring } from "./port";
import type {
  AccountShown,
  AnswerTo,
  Archive,
  Block,
  Card,
  Comparison,
  Consent,
  ContactsShown,
  Conversation,
  DeviceList,
  Entry,
  ErrandKind,
  ErrandShown,
  Event,
  KeptTable,
  KeyLogShown,
  KnownLine,
  LookAtDisclosure,
  Member,
  OwnProfileShown,
  Person,
  Report,
  ReportShown,
  ReportToRoom,
  Request,
  Result,
  RoomReportShown,
  Sent,
  StandingShown,
  VersionShown,
  Waiting,
  WarningShown,
} from "./types";

export interface FakeRoom {
  conversation: Conversation;
  entries: Entry[];
  members: Member[];
  archives: Archive[];
  consent: Consent | null;
  mayChange: boolean;
  waiting: Waiting[];
}

/** A conversation in which nothing has happened. */
export const QUIET: Conversation = {
  room_uri: "",
  title: "",
  direct_with: "",
  stranger: false,
  trust: "logged",
  preview: "",
  last_ms: 0,
  unread: 0,
  mentions: 0,
  knocks: 0,
  reports: 0,
  muted: false,
  archived: false,
  frozen: false,
  draft: "",
  disappear_s: 0,
  member: true,
  attention: "",
  continues: "",
  continued_in: "",
};

/** What an account is like against which nothing was decided. */
export const AT_REST = { standing: "", standing_until_ms: null, work: null } as const;

export const GOOD: StandingShown = {
  is: "standing_shown",
  state: "good",
  until_ms: null,
  reference: "",
  hidden: false,
  challenged_until_ms: null,
  known: true,
  statements: [],
  help: [],
};

const RECEIPT = "7f3a-91c0-44de";
const HELP = [
  { text: "You do not have to deal with this alone: tell somebody whom you trust.", url: "", by_server: false },
  { text: "DE: A line for teapots.", url: "https://help.teapots.example/", by_server: true },
];

/** A report of one's own of which nothing is known. */
export const REPORT: ReportShown = {
  receipt: "",
  at_ms: 0,
  subject: "",
  reason: "",
  person: null,
  title: "",
  messages: 0,
  lines: [],
  appeal: null,
  open: false,
  to_room: false,
  desk_receipt: "",
  from_backup: false,
};

export const NO_CONTACTS: ContactsShown = {
  is: "contacts_shown",
  age: { band: "adult", adult_from_ms: null, review: false },
  contacts: [],
  requests: [],
  asked: [],
  invitations: [],
  held: [],
  wards: [],
  guardians: [],
  covers_all: false,
};

export interface FakeWorld {
  accounts: AccountShown[];
  rooms: FakeRoom[];
  people: Person[];
  comparisons: Record<string, Comparison>;
  versions: readonly VersionShown[];
  devices: DeviceList;
  keyLog: KeyLogShown;
  kept: readonly KeptTable[];
  contacts: ContactsShown;
  warnings: readonly WarningShown[];
  known: readonly KnownLine[];
  warns: boolean;
  profile: OwnProfileShown;
  reports: readonly ReportShown[];
  moderators: readonly Person[];
  roomReports: readonly RoomReportShown[];
  standing: StandingShown;
  passphrase: string;
  now: () => number;
}

export function paragraph(text: string): Block {
  return { kind: "paragraph", runs: [{ text, marks: [], url: "", warning: "", user_uri: "" }], depth: 0, number: 0 };
}

export function entry(seq: number, rest: Partial<Entry>): Entry {
  return {
    seq,
    ts_ms: 0,
    kind: "message",
    sender: "",
    mine: false,
    message_id: btoa(String(seq).padStart(32, "0")),
    state: "shown",
    blocks: [],
    cut: 0,
    quote: null,
    files: [],
    reactions: [],
    delivery: null,
    expires_ms: null,
    clock_differs: false,
    deleted_by: "",
    deleted_as: "",
    forwarded: "",
    from_backup: false,
    cautions: [],
    ...rest,
  };
}

export class FakePort implements Port {
  readonly world: FakeWorld;
  readonly asked: Request[] = [];
  readonly errands = new Map<number, ErrandShown>();
  readonly #listeners = new Set<(event: Event) => void>();
  readonly #watchers = new Set<(line: Line) => void>();
  #line: Line = "there";
  /** Called before an answer is given; a test holds it up here, or has it refused. */
  before: (request: Request) => Promise<void> | void = () => undefined;

  constructor(world: FakeWorld) {
    this.world = world;
  }

  async ask<R extends Request>(request: R): Promise<AnswerTo<R>> {
    this.asked.push(request);
    if (this.#line !== "there") {
      throw new Unanswered();
    }
    await this.before(request);
    return this.#answer(request) as AnswerTo<R>;
  }

  async sendFile({ account, roomUri, token, file }: FileToSend): Promise<Sent> {
    for (const share of [0.2, 0.6, 1]) {
      this.happen({ event: "progress", account, token, done: Math.round(share * file.size), total: file.size });
      await this.before({ do: "overview" });
    }
    const shown = { part_index: 0, filename: file.name, content_type: file.type, size: file.size, picture: false };
    return this.#sent(this.#room(roomUri), { files: [shown] });
  }

  async file(): Promise<Blob> {
    return new Blob(["invented"]);
  }

  async bring({ account, token, file }: ToBring): Promise<string> {
    this.happen({ event: "progress", account, token, done: file.size, total: file.size });
    return "brought";
  }

  async made(_account: string, number: number): Promise<Blob> {
    const made = this.errands.get(number);
    if (made?.state !== "ready") {
      throw new Refused({ name: "NotThere", text: "There is nothing to fetch." });
    }
    this.errand({ ...made, state: "done" });
    return new Blob(["invented"]);
  }

  async preview(at: FileAt): Promise<Blob> {
    return new Response(this.#picture(at)).blob();
  }

  async portrait(account: string, userUri: string): Promise<Blob> {
    const drawn = this.#picture({ account, roomUri: "", messageId: "", partIndex: userUri.length });
    return new Response(drawn).blob();
  }

  async shape(): Promise<Blob> {
    return this.portrait("", "");
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

  retry(): void {
    this.stand("there");
  }

  happen(event: Event): void {
    for (const listener of this.#listeners) {
      listener(event);
    }
  }

  /** An errand looks like this now. */
  errand(shown: ErrandShown): void {
    this.errands.set(shown.number, shown);
    this.happen({ event: "errand_changed", account: this.#account(), errand: shown });
  }

  stand(line: Line): void {
    this.#line = line;
    for (const watcher of this.#watchers) {
      watcher(line);
    }
  }

  /** Somebody writes. */
  arrive(roomUri: string, rest: Partial<Entry>): Entry {
    const room = this.#room(roomUri);
    const arrived = entry((room.entries.at(-1)?.seq ?? 0) + 1, { ts_ms: this.world.now(), ...rest });
    room.entries.push(arrived);
    this.#tell(room, { unread: room.conversation.unread + (arrived.mine ? 0 : 1) });
    this.happen({ event: "entry_changed", account: this.#account(), room_uri: roomUri, entry: arrived });
    return arrived;
  }

  #answer(request: Request): Result {
    switch (request.do) {
      case "overview":
        return { is: "accounts", accounts: this.world.accounts, version: "0.0.0" };
      case "unlock":
        return this.#unlock(request.account, request.passphrase);
      case "lock_now":
        this.#lock(request.account ?? "");
        return { is: "done" };
      case "create":
        this.#made(request.account, request.handle, request.hub);
        return {
          is: "created",
          phrase: "orbit maple canyon violin ember pilot saddle ribbon glacier lantern tulip anchor",
        };
      case "restore":
        this.#made(request.account, request.handle, request.hub);
        return { is: "done" };
      case "begin_link":
        return { is: "link_code", code: "privity-link:k3x79f02mq1v8s5wz4yd6hc0jt2nrpb7ag" };
      case "conversations":
        return { is: "conversation_list", conversations: this.#list() };
      case "page":
        return this.#page(this.#room(request.room_uri), request);
      case "full_text":
        return { is: "text", text: this.#text(this.#room(request.room_uri), request.seq) };
      case "history":
        return { is: "versions", versions: this.world.versions };
      case "details": {
        const { conversation, members, archives, consent, mayChange } = this.#room(request.room_uri);
        return {
          is: "room_details",
          conversation,
          members,
          archives,
          consent,
          may_change: mayChange,
          may_name: mayChange,
          may_delete: mayChange,
          banned: [],
          links: [],
          knocks: [],
          may_begin_again: mayChange,
          post_quantum: false,
        };
      }
      case "send_text":
        return this.#sent(this.#room(request.room_uri), { blocks: [paragraph(request.text)] });
      case "edit_text":
        return this.#changed(request.room_uri, request.message_id, {
          state: "edited",
          blocks: [paragraph(request.text)],
        });
      case "delete":
        return this.#changed(request.room_uri, request.message_id, { state: "deleted", blocks: [] });
      case "react": {
        const reaction = { emoji: request.emoji, user_uris: [this.#me()], mine: btoa("own") };
        return this.#changed(request.room_uri, request.message_id, { reactions: [reaction] });
      }
      case "take_back":
        return this.#changed(request.room_uri, request.message_id, { reactions: [] });
      case "report":
        return this.#reported(request);
      case "reports":
        return { is: "reports_shown", reports: this.world.reports };
      case "stop_work":
        return { is: "done" };
      case "standing":
        return this.world.standing;
      case "appeal":
        return { is: "appealed", receipt: "19c4-02ab-7e51" };
      case "room_moderators":
        return { is: "moderators_shown", people: this.world.moderators };
      case "report_to_room":
        return this.#reportedToRoom(request);
      case "take_to_desk":
        return this.#takenToDesk(request.report_id);
      case "room_reports":
        return { is: "room_reports_shown", reports: this.#roomReports(request.room_uri) };
      case "settle_room_report":
        this.#settled(request.report_id, request.how);
        return { is: "done" };
      case "pass_on_room_report":
        this.#settled(request.report_id, "passed on");
        return { is: "passed_on", receipt: RECEIPT };
      case "heed_stranger":
        for (const room of this.world.rooms.filter((each) => each.conversation.direct_with === request.user_uri)) {
          this.#tell(room, { stranger: false });
        }
        return { is: "done" };
      case "search":
        return { is: "hits", hits: this.#find(request.text, request.room_uri ?? ""), more: false };
      case "find_person":
      case "look_at":
        return { is: "person_found", person: this.#person("handle" in request ? request.handle : request.user_uri) };
      case "begin": {
        const room = this.world.rooms.find((each) => each.conversation.direct_with === request.user_uri);
        return { is: "begun", room_uri: (room ?? this.world.rooms[0])?.conversation.room_uri ?? "" };
      }
      case "begin_again":
        return {
          is: "begun_again",
          room_uri: this.world.rooms[0]?.conversation.room_uri ?? "",
          asked: [],
          left_out: [],
        };
      case "create_group":
        return { is: "begun", room_uri: this.world.rooms[0]?.conversation.room_uri ?? "" };
      case "safety_number":
        return this.#comparison(request.user_uri);
      case "devices":
        return this.world.devices;
      case "offer_device":
        return { is: "device_offered", check: "482 913", client_uri: "mimi://chat.example/d/me/new" };
      case "key_log":
        return this.world.keyLog;
      case "warnings":
        return { is: "warnings_shown", warnings: this.world.warns ? this.world.warnings : [], frozen_help: [] };
      case "put_warning_away":
        this.world.warnings = this.world.warnings.filter((each) => each.script !== request.script);
        return { is: "done" };
      case "protection":
        return { is: "protection_shown", warns: this.world.warns, covers_all: this.world.contacts.covers_all };
      case "set_protection":
        this.world.warns = request.warns;
        this.world.contacts = { ...this.world.contacts, covers_all: request.covers_all };
        this.happen({ event: "contacts_changed", account: request.account });
        return { is: "done" };
      case "holds_where":
        return { is: "holds_shown", text: "It holds on all your devices." };
      case "how_known":
        return { is: "acquaintance", lines: this.world.known };
      case "receipts":
        return { is: "receipts_shown", delivered: true, read: false, typing: true };
      case "draw_qr":
        return { is: "qr_code", rows: ["00000", "01110", "01010", "01110", "00000"] };
      case "disappear_after":
        this.#tell(this.#room(request.room_uri), { disappear_s: request.seconds });
        return { is: "done" };
      case "forget_entry":
        return this.#forgotten(this.#room(request.room_uri), request.message_id);
      case "kept":
        return { is: "kept_tables", tables: this.world.kept };
      case "kept_rows":
        return { is: "text", text: JSON.stringify(this.world.kept) };
      case "look_at_errand":
        return { is: "errand_is", errand: [...this.errands.values()].at(-1) ?? null };
      case "backup_key":
        return { is: "backup_key_shown", known: true };
      case "make_backup":
        return this.#begun("backup", "mira.privity-backup");
      case "bring_back":
        return this.#begun("restore", "");
      case "export":
        return this.#begun("export", `mira-${request.form}.zip`);
      case "import":
        return this.#begun("import", "");
      case "look_at_disclosure":
        return this.#disclosure(request);
      case "disclose":
        return this.#begun("disclosure", "PD-TEAPOTTEAPOTTEAP.zip");
      case "give_history":
        return this.#begun("give_history", "");
      case "take_history":
        return this.#begun("take_history", "");
      case "stop_errand": {
        const stopped = this.errands.get(request.number);
        if (stopped !== undefined) {
          this.errand({ ...stopped, state: "stopped" });
        }
        return { is: "done" };
      }
      case "imported_conversations":
        return { is: "imported_list", conversations: [] };
      case "read_imported":
        return { is: "imported_entries", entries: [], later: false };
      case "closing":
      case "close_account":
        return { is: "closing_shown", until_ms: null, closed: false, may_ask: true };
      case "set_muted":
        this.#tell(this.#room(request.room_uri), { muted: request.muted });
        return { is: "done" };
      case "set_archived":
        this.#tell(this.#room(request.room_uri), { archived: request.archived });
        return { is: "done" };
      case "save_draft":
        this.#tell(this.#room(request.room_uri), { draft: request.text });
        return { is: "done" };
      case "seen":
        this.#tell(this.#room(request.room_uri), { unread: 0, mentions: 0 });
        return { is: "done" };
      case "contacts":
        return this.world.contacts;
      case "ask_contact":
        this.#contacts({
          asked: [...this.world.contacts.asked, { target: request.target, asked_ms: this.world.now() }],
        });
        return { is: "contact_asked", connected: false };
      case "take_back_ask":
        this.#contacts({ asked: this.world.contacts.asked.filter((each) => each.target !== request.target) });
        return { is: "done" };
      case "accept_contact":
        this.#befriend(request.user_uri);
        return { is: "done" };
      case "decline_contact":
        this.#contacts({ requests: this.#requestsBut(request.user_uri) });
        return { is: "done" };
      case "end_contact":
        this.#contacts({
          contacts: this.world.contacts.contacts.filter((each) => each.person.user_uri !== request.user_uri),
        });
        return { is: "done" };
      case "answer_invitation":
        this.#contacts({
          invitations: this.world.contacts.invitations.filter((each) => each.room_uri !== request.room_uri),
        });
        return { is: "done" };
      case "answer_held":
        this.#contacts({ held: this.world.contacts.held.filter((each) => each.room_uri !== request.room_uri) });
        return { is: "done" };
      case "make_code":
        return { is: "code_made", code: "MZXW 6YTB OI7Q A4TN", expires_ms: this.world.now() + 600_000 };
      case "look_code":
        return { is: "code_of", user_uri: this.world.people[1]?.user_uri ?? "", handle: "ada", purpose: "contact" };
      case "own_profile":
        return this.world.profile;
      case "put_profile":
        this.world.profile = { ...this.world.profile, ...request, is: "own_profile_shown" };
        return { is: "done" };
      case "profile_of":
        return { is: "profile_shown", card: this.#card(request.user_uri) };
      case "set_age":
        this.#contacts({ age: { ...this.world.contacts.age, band: request.band } });
        return { is: "age_set", age: this.world.contacts.age };
      case "set_frozen":
        this.world.people = this.world.people.map((each) =>
          each.user_uri === request.user_uri ? { ...each, frozen: request.frozen } : each,
        );
        this.#contacts({});
        return { is: "done" };
      case "invite":
        return { is: "invited", added: true };
      case "rename":
        this.#tell(this.#room(request.room_uri), { title: request.name });
        return { is: "done" };
      default:
        return { is: "done" };
    }
  }

  #reported({ reason, subject, message_ids = [], room_uri = "" }: Report): Result {
    const receipt = RECEIPT;
    const title = this.world.rooms.find((each) => each.conversation.room_uri === room_uri)?.conversation.title ?? "";
    const made = { receipt, at_ms: this.world.now(), subject, reason, title, messages: message_ids.length };
    this.#ownReport(made);
    return { is: "reported", receipt, help: HELP, undone: "" };
  }

  #reportedToRoom({ reason, message_ids = [], room_uri, user_uri }: ReportToRoom): Result {
    const { title } = this.#room(room_uri).conversation;
    const receipt = `room-${this.world.reports.length}`;
    const subject = message_ids.length > 0 ? "messages" : "person";
    const made = { receipt, at_ms: this.world.now(), subject, reason, title, messages: message_ids.length };
    this.#ownReport({ ...made, person: this.#person(user_uri), to_room: true });
    return { is: "reported", receipt, help: HELP, undone: "" };
  }

  #takenToDesk(receipt: string): Result {
    this.world.reports = this.world.reports.map((each) =>
      each.receipt === receipt ? { ...each, desk_receipt: RECEIPT } : each,
    );
    this.happen({ event: "safety_changed", account: this.#account() });
    return { is: "passed_on", receipt: RECEIPT };
  }

  #ownReport(made: Partial<ReportShown>): void {
    this.world.reports = [{ ...REPORT, ...made }, ...this.world.reports];
    this.happen({ event: "safety_changed", account: this.#account() });
  }

  #roomReports(roomUri: string): readonly RoomReportShown[] {
    return this.world.roomReports.filter((each) => each.room_uri === roomUri);
  }

  #settled(reportId: string, how: string): void {
    this.world.roomReports = this.world.roomReports.map((each) =>
      each.report_id === reportId ? { ...each, state: "done", how } : each,
    );
    for (const { room_uri } of this.world.roomReports.filter((each) => each.report_id === reportId)) {
      const reports = this.#roomReports(room_uri).filter((each) => each.state === "waiting").length;
      this.#tell(this.#room(room_uri), { reports });
      this.happen({ event: "room_reports_changed", account: this.#account(), room_uri });
    }
  }

  #contacts(to: Partial<ContactsShown>): void {
    this.world.contacts = { ...this.world.contacts, ...to };
    this.happen({ event: "contacts_changed", account: this.#account() });
  }

  #befriend(userUri: string): void {
    const wish = this.world.contacts.requests.find((each) => each.card.user_uri === userUri);
    if (wish === undefined) {
      throw new Refused({ name: "NotFound", text: "The hub has nothing by this name." });
    }
    const { handle, name } = wish.card;
    const rest = { trust: "logged", me: false, blocked: false, contact: true, frozen: false, attention: "" } as const;
    const made = { person: { user_uri: userUri, handle, ...rest }, name, since_ms: this.world.now(), how: "asked" };
    this.#contacts({ contacts: [...this.world.contacts.contacts, made], requests: this.#requestsBut(userUri) });
  }

  #requestsBut(userUri: string): ContactsShown["requests"] {
    return this.world.contacts.requests.filter((each) => each.card.user_uri !== userUri);
  }

  #card(userUri: string): Card {
    const asked = this.world.contacts.requests.find((each) => each.card.user_uri === userUri);
    const { handle, user_uri } = this.#person(userUri);
    return asked?.card ?? { user_uri, handle, name: "", bio: "", picture: false, since_ms: 0 };
  }

  #disclosure(request: LookAtDisclosure): Result {
    const said = this.#room(request.room_uri).entries.filter((each) => each.kind === "message");
    const ids = request.message_ids ?? [];
    const chosen = ids.length === 0 ? said : said.filter((each) => ids.includes(each.message_id));
    const writers = new Set(chosen.filter((each) => !each.mine).map((each) => each.sender));
    const others = this.world.people.filter((each) => !each.me && !writers.has(each.user_uri)).slice(0, 2);
    return {
      is: "disclosure_shown",
      messages: chosen.length,
      left_out: 0,
      own: chosen.filter((each) => each.mine).length,
      people: [...writers].map((each) => this.#person(each)),
      others,
    };
  }

  #begun(kind: ErrandKind, filename: string): Result {
    const began_ms = this.world.now();
    const rest = { state: "under_way", done: 0, total: 0, text: "" } as const;
    const errand = { number: this.errands.size + 1, kind, began_ms, filename, ...rest };
    this.errand(errand);
    return { is: "errand_is", errand };
  }

  #unlock(account: string, passphrase: string): Result {
    if (passphrase !== this.world.passphrase) {
      throw new Refused({
        name: "WrongPassphrase",
        text: "That is not the passphrase. Nothing was changed; try again.",
      });
    }
    this.#change(account, { lock: "open", connected: true });
    return { is: "done" };
  }

  #lock(account: string): void {
    for (const each of this.world.accounts.filter((known) => account === "" || known.account === account)) {
      this.#change(each.account, { lock: "locked" });
    }
  }

  #made(account: string, handle: string, hub: string): void {
    const fresh = { lock: "open", wait_s: 0, connected: true, problem: "", unread: 0, ...AT_REST } as const;
    const made = { ...fresh, user_uri: this.#me() };
    this.world.accounts.push({
      account,
      handle,
      hub: hub.replace(/^https?:\/\//, ""),
      ...made,
    });
    this.#change(account, {});
  }

  #change(account: string, to: Partial<AccountShown>): void {
    this.world.accounts = this.world.accounts.map((each) => (each.account === account ? { ...each, ...to } : each));
    for (const each of this.world.accounts.filter((known) => known.account === account)) {
      this.happen({ event: "account_changed", account: each });
    }
  }

  #page(
    room: FakeRoom,
    { before, around, limit = 60 }: { before?: number | null; around?: number | null; limit?: number },
  ): Result {
    const { entries, waiting } = room;
    let to = entries.length;
    if (before !== undefined && before !== null) {
      to = entries.findIndex((each) => each.seq >= before);
    } else if (around !== undefined && around !== null) {
      to = Math.min(entries.length, entries.findIndex((each) => each.seq >= around) + limit / 2);
    }
    const from = Math.max(0, to - limit);
    return { is: "entries", entries: entries.slice(from, to), earlier: from > 0, later: to < entries.length, waiting };
  }

  #sent(room: FakeRoom, rest: Partial<Entry>): Sent {
    const sent = this.arrive(room.conversation.room_uri, { mine: true, sender: this.#me(), delivery: "sent", ...rest });
    return { is: "sent", message_id: sent.message_id };
  }

  #changed(roomUri: string, messageId: string, to: Partial<Entry>): Sent {
    const room = this.#room(roomUri);
    const place = room.entries.findIndex((each) => each.message_id === messageId);
    const found = room.entries[place];
    if (found !== undefined) {
      room.entries[place] = { ...found, ...to };
      this.happen({ event: "entry_changed", account: this.#account(), room_uri: roomUri, entry: { ...found, ...to } });
    }
    return { is: "sent", message_id: messageId };
  }

  #forgotten(room: FakeRoom, messageId: string): Result {
    const place = room.entries.findIndex((each) => each.message_id === messageId);
    for (const { seq } of room.entries.splice(place, place < 0 ? 0 : 1)) {
      this.happen({ event: "entry_gone", account: this.#account(), room_uri: room.conversation.room_uri, seq });
    }
    return { is: "done" };
  }

  #tell(room: FakeRoom, to: Partial<Conversation>): void {
    const last = room.entries.at(-1);
    const preview = last === undefined ? "" : words(last);
    room.conversation = { ...room.conversation, preview, last_ms: last?.ts_ms ?? 0, ...to };
    this.happen({ event: "conversation_changed", account: this.#account(), conversation: room.conversation });
  }

  #list(): readonly Conversation[] {
    return this.world.rooms.map((each) => each.conversation).sort((a, b) => b.last_ms - a.last_ms);
  }

  #find(text: string, roomUri: string): Extract<Result, { is: "hits" }>["hits"] {
    const wanted = text.toLowerCase();
    const rooms = this.world.rooms.filter((each) => roomUri === "" || each.conversation.room_uri === roomUri);
    const hits = rooms.flatMap(({ conversation, entries }) =>
      entries.flatMap((each) => {
        const said = words(each);
        const at = said.toLowerCase().indexOf(wanted);
        const { room_uri, title } = conversation;
        const [before, match, after] = [
          said.slice(0, at),
          said.slice(at, at + text.length),
          said.slice(at + text.length),
        ];
        return at < 0
          ? []
          : [{ room_uri, title, seq: each.seq, ts_ms: each.ts_ms, sender: each.sender, before, match, after }];
      }),
    );
    return hits.sort((a, b) => b.ts_ms - a.ts_ms).slice(0, 50);
  }

  #room(roomUri: string): FakeRoom {
    const room = this.world.rooms.find((each) => each.conversation.room_uri === roomUri);
    if (room === undefined) {
      throw new Refused({ name: "NoSuchRoom", text: "This conversation is not on this device. Nothing was changed." });
    }
    return room;
  }

  #person(name: string): Person {
    const person = this.world.people.find((each) => each.handle === name || each.user_uri === name);
    if (person === undefined) {
      throw new Refused({ name: "NoSuchUser", text: `Nobody has the handle ${name}. Ask them how they write it.` });
    }
    return person;
  }

  #comparison(userUri: string): Comparison {
    const { digits = "", history = [] } = this.world.comparisons[userUri] ?? {};
    return { is: "comparison", person: this.#person(userUri), digits, history };
  }

  #text(room: FakeRoom, seq: number): string {
    const found = room.entries.find((each) => each.seq === seq);
    return found === undefined ? "" : words(found);
  }

  #account(): string {
    return this.world.accounts[0]?.account ?? "";
  }

  #me(): string {
    return this.world.accounts[0]?.user_uri ?? "";
  }

  /** A drawing that shows which file it stands for. */
  #picture(at: FileAt): ReadableStream<Uint8Array> | null {
    const canvas = new OffscreenCanvas(640, 400);
    const context = canvas.getContext("2d");
    if (context !== null) {
      const sky = context.createLinearGradient(0, 0, 0, 400);
      sky.addColorStop(0, "#9cc4d8");
      sky.addColorStop(1, "#f3e2c7");
      context.fillStyle = sky;
      context.fillRect(0, 0, 640, 400);
      context.fillStyle = "#3f6b5c";
      context.beginPath();
      context.moveTo(0, 400);
      for (let x = 0; x <= 640; x += 16) {
        context.lineTo(x, 280 + 60 * Math.sin(x / 90 + at.partIndex));
      }
      context.lineTo(640, 400);
      context.fill();
    }
    return new ReadableStream({
      async start(controller) {
        const blob = await canvas.convertToBlob();
        controller.enqueue(new Uint8Array(await blob.arrayBuffer()));
        controller.close();
      },
    });
  }
}

function words(said: Entry): string {
  return said.blocks.map((block) => block.runs.map((run) => run.text).join("")).join(" ");
}
