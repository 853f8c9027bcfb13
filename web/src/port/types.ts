// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0
// Written from src/privity/faces/app/port/ by `python -m privity.faces.app.port.typescript`; change it there.

/** Base64. */
export type Bytes = string;

/** Which accounts are here: `Accounts`. */
export interface Overview {
  do: "overview";
}

/** Open an account: `Done`. Fails with `WrongPassphrase`, and with `TooSoon` while one has to wait. */
export interface Unlock {
  do: "unlock";
  account: string;
  passphrase: string;
}

/** Drop the keys of one account, or of all (""): `Done`. */
export interface LockNow {
  do: "lock_now";
  account?: string;
}

/** A new account: `Created`. The same again goes on with one whose answer was lost. */
export interface Create {
  do: "create";
  account: string;
  hub: string;
  handle: string;
  passphrase: string;
  invite?: string;
}

/** Come back to an account with the recovery phrase: `Done`. Its other devices are dropped. */
export interface Restore {
  do: "restore";
  account: string;
  hub: string;
  handle: string;
  passphrase: string;
  phrase: string;
}

/** Make this a further device of an account: `LinkCode`; `LinkCheck` happens when the other device has answered. */
export interface BeginLink {
  do: "begin_link";
  account: string;
  hub: string;
  passphrase: string;
}

/** The digits are the same, or not: `Done`. */
export interface AnswerLink {
  do: "answer_link";
  account: string;
  same: boolean;
}

/** `ConversationList`. */
export interface Conversations {
  do: "conversations";
  account: string;
}

/** Entries of a conversation before `before` (the newest for None), or around `around`: `Entries`. */
export interface Page {
  do: "page";
  account: string;
  room_uri: string;
  before?: number | null;
  around?: number | null;
  limit?: number;
}

/** All of a long message, as it was written: `Text`. */
export interface FullText {
  do: "full_text";
  account: string;
  room_uri: string;
  seq: number;
}

/** The earlier versions of an edited message: `Versions`. */
export interface History {
  do: "history";
  account: string;
  room_uri: string;
  seq: number;
}

/** Who is in a conversation, and what it has agreed on: `RoomDetails`. */
export interface Details {
  do: "details";
  account: string;
  room_uri: string;
}

/** Send a text: `Sent` once the hub has it. `token` is any word of the page, by which it knows its own again. */
export interface SendText {
  do: "send_text";
  account: string;
  room_uri: string;
  text: string;
  token: string;
  in_reply_to?: Bytes | null;
  expires_s?: number | null;
}

/** `Sent`. */
export interface EditText {
  do: "edit_text";
  account: string;
  room_uri: string;
  message_id: Bytes;
  text: string;
}

/** Delete an own message for everyone: `Sent`. */
export interface Delete {
  do: "delete";
  account: string;
  room_uri: string;
  message_id: Bytes;
}

/** `Sent`. */
export interface React {
  do: "react";
  account: string;
  room_uri: string;
  message_id: Bytes;
  emoji: string;
}

/** Take an own reaction back: `Sent`. */
export interface TakeBack {
  do: "take_back";
  account: string;
  room_uri: string;
  message_id: Bytes;
  reaction_id: Bytes;
}

/** Send what a message says to other conversations: `Done`. One that was forwarded many times goes to one only. */
export interface Forward {
  do: "forward";
  account: string;
  room_uri: string;
  message_id: Bytes;
  to_room_uris: readonly string[];
}

/** Take a message out of this device's history, and of no other's: `Done`. */
export interface ForgetEntry {
  do: "forget_entry";
  account: string;
  room_uri: string;
  message_id: Bytes;
}

/** Report messages of one person to the desk: `Reported`. */
export interface Report {
  do: "report";
  account: string;
  room_uri: string;
  message_ids: readonly Bytes[];
  reason: string;
  note?: string;
}

/** Entries up to this one were on the screen: `Done`. */
export interface Seen {
  do: "seen";
  account: string;
  room_uri: string;
  seq: number;
}

