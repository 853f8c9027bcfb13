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

/** Who has said nothing is treated as a minor (`policy.age`). */
export type AgeBand = "unknown" | "minor" | "adult";

/** A new account: `Created`. The same again goes on with one whose answer was lost. */
export interface Create {
  do: "create";
  account: string;
  hub: string;
  handle: string;
  passphrase: string;
  invite?: string;
  age?: AgeBand;
  listed?: boolean;
}

/**
 * Come back to an account with the recovery phrase: `Done`. Its other devices are dropped.
 *
 * `backup` names one that was brought: it is checked before anything else, and then comes in as an errand.
 */
export interface Restore {
  do: "restore";
  account: string;
  hub: string;
  handle: string;
  passphrase: string;
  phrase: string;
  backup?: string;
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

/**
 * Tell the desk: `Reported`. `subject` says about what.
 *
 * `messages`: those of one person, in a conversation. `person`, `profile`: `user_uri`. `room`: the conversation.
 * `invitation`: who asks for contact, or invites or brought one into `room_uri`; `leave` then says no to it.
 * `block` blocks the person too, `leave` leaves the conversation too, once the report is with the desk.
 */
export interface Report {
  do: "report";
  account: string;
  subject: string;
  reason: string;
  note?: string;
  room_uri?: string;
  user_uri?: string;
  message_ids?: readonly Bytes[];
  as_moderator?: boolean;
  block?: boolean;
  leave?: boolean;
}

/** What this account reported and what became of it: `ReportsShown`. */
export interface Reports {
  do: "reports";
  account: string;
}

/** Where the account stands: `StandingShown`. The hub is asked; where it does not answer, it is what is known. */
export interface Standing {
  do: "standing";
  account: string;
}

/**
 * Disagree with a decision (`about` is `decision`), with what became of a report (`report`), or with a legal
 * request for data of this account (`objection`): `Appealed`.
 */
export interface Appeal {
  do: "appeal";
  account: string;
  about: string;
  reference: string;
  text: string;
}

/** The person has read what to think of with somebody new, and need not be told again: `Done`. */
export interface HeedStranger {
  do: "heed_stranger";
  account: string;
  user_uri: string;
}

/** Who would get a report of somebody in a conversation: `ModeratorsShown`. */
export interface RoomModerators {
  do: "room_moderators";
  account: string;
  room_uri: string;
  user_uri?: string;
}

/**
 * Tell those who look after a conversation about messages of one person, or about a person: `Reported`.
 *
 * `may_name`: they may name whoever reports if they pass it on. `block` and `leave` are what `Report` says of them.
 */
export interface ReportToRoom {
  do: "report_to_room";
  account: string;
  room_uri: string;
  user_uri: string;
  reason: string;
  note?: string;
  message_ids?: readonly Bytes[];
  may_name?: boolean;
  block?: boolean;
  leave?: boolean;
}

/** Report to the desk, too, what this account reported to those who look after the conversation: `PassedOn`. */
export interface TakeToDesk {
  do: "take_to_desk";
  account: string;
  report_id: string;
}

/** What came to this account of one conversation: `RoomReportsShown`. */
export interface RoomReports {
  do: "room_reports";
  account: string;
  room_uri: string;
}

/** Something was done about a report, or there is nothing to do: `Done`. */
export interface SettleRoomReport {
  do: "settle_room_report";
  account: string;
  report_id: string;
  how: string;
}

/** Hand a report on to the desk: `PassedOn`. */
export interface PassOnRoomReport {
  do: "pass_on_room_report";
  account: string;
  report_id: string;
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

/** `Begun`. `post_quantum` holds for as long as the group lasts. */
export interface CreateGroup {
  do: "create_group";
  account: string;
  name?: string;
  post_quantum?: boolean;
}

/** `Done`. */
export interface Rename {
  do: "rename";
  account: string;
  room_uri: string;
  name: string;
}

/** Add a contact to a group at once, and invite anybody else: `Invited`. */
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

/** Whether others hear that their messages came, and were read, and see that one writes: `ReceiptsShown`. */
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
  typing: boolean;
}

/** The person writes in a conversation just now: `Done`. It is told to the others at most every six seconds. */
export interface SayTyping {
  do: "say_typing";
  account: string;
  room_uri: string;
}

/** A text as a QR code: `QrCode`. Fails with `TooLongToDraw`. */
export interface DrawQr {
  do: "draw_qr";
  text: string;
}

/** A new conversation in place of one that cannot go on, with its name and people: `BegunAgain`. */
export interface BeginAgain {
  do: "begin_again";
  account: string;
  room_uri: string;
}

/** Make somebody an `admin`, a `moderator` or a `member`, as `Member.can_give` offers: `Done`. */
export interface GiveRole {
  do: "give_role";
  account: string;
  room_uri: string;
  user_uri: string;
  role: string;
}

/** Take somebody out for good: `Done`. */
export interface Ban {
  do: "ban";
  account: string;
  room_uri: string;
  user_uri: string;
}

/** `Done`. */
export interface Unban {
  do: "unban";
  account: string;
  room_uri: string;
  user_uri: string;
}

/** A link into a group that works for so many days: `LinkMade`. `asks`: each who comes is to be let in by a yes. */
export interface MakeLink {
  do: "make_link";
  account: string;
  room_uri: string;
  asks: boolean;
  days: number;
}

/** `Done`. */
export interface RevokeLink {
  do: "revoke_link";
  account: string;
  room_uri: string;
  link_id: Bytes;
}

/** Let in somebody who asks, or turn them away: `Done`. */
export interface AnswerKnock {
  do: "answer_knock";
  account: string;
  room_uri: string;
  user_uri: string;
  yes: boolean;
}

/** What a link says, before anybody hears of it: `LinkSeen`. */
export interface LookAtLink {
  do: "look_at_link";
  account: string;
  text: string;
}

/** Ask to come in: `Done` once those in charge can hear of it. */
export interface JoinByLink {
  do: "join_by_link";
  account: string;
  text: string;
}

/** Where this account asked to come in, and waits: `KnockingShown`. */
export interface Knocking {
  do: "knocking";
  account: string;
}

/** Wait no longer: `Done`. */
export interface TakeKnockBack {
  do: "take_knock_back";
  account: string;
  room_uri: string;
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

/** Whether the account ends: `ClosingShown`. `CancelReset` says no to it. */
export interface Closing {
  do: "closing";
  account: string;
}

/**
 * End the account: `ClosingShown`. At once by the recovery phrase, without one in 72 hours.
 *
 * `handle` is typed by the person, who means this account and no other.
 */
export interface CloseAccount {
  do: "close_account";
  account: string;
  handle: string;
  phrase?: string;
}

/**
 * Take a link back that has not ended, and what this machine keeps of it: `Done`. The other device hears a no.
 *
 * The passphrase is needed where the program was started anew meanwhile.
 */
export interface ForgetLink {
  do: "forget_link";
  account: string;
  passphrase?: string;
}

/** `ErrandIs`. */
export interface LookAtErrand {
  do: "look_at_errand";
  account: string;
}

/** End an errand, and drop what it has made and nobody fetched: `Done`. */
export interface StopErrand {
  do: "stop_errand";
  account: string;
  number: number;
}

/** Whether this device can make backups without hearing the recovery phrase once: `BackupKeyShown`. */
export interface BackupKey {
  do: "backup_key";
  account: string;
}

/** `ErrandIs`. `phrase` is for a device that never heard it. */
export interface MakeBackup {
  do: "make_backup";
  account: string;
  phrase?: string;
}

/** Bring a backup of this account into this device: `ErrandIs`. */
export interface BringBack {
  do: "bring_back";
  account: string;
  brought: string;
  phrase: string;
}

export type ExportForm = "html" | "json";

/** Write these conversations, all for none named, as a ZIP file: `ErrandIs`. `fetch` asks the hub for files too. */
export interface Export {
  do: "export";
  account: string;
  form: ExportForm;
  room_uris?: readonly string[];
  fetch?: boolean;
}

/** Take an export in, apart from all conversations: `ErrandIs`. */
export interface Import {
  do: "import";
  account: string;
  brought: string;
}

/** Pass everything on to another device of the account once it asks: `ErrandIs`. */
export interface GiveHistory {
  do: "give_history";
  account: string;
  client_uri: string;
}

/** Ask the other devices of the account for everything, and wait for it: `ErrandIs`. */
export interface TakeHistory {
  do: "take_history";
  account: string;
}

/** `ImportedList`. */
export interface ImportedConversations {
  do: "imported_conversations";
  account: string;
}

/** Entries of one behind the first `after`: `ImportedEntries`. */
export interface ReadImported {
  do: "read_imported";
  account: string;
  number: number;
  after?: number;
}

/** `Done`. */
export interface RemoveImported {
  do: "remove_imported";
  account: string;
  number: number;
}

/**
 * What would be handed over: `DisclosureShown`. With `message_ids` these messages, or with `range` all from the
 * first to the last of them; without, the whole conversation.
 */
export interface LookAtDisclosure {
  do: "look_at_disclosure";
  account: string;
  room_uri: string;
  message_ids?: readonly Bytes[];
  range?: boolean;
}

/** Make it as a ZIP file, or encrypted to an age key: `ErrandIs`. The last three say what the hub is asked for. */
export interface Disclose {
  do: "disclose";
  account: string;
  room_uri: string;
  message_ids?: readonly Bytes[];
  range?: boolean;
  recipient: string;
  purpose: string;
  statement?: string;
  age_key?: string;
  fetch?: boolean;
  keys?: boolean;
  attestation?: boolean;
}

/** Contacts, and everything that waits for a yes or a no: `ContactsShown`. */
export interface Contacts {
  do: "contacts";
  account: string;
}

/** Ask somebody for contact, by handle or user URI: `ContactAsked`. */
export interface AskContact {
  do: "ask_contact";
  account: string;
  target: string;
}

/** Do not wait for the work that the hub asks for (`AccountShown.work`): `Done`. What it was for is refused then. */
export interface StopWork {
  do: "stop_work";
  account: string;
}

/** `Done`. */
export interface TakeBackAsk {
  do: "take_back_ask";
  account: string;
  target: string;
}

/** `Done`. */
export interface AcceptContact {
  do: "accept_contact";
  account: string;
  user_uri: string;
}

/** `Done`. They are not told. */
export interface DeclineContact {
  do: "decline_contact";
  account: string;
  user_uri: string;
}

/** `Done`. They are not told. */
export interface EndContact {
  do: "end_contact";
  account: string;
  user_uri: string;
}

/** Show nothing of a person, or show it again, on all devices of this account: `Done`. They are not told. */
export interface SetFrozen {
  do: "set_frozen";
  account: string;
  user_uri: string;
  frozen: boolean;
}

/** What a one-time code is for. */
export type Purpose = "contact" | "guardian";

/** A code that works once, for somebody who is in the same room: `CodeMade`. */
export interface MakeCode {
  do: "make_code";
  account: string;
  purpose: Purpose;
}

/** Whose code this is: `CodeOf`. */
export interface LookCode {
  do: "look_code";
  account: string;
  code: string;
}

/** Meet whoever made the code, or take them as guardian: `Done`. Their device answers, and only then it counts. */
export interface UseCode {
  do: "use_code";
  account: string;
  code: string;
  purpose: Purpose;
}

/** `Done`. */
export interface AnswerInvitation {
  do: "answer_invitation";
  account: string;
  room_uri: string;
  accept: boolean;
}

/** Come into a conversation that one was added to, or leave it unread: `Done`. */
export interface AnswerHeld {
  do: "answer_held";
  account: string;
  room_uri: string;
  stay: boolean;
}

/** What the person has not put away in a conversation: `WarningsShown`. */
export interface Warnings {
  do: "warnings";
  account: string;
  room_uri: string;
}

/** This one about this person is not shown again: `Done`. */
export interface PutWarningAway {
  do: "put_warning_away";
  account: string;
  user_uri: string;
  script: string;
}

/** `ProtectionShown`. */
export interface Protection {
  do: "protection";
  account: string;
}

/** For this device alone; nobody else can: `Done`. */
export interface SetProtection {
  do: "set_protection";
  account: string;
  warns: boolean;
  covers_all: boolean;
}

/** How the person knows somebody: `Acquaintance`. */
export interface HowKnown {
  do: "how_known";
  account: string;
  user_uri: string;
}

/** On how many of the person's devices it is so, whom they froze and what they put away: `HoldsShown`. */
export interface HoldsWhere {
  do: "holds_where";
  account: string;
}

/** `OwnProfileShown`. */
export interface OwnProfile {
  do: "own_profile";
  account: string;
}

/** All of the own profile anew: `Done`. The picture is made anew before it goes out. */
export interface PutProfile {
  do: "put_profile";
  account: string;
  name: string;
  bio: string;
  picture: Bytes | null;
  listed: boolean;
}

/** `ProfileShown`. */
export interface ProfileOf {
  do: "profile_of";
  account: string;
  user_uri: string;
}

/** Say another age: `AgeSet`. A minor who says adult asks a guardian or the operator to decide. */
export interface SetAge {
  do: "set_age";
  account: string;
  band: AgeBand;
}

/** Agree that a ward is asked by somebody, or not: `Done`. */
export interface Vouch {
  do: "vouch";
  account: string;
  ward_uri: string;
  user_uri: string;
  agree: boolean;
}

/** Watch over a ward no longer: `Done`. */
export interface EndGuardianship {
  do: "end_guardianship";
  account: string;
  ward_uri: string;
}

/** How old a ward is, and from which day on an adult: `Done`. With the band `adult` the guardianship ends. */
export interface SetWardAge {
  do: "set_ward_age";
  account: string;
  ward_uri: string;
  band: AgeBand;
  adult_from_ms?: number | null;
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

/** The hub asks for work before the person begins something with a stranger; the device has done so many parts. */
export interface WorkShown {
  done: number;
  parts: number;
  left_s: number;
}

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
  standing: string;
  standing_until_ms: number | null;
  work: WorkShown | null;
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
  stranger: boolean;
  trust: Trust;
  preview: string;
  last_ms: number;
  unread: number;
  mentions: number;
  muted: boolean;
  archived: boolean;
  frozen: boolean;
  draft: string;
  disappear_s: number;
  knocks: number;
  reports: number;
  member: boolean;
  attention: string;
  continues: string;
  continued_in: string;
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
  deleted_by: string;
  deleted_as: string;
  forwarded: string;
  clock_differs: boolean;
  from_backup: boolean;
  cautions: readonly string[];
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
  contact: boolean;
  frozen: boolean;
  attention: string;
}

/** A person in a conversation. */
export interface Member {
  person: Person;
  role: string;
  devices: number;
  can_give: readonly string[];
  can_take_out: boolean;
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

/** A link into a group. `asks`: somebody in charge says yes or no to whoever comes by it. */
export interface RoomLink {
  link_id: Bytes;
  text: string;
  asks: boolean;
  expires_ms: number;
  maker: Person;
}

export interface RoomDetails {
  is: "room_details";
  conversation: Conversation;
  members: readonly Member[];
  archives: readonly Archive[];
  consent: Consent | null;
  may_change: boolean;
  may_name: boolean;
  may_delete: boolean;
  banned: readonly Person[];
  links: readonly RoomLink[];
  knocks: readonly Person[];
  may_begin_again: boolean;
  post_quantum: boolean;
}

export interface Sent {
  is: "sent";
  message_id: Bytes;
}

/**
 * Where else one finds help: a sentence, with an address where there is one. `by_server`: the person's own server
 * names it, and nobody else.
 */
export interface HelpShown {
  text: string;
  url: string;
  by_server: boolean;
}

/** `undone` says in a sentence what was asked for beside the report and could not be done. */
export interface Reported {
  is: "reported";
  receipt: string;
  help: readonly HelpShown[];
  undone: string;
}

/** What the desk said, and when. */
export interface LineShown {
  at_ms: number;
  text: string;
}

/**
 * What the person said to a decision or an outcome, and what the desk says of that. `from_backup`: a backup alone
 * says so.
 */
export interface AppealShown {
  at_ms: number;
  text: string;
  lines: readonly LineShown[];
  from_backup: boolean;
}

/**
 * A report of this account. `subject` is empty where another device made it, and then nothing is known but what the
 * desk said. `open` says whether the person can ask for another look at it now. `to_room`: it went to those who look
 * after the conversation and not to the desk; `desk_receipt` is that of the desk where it went there too, later.
 */
export interface ReportShown {
  receipt: string;
  at_ms: number;
  subject: string;
  reason: string;
  person: Person | null;
  title: string;
  messages: number;
  lines: readonly LineShown[];
  appeal: AppealShown | null;
  open: boolean;
  to_room: boolean;
  desk_receipt: string;
  from_backup: boolean;
}

/** The newest first. */
export interface ReportsShown {
  is: "reports_shown";
  reports: readonly ReportShown[];
}

/**
 * What was decided about this account, and why: `kind` is `decided`, `undone` or `appeal`. Or what an authority
 * asked for of it (`legal_request`), and what became of an objection (`legal_answer`). `open` says whether the person
 * can appeal against it, or object to it, now.
 */
export interface StatementShown {
  reference: string;
  kind: string;
  at_ms: number;
  action: string;
  policy: string;
  text: string;
  until_ms: number | null;
  appeal_until_ms: number | null;
  appeal: AppealShown | null;
  open: boolean;
}

/**
 * `state` is `good`, `limited`, `suspended` or `banned`; `challenged_until_ms`: until then a device works a little
 * before the person begins something with a stranger. `known`: the hub has said so just now. `help`: where else
 * there is help, where an authority asked for something.
 */
export interface StandingShown {
  is: "standing_shown";
  state: string;
  until_ms: number | null;
  reference: string;
  hidden: boolean;
  challenged_until_ms: number | null;
  known: boolean;
  statements: readonly StatementShown[];
  help: readonly HelpShown[];
}

export interface Appealed {
  is: "appealed";
  receipt: string;
}

/** Nobody, where none of them can take it: then the desk alone does. */
export interface ModeratorsShown {
  is: "moderators_shown";
  people: readonly Person[];
}

/** How a reported message stands on this device. Shown in words, marks and shapes that never look alike. */
export type Proof = "seen" | "franked" | "unproven";

/** A reported message, as it was written. `files` are known where this device has the message itself. */
export interface ReportedShown {
  message_id: Bytes;
  proof: Proof;
  blocks: readonly Block[];
  cut: number;
  files: readonly FileShown[];
  version: boolean;
  gone: boolean;
  can_delete: boolean;
}

/**
 * A report that came to this account. `state` is `waiting` or `done`, and `how` says what was done: `deleted`,
 * `removed`, `banned`, `passed on` or `nothing to do`.
 */
export interface RoomReportShown {
  report_id: string;
  room_uri: string;
  title: string;
  reporter: Person;
  accused: Person | null;
  here: boolean;
  can_take_out: boolean;
  reason: string;
  note: string;
  at_ms: number;
  may_name: boolean;
  messages: readonly ReportedShown[];
  state: string;
  how: string;
}

/** The newest first. */
export interface RoomReportsShown {
  is: "room_reports_shown";
  reports: readonly RoomReportShown[];
}

/** The receipt of the desk. */
export interface PassedOn {
  is: "passed_on";
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

/** The newest first. `more`: there may be older ones; a higher `limit` shows some of them, up to 200. */
export interface Hits {
  is: "hits";
  hits: readonly Hit[];
  more: boolean;
}

export interface PersonFound {
  is: "person_found";
  person: Person;
}

export interface Begun {
  is: "begun";
  room_uri: string;
}

/** Somebody of the old conversation who is not in the new one, and why. */
export interface LeftOut {
  person: Person;
  why: string;
}

export interface BegunAgain {
  is: "begun_again";
  room_uri: string;
  asked: readonly Person[];
  left_out: readonly LeftOut[];
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

/** `closing_until_ms` is when the account is closed, as one of its devices asked; `CancelReset` says no to it. */
export interface DeviceList {
  is: "device_list";
  devices: readonly DeviceShown[];
  reset_until_ms: number | null;
  closing_until_ms: number | null;
}

export interface DeviceOffered {
  is: "device_offered";
  check: string;
  client_uri: string;
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

export interface LinkMade {
  is: "link_made";
  link: RoomLink;
}

/** `name` is the word of whoever made the link. `here`: this account is in that conversation already. */
export interface LinkSeen {
  is: "link_seen";
  room_uri: string;
  name: string;
  hub: string;
  expires_ms: number;
  here: boolean;
}

/** Where this account asked to come in, and waits. `name` is what the link said. */
export interface KnockingAt {
  room_uri: string;
  name: string;
  at_ms: number;
}

/** The latest first. */
export interface KnockingShown {
  is: "knocking_shown";
  at: readonly KnockingAt[];
}

export interface ReceiptsShown {
  is: "receipts_shown";
  delivered: boolean;
  read: boolean;
  typing: boolean;
}

/** The rows of the code with its quiet border, `1` for each dark square. */
export interface QrCode {
  is: "qr_code";
  rows: readonly string[];
}

/** `until_ms` is when it is closed unless somebody says no, None where nobody has asked for it. */
export interface ClosingShown {
  is: "closing_shown";
  until_ms: number | null;
  closed: boolean;
  may_ask: boolean;
}

export type ErrandKind = "backup" | "restore" | "export" | "import" | "give_history" | "take_history" | "disclosure";

export type ErrandState = "under_way" | "ready" | "done" | "failed" | "stopped";

/** `done` and `total` are bytes, and both 0 while it waits. `text` is what came of it, or why nothing did. */
export interface ErrandShown {
  number: number;
  kind: ErrandKind;
  state: ErrandState;
  done: number;
  total: number;
  began_ms: number;
  text: string;
  filename: string;
}

/** The last errand of the account, None before the first. */
export interface ErrandIs {
  is: "errand_is";
  errand: ErrandShown | null;
}

export interface BackupKeyShown {
  is: "backup_key_shown";
  known: boolean;
}

/** What the page has brought is here under this name, for one errand. */
export interface Brought {
  is: "brought";
  name: string;
}

/** `of` is who the export says it belonged to. */
export interface ImportedConversation {
  number: number;
  title: string;
  of: string;
  exported_ms: number;
  imported_ms: number;
  entries: number;
}

export interface ImportedList {
  is: "imported_list";
  conversations: readonly ImportedConversation[];
}

/** `line` is no message. `files` are names of files, which stayed where the export is. */
export interface ImportedEntry {
  ts_ms: number;
  name: string;
  text: string;
  mine: boolean;
  line: boolean;
  files: readonly string[];
}

/** In the order of the export. `later` says whether there are more. */
export interface ImportedEntries {
  is: "imported_entries";
  entries: readonly ImportedEntry[];
  later: boolean;
}

/** `people` wrote what is in it, `others` are named in what proves it; this account is in neither. */
export interface DisclosureShown {
  is: "disclosure_shown";
  messages: number;
  left_out: number;
  own: number;
  people: readonly Person[];
  others: readonly Person[];
}

/**
 * Messages of somebody new look like a script of extortion or fraud; `seq` is the one that completes it. `reason`
 * is what a report of it would be about.
 */
export interface WarningShown {
  user_uri: string;
  script: string;
  seq: number;
  text: string;
  help: readonly HelpShown[];
  reason: string;
}

/** The worst first. `frozen_help` is what helps against somebody whom the person froze there. */
export interface WarningsShown {
  is: "warnings_shown";
  warnings: readonly WarningShown[];
  frozen_help: readonly HelpShown[];
}

/** `warns`: of scripts of extortion. `covers_all`: pictures of contacts are covered as those of strangers are. */
export interface ProtectionShown {
  is: "protection_shown";
  warns: boolean;
  covers_all: boolean;
}

/** One thing that this device knows of somebody. `careful`: it gives reason to ask them in another way. */
export interface KnownLine {
  text: string;
  careful: boolean;
}

export interface Acquaintance {
  is: "acquaintance";
  lines: readonly KnownLine[];
}

/** As far as this device has heard, in a sentence. */
export interface HoldsShown {
  is: "holds_shown";
  text: string;
}

/** `added`: the person is in it. Otherwise they may be asked; it is not told whether they are. */
export interface Invited {
  is: "invited";
  added: boolean;
}

/**
 * How old the hub takes somebody to be, and from when on as an adult. `review`: they asked to be an adult, and
 * nobody has decided.
 */
export interface AgeShown {
  band: AgeBand;
  adult_from_ms: number | null;
  review: boolean;
}

/** Somebody with whom the account may talk. `how` is `asked`, `met`, `vouched` or `before`. */
export interface ContactShown {
  person: Person;
  name: string;
  since_ms: number;
  how: string;
}

/**
 * Somebody's profile, as they wrote it: it proves nothing, so their handle stands beside their name. `picture` says
 * whether there can be one; it is fetched beside the port. `since_ms` is the day on which the account was made.
 */
export interface Card {
  user_uri: string;
  handle: string;
  name: string;
  bio: string;
  picture: boolean;
  since_ms: number;
}

/** Somebody who would like contact. `mutual` are contacts that both have. */
export interface WishShown {
  card: Card;
  mutual: number;
  asked_ms: number;
  guardian: boolean;
}

/** Somebody whom the account asked for, and of whom nothing came yet. Whether anybody saw it is not known. */
export interface AskedShown {
  target: string;
  asked_ms: number;
}

/** Somebody invites the account to a group of `people`, among them `contacts`. */
export interface InvitationShown {
  room_uri: string;
  card: Card;
  people: number;
  contacts: readonly string[];
}

/** A conversation that somebody added the account to, and that it has not entered. `contacts` are among `people`. */
export interface HeldShown {
  room_uri: string;
  added_by: string;
  people: readonly string[];
  contacts: readonly string[];
}

/** A minor whom the account watches over: who asks for them, and nothing that they say. */
export interface WardShown {
  user_uri: string;
  handle: string;
  age: AgeShown;
  asks: readonly WishShown[];
}

/** Somebody who watches over the account; `pending` while another guardian has to agree first. */
export interface GuardianShown {
  user_uri: string;
  handle: string;
  pending: boolean;
}

export interface ContactsShown {
  is: "contacts_shown";
  age: AgeShown;
  contacts: readonly ContactShown[];
  requests: readonly WishShown[];
  asked: readonly AskedShown[];
  invitations: readonly InvitationShown[];
  held: readonly HeldShown[];
  wards: readonly WardShown[];
  guardians: readonly GuardianShown[];
  covers_all: boolean;
}

/** `connected`: they had asked too, and both are contacts. Otherwise nobody says whether there is such a person. */
export interface ContactAsked {
  is: "contact_asked";
  connected: boolean;
}

/** `code` is in groups of letters; nothing keeps it but this device. */
export interface CodeMade {
  is: "code_made";
  code: string;
  expires_ms: number;
}

export interface CodeOf {
  is: "code_of";
  user_uri: string;
  handle: string;
  purpose: Purpose;
}

export interface OwnProfileShown {
  is: "own_profile_shown";
  name: string;
  bio: string;
  picture: Bytes | null;
  listed: boolean;
}

export interface ProfileShown {
  is: "profile_shown";
  card: Card;
}

export interface AgeSet {
  is: "age_set";
  age: AgeShown;
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

/** Somebody else writes there. It is shown for `lasts_ms`, or until they have said something. */
export interface TypingShown {
  event: "typing_shown";
  account: string;
  room_uri: string;
  user_uri: string;
  lasts_ms: number;
}

export interface ErrandChanged {
  event: "errand_changed";
  account: string;
  errand: ErrandShown;
}

/** What `Contacts` answers is another now. */
export interface ContactsChanged {
  event: "contacts_changed";
  account: string;
}

/** On another device the person froze somebody, put a warning away, or took that back: what is open is another. */
export interface ChoicesChanged {
  event: "choices_changed";
  account: string;
}

/** What `Reports` and `Standing` answer is another now. */
export interface SafetyChanged {
  event: "safety_changed";
  account: string;
}

/** What `RoomReports` answers for a conversation is another now. */
export interface RoomReportsChanged {
  event: "room_reports_changed";
  account: string;
  room_uri: string;
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
  | Reports
  | Standing
  | Appeal
  | HeedStranger
  | RoomModerators
  | ReportToRoom
  | TakeToDesk
  | RoomReports
  | SettleRoomReport
  | PassOnRoomReport
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
  | SayTyping
  | DrawQr
  | BeginAgain
  | GiveRole
  | Ban
  | Unban
  | MakeLink
  | RevokeLink
  | AnswerKnock
  | LookAtLink
  | JoinByLink
  | Knocking
  | TakeKnockBack
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
  | KeptRows
  | Closing
  | CloseAccount
  | ForgetLink
  | LookAtErrand
  | StopErrand
  | BackupKey
  | MakeBackup
  | BringBack
  | Export
  | Import
  | GiveHistory
  | TakeHistory
  | ImportedConversations
  | ReadImported
  | RemoveImported
  | LookAtDisclosure
  | Disclose
  | Contacts
  | AskContact
  | StopWork
  | TakeBackAsk
  | AcceptContact
  | DeclineContact
  | EndContact
  | SetFrozen
  | MakeCode
  | LookCode
  | UseCode
  | AnswerInvitation
  | AnswerHeld
  | Warnings
  | PutWarningAway
  | Protection
  | SetProtection
  | HowKnown
  | HoldsWhere
  | OwnProfile
  | PutProfile
  | ProfileOf
  | SetAge
  | Vouch
  | EndGuardianship
  | SetWardAge;

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
  | ReportsShown
  | StandingShown
  | Appealed
  | ModeratorsShown
  | RoomReportsShown
  | PassedOn
  | Hits
  | PersonFound
  | Begun
  | BegunAgain
  | Comparison
  | DeviceList
  | DeviceOffered
  | KeyLogShown
  | KeptTables
  | LinkMade
  | LinkSeen
  | KnockingShown
  | ReceiptsShown
  | QrCode
  | ClosingShown
  | ErrandIs
  | BackupKeyShown
  | Brought
  | ImportedList
  | ImportedEntries
  | DisclosureShown
  | WarningsShown
  | ProtectionShown
  | Acquaintance
  | HoldsShown
  | Invited
  | ContactsShown
  | ContactAsked
  | CodeMade
  | CodeOf
  | OwnProfileShown
  | ProfileShown
  | AgeSet;

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
  | Told
  | TypingShown
  | ErrandChanged
  | ContactsChanged
  | ChoicesChanged
  | SafetyChanged
  | RoomReportsChanged;

/** Everything that the page receives. */
export type ToPage =
  | Answered
  | Failed
  | Happened;

/** What each request is answered with. */
export interface Answers {
  accept_contact: Done;
  accept_reset: Done;
  agree: Done;
  answer_held: Done;
  answer_invitation: Done;
  answer_knock: Done;
  answer_link: Done;
  answer_offer: Done;
  appeal: Appealed;
  ask_contact: ContactAsked;
  backup_key: BackupKeyShown;
  ban: Done;
  begin: Begun;
  begin_again: BegunAgain;
  begin_link: LinkCode;
  bring_back: ErrandIs;
  cancel_reset: Done;
  close_account: ClosingShown;
  closing: ClosingShown;
  contacts: ContactsShown;
  conversations: ConversationList;
  create: Created;
  create_group: Begun;
  decline_contact: Done;
  delete: Sent;
  details: RoomDetails;
  devices: DeviceList;
  disappear_after: Done;
  disclose: ErrandIs;
  draw_qr: QrCode;
  edit_text: Sent;
  end_contact: Done;
  end_guardianship: Done;
  export: ErrandIs;
  find_person: PersonFound;
  forget_entry: Done;
  forget_link: Done;
  forward: Done;
  full_text: Text;
  give_history: ErrandIs;
  give_role: Done;
  heed_stranger: Done;
  history: Versions;
  holds_where: HoldsShown;
  how_known: Acquaintance;
  import: ErrandIs;
  imported_conversations: ImportedList;
  invite: Invited;
  join_by_link: Done;
  kept: KeptTables;
  kept_rows: Text;
  key_log: KeyLogShown;
  knocking: KnockingShown;
  leave: Done;
  lock_now: Done;
  look_at: PersonFound;
  look_at_disclosure: DisclosureShown;
  look_at_errand: ErrandIs;
  look_at_link: LinkSeen;
  look_code: CodeOf;
  make_backup: ErrandIs;
  make_code: CodeMade;
  make_link: LinkMade;
  offer_device: DeviceOffered;
  overview: Accounts;
  own_profile: OwnProfileShown;
  page: Entries;
  pass_on_room_report: PassedOn;
  profile_of: ProfileShown;
  protection: ProtectionShown;
  put_profile: Done;
  put_warning_away: Done;
  react: Sent;
  read_imported: ImportedEntries;
  receipts: ReceiptsShown;
  remove: Done;
  remove_device: Done;
  remove_imported: Done;
  rename: Done;
  report: Reported;
  report_to_room: Reported;
  reports: ReportsShown;
  restore: Done;
  revoke_link: Done;
  room_moderators: ModeratorsShown;
  room_reports: RoomReportsShown;
  safety_number: Comparison;
  save_draft: Done;
  say_typing: Done;
  search: Hits;
  seen: Done;
  send_text: Sent;
  set_age: AgeSet;
  set_archived: Done;
  set_blocked: Done;
  set_checked: Done;
  set_frozen: Done;
  set_muted: Done;
  set_protection: Done;
  set_receipts: Done;
  set_ward_age: Done;
  settle_room_report: Done;
  standing: StandingShown;
  stop_errand: Done;
  stop_work: Done;
  take_back: Sent;
  take_back_ask: Done;
  take_history: ErrandIs;
  take_knock_back: Done;
  take_to_desk: PassedOn;
  unban: Done;
  unlock: Done;
  use_code: Done;
  vouch: Done;
  warnings: WarningsShown;
}

export type AnswerTo<R extends Request> = Answers[R["do"]];
