# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What can be asked, and what comes back. Each request names its answer."""

from __future__ import annotations

from privity.faces.app.port.shape import Shape, verb
from privity.faces.app.port.shown import (
    Archive,
    Block,
    Consent,
    Conversation,
    Entry,
    Hit,
    Member,
    Person,
    RoomLink,
    Waiting,
)


class Request(Shape, frozen=True, kw_only=True, tag_field="do", tag=verb):
    """Something the page asks for."""


class Result(Shape, frozen=True, kw_only=True, tag_field="is", tag=verb):
    """What comes back."""


class Done(Result, frozen=True, kw_only=True):
    """It was done, and there is nothing else to say."""


class AccountRequest(Request, frozen=True, kw_only=True):
    """What is asked of one account. Fails with `AccountLocked`."""

    account: str


class Conversations(AccountRequest, frozen=True, kw_only=True):
    """`ConversationList`."""


class ConversationList(Result, frozen=True, kw_only=True):
    """The newest first."""

    conversations: tuple[Conversation, ...]


class Page(AccountRequest, frozen=True, kw_only=True):
    """Entries of a conversation before `before` (the newest for None), or around `around`: `Entries`."""

    room_uri: str
    before: int | None = None
    around: int | None = None
    limit: int = 60


class Entries(Result, frozen=True, kw_only=True):
    """In rising order. `earlier` and `later` say whether there are more on that side."""

    entries: tuple[Entry, ...]
    earlier: bool
    later: bool
    waiting: tuple[Waiting, ...] = ()


class FullText(AccountRequest, frozen=True, kw_only=True):
    """All of a long message, as it was written: `Text`."""

    room_uri: str
    seq: int


class Text(Result, frozen=True, kw_only=True):
    text: str


class History(AccountRequest, frozen=True, kw_only=True):
    """The earlier versions of an edited message: `Versions`."""

    room_uri: str
    seq: int


class VersionShown(Shape, frozen=True, kw_only=True):
    ts_ms: int
    blocks: tuple[Block, ...]


class Versions(Result, frozen=True, kw_only=True):
    """The oldest first."""

    versions: tuple[VersionShown, ...]


class Details(AccountRequest, frozen=True, kw_only=True):
    """Who is in a conversation, and what it has agreed on: `RoomDetails`."""

    room_uri: str


class RoomDetails(Result, frozen=True, kw_only=True):
    conversation: Conversation
    members: tuple[Member, ...]
    archives: tuple[Archive, ...]
    consent: Consent | None
    may_change: bool
    """Whether the own role may invite, remove members, ban, and make links."""
    may_name: bool = False
    may_delete: bool = False
    """Whether it may delete what others said."""
    banned: tuple[Person, ...] = ()
    links: tuple[RoomLink, ...] = ()
    """Those that work, for who may revoke them."""
    knocks: tuple[Person, ...] = ()
    """Who asks to come in and waits for a yes or no."""
    may_begin_again: bool = False
    """Whether this device can begin it again, should it not go on."""
    post_quantum: bool = False
    """Whether what is recorded of it today stays closed to quantum computers."""


class SendText(AccountRequest, frozen=True, kw_only=True):
    """Send a text: `Sent` once the hub has it. `token` is any word of the page, by which it knows its own again."""

    room_uri: str
    text: str
    token: str
    in_reply_to: bytes | None = None
    expires_s: int | None = None


class Sent(Result, frozen=True, kw_only=True):
    message_id: bytes


class EditText(AccountRequest, frozen=True, kw_only=True):
    """`Sent`."""

    room_uri: str
    message_id: bytes
    text: str


class Delete(AccountRequest, frozen=True, kw_only=True):
    """Delete an own message for everyone: `Sent`."""

    room_uri: str
    message_id: bytes


class React(AccountRequest, frozen=True, kw_only=True):
    """`Sent`."""

    room_uri: str
    message_id: bytes
    emoji: str


class TakeBack(AccountRequest, frozen=True, kw_only=True):
    """Take an own reaction back: `Sent`."""

    room_uri: str
    message_id: bytes
    reaction_id: bytes


class Forward(AccountRequest, frozen=True, kw_only=True):
    """Send what a message says to other conversations: `Done`. One that was forwarded many times goes to one only."""

    room_uri: str
    message_id: bytes
    to_room_uris: tuple[str, ...]