/** Keep what is written and not sent: `Done`. Empty forgets it. */
export interface SaveDraft {
  do: "save_draft";
  account: string;
  room_uri: string;
  text: string;
}

/** `Done`. */
export interface SetMuted {
  do: "set_muted";
  account: string;
  room_uri: string;
  muted: boolean;
}

/** Put a conversation out of sight, or back: `Done`. */
export interface SetArchived {
  do: "set_archived";
  account: string;
  room_uri: string;
  archived: boolean;
}

/** Find words in the own history, in one conversation or in all (""): `Hits`. */
export interface Search {
  do: "search";
  account: string;
  text: string;
  room_uri?: string;
  limit?: number;
}

/** Who has exactly this handle: `PersonFound`. */
export interface FindPerson {
  do: "find_person";
  account: string;
  handle: string;
}

/** Somebody whom this device knows: `PersonFound`. */
export interface LookAt {
  do: "look_at";
  account: string;
  user_uri: string;
}

/** A direct conversation with a person: `Begun`. One that exists is given back. */
export interface Begin {
  do: "begin";
  account: string;
  user_uri: string;
}

/** `Begun`. */
export interface CreateGroup {
  do: "create_group";
  account: string;
  name?: string;
}

/** `Done`. */
export interface Rename {
  do: "rename";
  account: string;
  room_uri: string;
  name: string;
}

/** `Done`. */
export interface Invite {
  do: "invite";
  account: string;
  room_uri: string;
  user_uri: string;
}

/** `Done`. */
export interface Remove {
  do: "remove";
  account: string;
  room_uri: string;
  user_uri: string;
}

/** `Done`. */
export interface Leave {
  do: "leave";
  account: string;
  room_uri: string;
}

/** Agree to the policy that `RoomDetails.consent` showed: `Done`. */
export interface Agree {
  do: "agree";
  account: string;
  room_uri: string;
  policy_hash: Bytes;
}

/** Let new messages of a conversation disappear after so many seconds, 0 for never: `Done`. */
export interface DisappearAfter {
  do: "disappear_after";
  account: string;
  room_uri: string;
  seconds: number;
}

/** Whether others hear that their messages came, and were read: `ReceiptsShown`. */
export interface Receipts {
  do: "receipts";
  account: string;
}

/** `Done`. */
export interface SetReceipts {
  do: "set_receipts";
  account: string;
  delivered: boolean;
  read: boolean;
}

/** `Done`. */
export interface SetBlocked {
  do: "set_blocked";
  account: string;
  user_uri: string;
  blocked: boolean;
}

/** The digits to compare with a person, and what happened to their keys: `Comparison`. */
export interface SafetyNumber {
  do: "safety_number";
  account: string;
  user_uri: string;
}

/** The digits were compared in person and are the same, or that is taken back: `Done`. */
export interface SetChecked {
  do: "set_checked";
  account: string;
  user_uri: string;
  digits: string;
  checked: boolean;
}

/** The person was asked and has new keys: `Done`. */
export interface AcceptReset {
  do: "accept_reset";
  account: string;
  user_uri: string;
}

/** `DeviceList`. */
export interface Devices {
  do: "devices";
  account: string;
}

/** The code that a new device shows: `DeviceOffered`, with the digits to compare. */
export interface OfferDevice {
  do: "offer_device";
  account: string;
  code: string;
}

/** The digits are the same, or not: `Done` once the device is published. */
export interface AnswerOffer {
  do: "answer_offer";
  account: string;
  same: boolean;
}

/** `Done`. */
export interface RemoveDevice {
  do: "remove_device";
  account: string;
  client_uri: string;
}

/** Say no to a reset of the own account: `Done`. */
export interface CancelReset {
  do: "cancel_reset";
  account: string;
}

/** Who watches the hub's keys: `KeyLogShown`. */
export interface KeyLog {
  do: "key_log";
  account: string;
}

/** What the hub says that it keeps about this account: `KeptTables`. It is the hub's word. */
export interface Kept {
  do: "kept";
  account: string;
}

/** Everything that stands in these tables about this account, as JSON to save: `Text`. */
export interface KeptRows {
  do: "kept_rows";
  account: string;
}

