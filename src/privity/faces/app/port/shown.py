# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What is shown: accounts, people, conversations and what stands in them."""

from __future__ import annotations

from enum import StrEnum

from privity.faces.app.port.shape import Shape


class Trust(StrEnum):
    """How well the keys of a person are known. Shown in words and shape, never by colour alone."""

    CHECKED = "checked"
    """In the key log, audited, and compared in person."""
    LOGGED = "logged"
    """In the key log, and somebody other than the hub watches that log."""
    UNAUDITED = "unaudited"
    """Only the hub vouches for the log."""


class Lock(StrEnum):
    """Whether an account's keys are in memory."""

    LOCKED = "locked"
    OPENING = "opening"
    OPEN = "open"
    UNFINISHED = "unfinished"
    """Registration, link or restore did not end; the same goes on with it."""


class WorkShown(Shape, frozen=True, kw_only=True):
    """The hub asks for work before the person begins something with a stranger; the device has done so many parts."""

    done: int
    parts: int
    left_s: int
    """About so many seconds go on."""


class AccountShown(Shape, frozen=True, kw_only=True):
    """One account of this home. `handle`, `hub` and what follows are empty while it is locked."""

    account: str
    lock: Lock
    wait_s: int = 0
    """How long until a passphrase may be tried again."""
    handle: str = ""
    user_uri: str = ""
    hub: str = ""
    connected: bool = False
    problem: str = ""
    """Why it is not connected, in a sentence."""
    unread: int = 0
    standing: str = ""
    """`limited`, `suspended` or `banned` where a decision stands against the account, as the hub said last."""
    standing_until_ms: int | None = None
    work: WorkShown | None = None


class Person(Shape, frozen=True, kw_only=True):
    """Somebody as this device knows them. `handle` is empty where the hub has not told it."""

    user_uri: str
    handle: str
    trust: Trust
    me: bool = False
    blocked: bool = False
    contact: bool = False
    frozen: bool = False
    """Whether nothing of them is shown."""
    attention: str = ""
    """What stands in the way of sending to them: changed keys, a reset."""


class Emphasis(StrEnum):
    STRONG = "strong"
    EMPHASIS = "emphasis"
    STRIKE = "strike"
    CODE = "code"


class Run(Shape, frozen=True, kw_only=True):
    """A stretch of text within a block. `url` makes it a link, `user_uri` a mention.

    `warning` says that a link's words name another place than it leads to.
    """

    text: str
    marks: tuple[Emphasis, ...] = ()
    url: str = ""
    warning: str = ""
    user_uri: str = ""


class BlockKind(StrEnum):
    PARAGRAPH = "paragraph"
    HEADING = "heading"
    QUOTE = "quote"
    ITEM = "item"
    """Of a list: `number` is its number, 0 for a bullet."""
    CODE = "code"


class Block(Shape, frozen=True, kw_only=True):
    """A paragraph of a message. `depth` counts the quotes and lists it stands in."""

    kind: BlockKind
    runs: tuple[Run, ...]
    depth: int = 0
    number: int = 0


class FileShown(Shape, frozen=True, kw_only=True):
    """A file of a message. Its names are the sender's word. A picture can be asked for as a preview."""

    part_index: int
    filename: str
    content_type: str
    size: int
    picture: bool


class ReactionShown(Shape, frozen=True, kw_only=True):
    """One emoji under a message. `mine` is the id of the own reaction, empty if there is none."""

    emoji: str
    user_uris: tuple[str, ...]
    mine: bytes = b""


class Delivery(StrEnum):
    """How far an own message has come."""

    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"


class EntryKind(StrEnum):
    MESSAGE = "message"
    HIDDEN = "hidden"
    LINE = "line"


class EntryState(StrEnum):
    SHOWN = "shown"
    EDITED = "edited"
    DELETED = "deleted"
    EXPIRED = "expired"


class Quote(Shape, frozen=True, kw_only=True):
    """What a reply answers, in one line. `seq` is None when this device does not have it."""

    message_id: bytes
    seq: int | None
    sender: str
    text: str