class ForgetEntry(AccountRequest, frozen=True, kw_only=True):
    """Take a message out of this device's history, and of no other's: `Done`."""

    room_uri: str
    message_id: bytes


class Seen(AccountRequest, frozen=True, kw_only=True):
    """Entries up to this one were on the screen: `Done`."""

    room_uri: str
    seq: int


class SaveDraft(AccountRequest, frozen=True, kw_only=True):
    """Keep what is written and not sent: `Done`. Empty forgets it."""

    room_uri: str
    text: str


class SetMuted(AccountRequest, frozen=True, kw_only=True):
    """`Done`."""

    room_uri: str
    muted: bool


class SetArchived(AccountRequest, frozen=True, kw_only=True):
    """Put a conversation out of sight, or back: `Done`."""

    room_uri: str
    archived: bool


class Search(AccountRequest, frozen=True, kw_only=True):
    """Find words in the own history, in one conversation or in all (""): `Hits`."""

    text: str
    room_uri: str = ""
    limit: int = 50


class Hits(Result, frozen=True, kw_only=True):
    """The newest first. `more`: there may be older ones; a higher `limit` shows some of them, up to 200."""

    hits: tuple[Hit, ...]
    more: bool


class FindPerson(AccountRequest, frozen=True, kw_only=True):
    """Who has exactly this handle: `PersonFound`."""

    handle: str


class LookAt(AccountRequest, frozen=True, kw_only=True):
    """Somebody whom this device knows: `PersonFound`."""

    user_uri: str


class PersonFound(Result, frozen=True, kw_only=True):
    person: Person


class Begin(AccountRequest, frozen=True, kw_only=True):
    """A direct conversation with a person: `Begun`. One that exists is given back."""

    user_uri: str


class CreateGroup(AccountRequest, frozen=True, kw_only=True):
    """`Begun`. `post_quantum` holds for as long as the group lasts."""

    name: str = ""
    post_quantum: bool = False


class Begun(Result, frozen=True, kw_only=True):
    room_uri: str


class Rename(AccountRequest, frozen=True, kw_only=True):
    """`Done`."""

    room_uri: str
    name: str


class Invite(AccountRequest, frozen=True, kw_only=True):
    """Add a contact to a group at once, and invite anybody else: `Invited`."""

    room_uri: str
    user_uri: str


class Invited(Result, frozen=True, kw_only=True):
    """`added`: the person is in it. Otherwise they may be asked; it is not told whether they are."""

    added: bool


class Remove(AccountRequest, frozen=True, kw_only=True):
    """`Done`."""

    room_uri: str
    user_uri: str


class Leave(AccountRequest, frozen=True, kw_only=True):
    """`Done`."""

    room_uri: str


class Agree(AccountRequest, frozen=True, kw_only=True):
    """Agree to the policy that `RoomDetails.consent` showed: `Done`."""

    room_uri: str
    policy_hash: bytes


class DisappearAfter(AccountRequest, frozen=True, kw_only=True):
    """Let new messages of a conversation disappear after so many seconds, 0 for never: `Done`."""

    room_uri: str
    seconds: int


class Receipts(AccountRequest, frozen=True, kw_only=True):
    """Whether others hear that their messages came, and were read, and see that one writes: `ReceiptsShown`."""


class ReceiptsShown(Result, frozen=True, kw_only=True):
    delivered: bool
    read: bool
    typing: bool
    """Off, it is not shown of others either."""


class SetReceipts(AccountRequest, frozen=True, kw_only=True):
    """`Done`."""

    delivered: bool
    read: bool
    typing: bool


class SetBlocked(AccountRequest, frozen=True, kw_only=True):
    """`Done`."""

    user_uri: str
    blocked: bool


class SafetyNumber(AccountRequest, frozen=True, kw_only=True):
    """The digits to compare with a person, and what happened to their keys: `Comparison`."""

    user_uri: str


class KeyEvent(Shape, frozen=True, kw_only=True):
    at_ms: int | None
    text: str


class Comparison(Result, frozen=True, kw_only=True):
    person: Person
    digits: str
    history: tuple[KeyEvent, ...]


class SetChecked(AccountRequest, frozen=True, kw_only=True):
    """The digits were compared in person and are the same, or that is taken back: `Done`."""

    user_uri: str
    digits: str
    checked: bool


class AcceptReset(AccountRequest, frozen=True, kw_only=True):
    """The person was asked and has new keys: `Done`."""

    user_uri: str