/** From the page. Numbers are given by the page, each once in a connection. */
export interface Asked {
  number: number;
  request: Request;
}

/** It was done, and there is nothing else to say. */
export interface Done {
  is: "done";
}

/** Whether an account's keys are in memory. */
export type Lock = "locked" | "opening" | "open" | "unfinished";

/** One account of this home. `handle`, `hub` and what follows are empty while it is locked. */
export interface AccountShown {
  account: string;
  lock: Lock;
  wait_s: number;
  handle: string;
  user_uri: string;
  hub: string;
  connected: boolean;
  problem: string;
  unread: number;
  holds_account_key: boolean;
}

export interface Accounts {
  is: "accounts";
  accounts: readonly AccountShown[];
  version: string;
}

/** The recovery phrase. It is shown once; nothing keeps it. */
export interface Created {
  is: "created";
  phrase: string;
}

export interface LinkCode {
  is: "link_code";
  code: string;
}

/** How well the keys of a person are known. Shown in words and shape, never by colour alone. */
export type Trust = "checked" | "logged" | "unaudited";

/** A row of the list of conversations. */
export interface Conversation {
  room_uri: string;
  title: string;
  direct_with: string;
  trust: Trust;
  preview: string;
  last_ms: number;
  unread: number;
  muted: boolean;
  archived: boolean;
  draft: string;
  disappear_s: number;
  member: boolean;
  attention: string;
}

/** The newest first. */
export interface ConversationList {
  is: "conversation_list";
  conversations: readonly Conversation[];
}

export type EntryKind = "message" | "hidden" | "line";

export type EntryState = "shown" | "edited" | "deleted" | "expired";

export type BlockKind = "paragraph" | "heading" | "quote" | "item" | "code";

export type Emphasis = "strong" | "emphasis" | "strike" | "code";

/**
 * A stretch of text within a block. `url` makes it a link, `user_uri` a mention.
 *
 * `warning` says that a link's words name another place than it leads to.
 */
export interface Run {
  text: string;
  marks: readonly Emphasis[];
  url: string;
  warning: string;
  user_uri: string;
}

/** A paragraph of a message. `depth` counts the quotes and lists it stands in. */
export interface Block {
  kind: BlockKind;
  runs: readonly Run[];
  depth: number;
  number: number;
}

/** What a reply answers, in one line. `seq` is None when this device does not have it. */
export interface Quote {
  message_id: Bytes;
  seq: number | null;
  sender: string;
  text: string;
}

/** A file of a message. Its names are the sender's word. A picture can be asked for as a preview. */
export interface FileShown {
  part_index: number;
  filename: string;
  content_type: string;
  size: number;
  picture: boolean;
}

/** One emoji under a message. `mine` is the id of the own reaction, empty if there is none. */
export interface ReactionShown {
  emoji: string;
  user_uris: readonly string[];
  mine: Bytes;
}

/** How far an own message has come. */
export type Delivery = "sent" | "delivered" | "read";

/**
 * One entry of a conversation. `cut` says how many characters of the text are left out of `blocks`. `from_backup`:
 * nothing proves it but a backup of the person's own, so it cannot be reported.
 */
export interface Entry {
  seq: number;
  ts_ms: number;
  kind: EntryKind;
  sender: string;
  mine: boolean;
  message_id: Bytes;
  state: EntryState;
  blocks: readonly Block[];
  cut: number;
  quote: Quote | null;
  files: readonly FileShown[];
  reactions: readonly ReactionShown[];
  delivery: Delivery | null;
  expires_ms: number | null;
  forwarded: string;
  clock_differs: boolean;
  from_backup: boolean;
}

/** Something that was asked to be sent and is not at the hub yet. `token` is the one that came with the request. */
export interface Waiting {
  token: string;
  text: string;
}

/** In rising order. `earlier` and `later` say whether there are more on that side. */
export interface Entries {
  is: "entries";
  entries: readonly Entry[];
  earlier: boolean;
  later: boolean;
  waiting: readonly Waiting[];
}