class Entry(Shape, frozen=True, kw_only=True):
    """One entry of a conversation. `cut` says how many characters of the text are left out of `blocks`. `from_backup`:
    nothing proves it but a backup of the person's own, so it cannot be reported."""

    seq: int
    ts_ms: int
    kind: EntryKind
    sender: str = ""
    mine: bool = False
    message_id: bytes = b""
    state: EntryState = EntryState.SHOWN
    blocks: tuple[Block, ...] = ()
    cut: int = 0
    quote: Quote | None = None
    files: tuple[FileShown, ...] = ()
    reactions: tuple[ReactionShown, ...] = ()
    delivery: Delivery | None = None
    expires_ms: int | None = None
    deleted_by: str = ""
    """Who deleted it, where that was not its sender, and as what."""
    deleted_as: str = ""
    forwarded: str = ""
    """What is said above a message that somebody passed on; empty where its sender wrote it."""
    clock_differs: bool = False
    from_backup: bool = False
    cautions: tuple[str, ...] = ()
    """What somebody new brings or asks for, to be thought of first: `link`, `file`, `money`, `elsewhere`. This device
    alone looks for it, and tells nobody."""


class Waiting(Shape, frozen=True, kw_only=True):
    """Something that was asked to be sent and is not at the hub yet. `token` is the one that came with the request."""

    token: str
    text: str


class Conversation(Shape, frozen=True, kw_only=True):
    """A row of the list of conversations."""

    room_uri: str
    title: str
    direct_with: str = ""
    """The other person of a direct conversation."""
    stranger: bool = False
    """Whether that person is new and came by themselves, and this one has not read yet what to think of then."""
    trust: Trust
    preview: str = ""
    last_ms: int = 0
    unread: int = 0
    mentions: int = 0
    """How many of the unread messages name the person."""
    muted: bool = False
    archived: bool = False
    frozen: bool = False
    """Whether the other person is frozen; then nothing of it is shown."""
    draft: str = ""
    disappear_s: int = 0
    """After how long new messages disappear, 0 for never."""
    knocks: int = 0
    """How many people ask to come in and wait for this person's yes or no."""
    reports: int = 0
    """How many reports came to this person, who looks after it, and wait."""
    member: bool = True
    """Whether this device is in it; one that was left stays readable."""
    attention: str = ""
    """Why nothing is sent at the moment."""
    continues: str = ""
    """The conversation in whose place this one was begun, as far as this device takes that for true."""
    continued_in: str = ""
    """The conversation in which this one goes on."""


class Member(Shape, frozen=True, kw_only=True):
    """A person in a conversation."""

    person: Person
    role: str
    devices: int
    can_give: tuple[str, ...] = ()
    """The roles that can be given to them by this account in place of theirs."""
    can_take_out: bool = False
    """Whether this account can remove and ban them."""


class RoomLink(Shape, frozen=True, kw_only=True):
    """A link into a group. `asks`: somebody in charge says yes or no to whoever comes by it."""

    link_id: bytes
    text: str
    asks: bool
    expires_ms: int
    maker: Person


class KnockingAt(Shape, frozen=True, kw_only=True):
    """Where this account asked to come in, and waits. `name` is what the link said."""

    room_uri: str
    name: str
    at_ms: int


class Archive(Shape, frozen=True, kw_only=True):
    """An account that keeps a copy of everything, as the conversation itself says."""

    person: Person
    policy: str


class Consent(Shape, frozen=True, kw_only=True):
    """What changed in the policy of a conversation, and what to agree to."""

    text: str
    policy_hash: bytes


class DeviceShown(Shape, frozen=True, kw_only=True):
    """A device of the own account."""

    client_uri: str
    added_ms: int
    this: bool


class WitnessShown(Shape, frozen=True, kw_only=True):
    """Somebody who watches the key log. `cosigned_ms` is None when they have not cosigned the newest checkpoint."""

    name: str
    audits: bool
    cosigned_ms: int | None


class Hit(Shape, frozen=True, kw_only=True):
    """A message that was found. `before`, `match` and `after` are parts of its text."""

    room_uri: str
    title: str
    seq: int
    ts_ms: int
    sender: str
    before: str
    match: str
    after: str


class KeptTable(Shape, frozen=True, kw_only=True):
    """One table of the hub: what it is for, who reads it, for how long, and how many rows are about this account."""

    name: str
    what: str
    readers: tuple[str, ...]
    kept: str
    rows: int