export interface Text {
  is: "text";
  text: string;
}

export interface VersionShown {
  ts_ms: number;
  blocks: readonly Block[];
}

/** The oldest first. */
export interface Versions {
  is: "versions";
  versions: readonly VersionShown[];
}

/** Somebody as this device knows them. `handle` is empty where the hub has not told it. */
export interface Person {
  user_uri: string;
  handle: string;
  trust: Trust;
  me: boolean;
  blocked: boolean;
  attention: string;
}

/** A person in a conversation. */
export interface Member {
  person: Person;
  role: string;
  devices: number;
}

/** An account that keeps a copy of everything, as the conversation itself says. */
export interface Archive {
  person: Person;
  policy: string;
}

/** What changed in the policy of a conversation, and what to agree to. */
export interface Consent {
  text: string;
  policy_hash: Bytes;
}

export interface RoomDetails {
  is: "room_details";
  conversation: Conversation;
  members: readonly Member[];
  archives: readonly Archive[];
  consent: Consent | null;
  may_change: boolean;
}

export interface Sent {
  is: "sent";
  message_id: Bytes;
}

export interface Reported {
  is: "reported";
  receipt: string;
}

/** A message that was found. `before`, `match` and `after` are parts of its text. */
export interface Hit {
  room_uri: string;
  title: string;
  seq: number;
  ts_ms: number;
  sender: string;
  before: string;
  match: string;
  after: string;
}

/** The newest first. */
export interface Hits {
  is: "hits";
  hits: readonly Hit[];
}

export interface PersonFound {
  is: "person_found";
  person: Person;
}

export interface Begun {
  is: "begun";
  room_uri: string;
}

export interface KeyEvent {
  at_ms: number | null;
  text: string;
}

export interface Comparison {
  is: "comparison";
  person: Person;
  digits: string;
  history: readonly KeyEvent[];
}

/** A device of the own account. */
export interface DeviceShown {
  client_uri: string;
  added_ms: number;
  this: boolean;
}

export interface DeviceList {
  is: "device_list";
  devices: readonly DeviceShown[];
  can_change: boolean;
  reset_until_ms: number | null;
}

export interface DeviceOffered {
  is: "device_offered";
  check: string;
}

/** Somebody who watches the key log. `cosigned_ms` is None when they have not cosigned the newest checkpoint. */
export interface WitnessShown {
  name: string;
  audits: boolean;
  cosigned_ms: number | null;
}

export interface KeyLogShown {
  is: "key_log_shown";
  origin: string;
  size: number;
  newest_ms: number | null;
  audited: boolean;
  witnesses: readonly WitnessShown[];
  quorum: number;
  alarm: string;
}

/** One table of the hub: what it is for, who reads it, for how long, and how many rows are about this account. */
export interface KeptTable {
  name: string;
  what: string;
  readers: readonly string[];
  kept: string;
  rows: number;
}

export interface KeptTables {
  is: "kept_tables";
  tables: readonly KeptTable[];
}

export interface ReceiptsShown {
  is: "receipts_shown";
  delivered: boolean;
  read: boolean;
}

export interface Answered {
  kind: "answered";
  number: number;
  result: Result;
}

/** Why something was not done: the name of the error, and a sentence that says what is safe and what to do. */
export interface Problem {
  name: string;
  text: string;
}

export interface Failed {
  kind: "failed";
  number: number;
  problem: Problem;
}

export interface AccountChanged {
  event: "account_changed";
  account: AccountShown;
}

/** It is no longer in this home: a registration that was refused, say. */
export interface AccountGone {
  event: "account_gone";
  account: string;
}

export interface ConversationChanged {
  event: "conversation_changed";
  account: string;
  conversation: Conversation;
}

export interface ConversationGone {
  event: "conversation_gone";
  account: string;
  room_uri: string;
}

/** A new entry, or another state of one. */
export interface EntryChanged {
  event: "entry_changed";
  account: string;
  room_uri: string;
  entry: Entry;
}

/** An entry that the person took out of this device's history. */
export interface EntryGone {
  event: "entry_gone";
  account: string;
  room_uri: string;
  seq: number;
}

/** What is not at the hub yet, all of it. */
export interface WaitingChanged {
  event: "waiting_changed";
  account: string;
  room_uri: string;
  waiting: readonly Waiting[];
}

/** The other device has answered: the digits that both must show. */
export interface LinkCheck {
  event: "link_check";
  account: string;
  check: string;
  handle: string;
}

/** A link that came to nothing, and why. */
export interface LinkEnded {
  event: "link_ended";
  account: string;
  text: string;
}

/** How far a file on its way has come, in bytes. `token` is the one that came with it. */
export interface Progress {
  event: "progress";
  account: string;
  token: string;
  done: number;
  total: number;
}

/** A sentence for the person. `alarm` is one that stays until it was read. */
export interface Told {
  event: "told";
  account: string;
  text: string;
  alarm: boolean;
}

export interface Happened {
  kind: "happened";
  event: Event;
}

/** Everything the page can ask for. */
export type Request =
  | Overview
  | Unlock
  | LockNow
  | Create
  | Restore
  | BeginLink
  | AnswerLink
  | Conversations
  | Page
  | FullText
  | History
  | Details
  | SendText
  | EditText
  | Delete
  | React
  | TakeBack
  | Forward
  | ForgetEntry
  | Report
  | Seen
  | SaveDraft
  | SetMuted
  | SetArchived
  | Search
  | FindPerson
  | LookAt
  | Begin
  | CreateGroup
  | Rename
  | Invite
  | Remove
  | Leave
  | Agree
  | DisappearAfter
  | Receipts
  | SetReceipts
  | SetBlocked
  | SafetyNumber
  | SetChecked
  | AcceptReset
  | Devices
  | OfferDevice
  | AnswerOffer
  | RemoveDevice
  | CancelReset
  | KeyLog
  | Kept
  | KeptRows;

/** Everything that can come back. */
export type Result =
  | Done
  | Accounts
  | Created
  | LinkCode
  | ConversationList
  | Entries
  | Text
  | Versions
  | RoomDetails
  | Sent
  | Reported
  | Hits
  | PersonFound
  | Begun
  | Comparison
  | DeviceList
  | DeviceOffered
  | KeyLogShown
  | KeptTables
  | ReceiptsShown;

/** Everything that can happen. */
export type Event =
  | AccountChanged
  | AccountGone
  | ConversationChanged
  | ConversationGone
  | EntryChanged
  | EntryGone
  | WaitingChanged
  | LinkCheck
  | LinkEnded
  | Progress
  | Told;

/** Everything that the page receives. */
export type ToPage =
  | Answered
  | Failed
  | Happened;

/** What each request is answered with. */
export interface Answers {
  accept_reset: Done;
  agree: Done;
  answer_link: Done;
  answer_offer: Done;
  begin: Begun;
  begin_link: LinkCode;
  cancel_reset: Done;
  conversations: ConversationList;
  create: Created;
  create_group: Begun;
  delete: Sent;
  details: RoomDetails;
  devices: DeviceList;
  disappear_after: Done;
  edit_text: Sent;
  find_person: PersonFound;
  forget_entry: Done;
  forward: Done;
  full_text: Text;
  history: Versions;
  invite: Done;
  kept: KeptTables;
  kept_rows: Text;
  key_log: KeyLogShown;
  leave: Done;
  lock_now: Done;
  look_at: PersonFound;
  offer_device: DeviceOffered;
  overview: Accounts;
  page: Entries;
  react: Sent;
  receipts: ReceiptsShown;
  remove: Done;
  remove_device: Done;
  rename: Done;
  report: Reported;
  restore: Done;
  safety_number: Comparison;
  save_draft: Done;
  search: Hits;
  seen: Done;
  send_text: Sent;
  set_archived: Done;
  set_blocked: Done;
  set_checked: Done;
  set_muted: Done;
  set_receipts: Done;
  take_back: Sent;
  unlock: Done;
}

export type AnswerTo<R extends Request> = Answers[R["do"]];
