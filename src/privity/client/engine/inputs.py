# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What happens to a device: commands of its person, frames and answers of its hub, and the passing of time."""

from __future__ import annotations

from dataclasses import dataclass, field

from privity.client.engine.contact_inputs import ContactCommand
from privity.client.engine.from_backup import FromDesk, ReturnedEntry, SeenRoom
from privity.client.engine.safety_inputs import SafetyCommand
from privity.identity.room_links import Mode, RoomLink
from privity.keylog.verify import LogKeys
from privity.message.content import Part
from privity.message.receipts import Status
from privity.policy.roles import Role
from privity.wire.errors import Refusal
from privity.wire.rest import Answer
from privity.wire.socket import FromHub

# Commands. `command` is a number of the caller's choice; Finished or Failed come back with it.


@dataclass(frozen=True, slots=True)
class CreateGroup:
    """A new room with this account alone. Finished with the room URI.

    `own_devices`: nobody else will ever come, so that it is no conversation to the hub. `post_quantum`: of the hybrid
    suite, for as long as it lasts.
    """

    command: int
    own_devices: bool = False
    post_quantum: bool = False


@dataclass(frozen=True, slots=True)
class BeginAgain:
    """On a device of an admin of it: a new room in place of one that cannot go on. Finished with (the new room URI, the
    people of the old one by their user URIs, with their roles)."""

    command: int
    room_uri: str


@dataclass(frozen=True, slots=True)
class BringAlong:
    """Add these contacts to a group in one commit. Finished with why whom could not be, by user URI."""

    command: int
    room_uri: str
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CreateDirect:
    """The direct room with another user, made now if there is none. Finished with the room URI."""

    command: int
    user_uri: str


@dataclass(frozen=True, slots=True)
class Invite:
    command: int
    room_uri: str
    user_uri: str


@dataclass(frozen=True, slots=True)
class RemoveUser:
    command: int
    room_uri: str
    user_uri: str


@dataclass(frozen=True, slots=True)
class GiveRole:
    """On a device of an admin: give somebody here another role, oneself included."""

    command: int
    room_uri: str
    user_uri: str
    role: Role


@dataclass(frozen=True, slots=True)
class Ban:
    """Take somebody out who is not to come back, or bar them before they come."""

    command: int
    room_uri: str
    user_uri: str


@dataclass(frozen=True, slots=True)
class Unban:
    command: int
    room_uri: str
    user_uri: str


@dataclass(frozen=True, slots=True)
class MakeLink:
    """Make a link by which others can come into a group. Finished with the `RoomLink`; the name in it is for those who
    do not know the group's."""

    command: int
    room_uri: str
    mode: Mode
    lifetime_ms: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class RevokeLink:
    command: int
    room_uri: str
    link_id: bytes


@dataclass(frozen=True, slots=True)
class AnswerKnock:
    """The person says yes or no to somebody who waits."""

    command: int
    room_uri: str
    user_uri: str
    yes: bool


@dataclass(frozen=True, slots=True)
class KnockAt:
    """Ask to be let into the room of a link. Finished when the hub has passed it on."""

    command: int
    link: RoomLink


@dataclass(frozen=True, slots=True)
class TakeKnockBack:
    command: int
    room_uri: str


@dataclass(frozen=True, slots=True)
class StopWork:
    """Work on no puzzle any longer: what waits for that comes to nothing (`errors.WorkStopped`)."""

    command: int


@dataclass(frozen=True, slots=True)
class DeclareArchive:
    """Let an account keep a copy of everything that is sent in a group from now on. `policy` says what it does with it,
    or where that is written."""

    command: int
    room_uri: str
    user_uri: str
    policy: str


@dataclass(frozen=True, slots=True)
class WithdrawArchive:
    command: int
    room_uri: str
    user_uri: str


@dataclass(frozen=True, slots=True)
class AcceptPolicy:
    """The person agrees to this policy of a room (`consent.policy_hash`), and to no other."""

    command: int
    room_uri: str
    policy_hash: bytes


@dataclass(frozen=True, slots=True)
class Leave:
    command: int
    room_uri: str


@dataclass(frozen=True, slots=True)
class Send:
    """One content message. Finished with the message id when the hub has it; kept and tried again until then.

    `replaces` edits (or deletes, with a null part) an own message by its first id; `in_reply_to` answers, or reacts to,
    a message. `expires` is (relative to reading, seconds). The same `token` again in a room is the same message.
    """

    command: int
    room_uri: str
    part: Part = field(repr=False)
    in_reply_to: bytes | None = None
    replaces: bytes | None = None
    expires: tuple[bool, int] | None = None
    plaintext_hashes: tuple[tuple[int, bytes], ...] = ()
    token: str = ""
    forwarded: int = 0
    """How often the content was passed on with this; 0 for what this person wrote."""


@dataclass(frozen=True, slots=True)
class SendReceipts:
    """Say of messages of others that they came or were read. Finished with the id of what said so, or None."""

    command: int
    room_uri: str
    status: Status
    message_ids: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class SayTyping:
    """This person writes here just now. Finished with whether that was said."""

    command: int
    room_uri: str


@dataclass(frozen=True, slots=True)
class Rename:
    """On a device of an admin: name a group. Finished with the message id."""

    command: int
    room_uri: str
    name: str


@dataclass(frozen=True, slots=True)
class DisappearAfter:
    """From now on let new messages of everybody here disappear after so many seconds; 0 for never. As above."""

    command: int
    room_uri: str
    seconds: int


@dataclass(frozen=True, slots=True)
class Forget:
    """Take a message out of what this device shows. Nobody else hears of it."""

    command: int
    room_uri: str
    message_id: bytes


@dataclass(frozen=True, slots=True)
class SetChecked:
    """The person compared these digits with somebody; None takes it back."""

    command: int
    user_uri: str
    digits: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class KeepCiphertext:
    """Keep the bytes of a file as they came, for a report. Finished when they are on disk, or need not be kept."""

    command: int
    room_uri: str
    message_id: bytes
    part_index: int
    ciphertext: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Block:
    command: int
    user_uri: str
    blocked: bool = True


@dataclass(frozen=True, slots=True)
class FetchDevices:
    """Fetch, verify and pin the newest device list of a user. Finished with it."""

    command: int
    user_uri: str


@dataclass(frozen=True, slots=True)
class KeyHistory:
    """What happened to the keys of an account. Finished with a tuple of `key_history.KeyEvent`."""

    command: int
    user_uri: str


@dataclass(frozen=True, slots=True)
class ListHistory:
    """All lists of an account with their dates. Finished with the `keylog.verify.Found` that proves them."""

    command: int
    user_uri: str


@dataclass(frozen=True, slots=True)
class ProveLists:
    """The same for somebody else. Finished with the bytes of the proof."""

    command: int
    user_uri: str


@dataclass(frozen=True, slots=True)
class ProveHub:
    """The hub's newest record. Finished with the bytes of its proof."""

    command: int


@dataclass(frozen=True, slots=True)
class RememberSeen:
    """Heed how far another device of this account had seen the log and each conversation. Finished with the rooms
    that are new here."""

    command: int
    note: bytes
    rooms: tuple[SeenRoom, ...]


@dataclass(frozen=True, slots=True)
class TakeBack:
    """Take proven entries of another device of this account into the timeline. Finished with how many are new here."""

    command: int
    entries: tuple[ReturnedEntry, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class TakeFromDesk:
    """Take in what another device of this account remembered of the desk. Finished with how much is new here."""

    command: int
    records: tuple[FromDesk, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class HeedPerson:
    """Heed what another device of this account knew of a person: the recovery key, and a number that was compared, or
    nothing (empty). Finished with whether it must be compared again."""

    command: int
    user_uri: str
    recovery_key: bytes
    checked: bytes


@dataclass(frozen=True, slots=True)
class TrustLog:
    """The person decides whose word about the key log counts. `forget` begins anew with it, as on the first day."""

    command: int
    keys: LogKeys
    forget: bool


@dataclass(frozen=True, slots=True)
class AcceptReset:
    """The person agrees to the resets of this account that are in force: it was asked, and the number compared."""

    command: int
    user_uri: str


@dataclass(frozen=True, slots=True)
class ConfirmDevice:
    """Sign the list with one more device. Finished with it once published."""

    command: int
    client_uri: str
    key: bytes


@dataclass(frozen=True, slots=True)
class RemoveDevice:
    """Sign the list without another device. Finished with it once published."""

    command: int
    client_uri: str


@dataclass(frozen=True, slots=True)
class CancelReset:
    """Say no to the reset of the own account. Finished with the list."""

    command: int


@dataclass(frozen=True, slots=True)
class CloseAccount:
    """Ask for the end of the own account. Finished with the list that waits."""

    command: int


@dataclass(frozen=True, slots=True)
class RecoverAccount:
    """On any device of the account: make a new account key here, by the phrase, and drop devices. Finished as above."""

    command: int
    recovery_private: bytes = field(repr=False)
    dropped: tuple[str, ...] = ()


Command = (
    CreateGroup
    | BeginAgain
    | BringAlong
    | CreateDirect
    | Invite
    | RemoveUser
    | GiveRole
    | Ban
    | Unban
    | MakeLink
    | RevokeLink
    | AnswerKnock
    | KnockAt
    | TakeKnockBack
    | StopWork
    | DeclareArchive
    | WithdrawArchive
    | AcceptPolicy
    | Leave
    | Send
    | SendReceipts
    | SayTyping
    | Rename
    | DisappearAfter
    | Forget
    | SetChecked
    | KeepCiphertext
    | Block
    | FetchDevices
    | KeyHistory
    | ListHistory
    | ProveLists
    | ProveHub
    | RememberSeen
    | TakeBack
    | TakeFromDesk
    | HeedPerson
    | TrustLog
    | AcceptReset
    | ConfirmDevice
    | RemoveDevice
    | CancelReset
    | CloseAccount
    | RecoverAccount
    | ContactCommand
    | SafetyCommand
)

# The hub


@dataclass(frozen=True, slots=True)
class Connected:
    """The session stands (`Ready` came). `hub_now_ms` is the hub's clock."""

    hub_now_ms: int


@dataclass(frozen=True, slots=True)
class Disconnected:
    """The socket is gone."""


@dataclass(frozen=True, slots=True)
class Received:
    """A frame after `Ready`."""

    frame: FromHub


@dataclass(frozen=True, slots=True)
class Answered:
    number: int
    answer: Answer


@dataclass(frozen=True, slots=True)
class Declined:
    number: int
    refusal: Refusal


@dataclass(frozen=True, slots=True)
class Unanswered:
    """The hub could not be reached; the request is made again after the next `Connected`."""

    number: int


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has passed."""


Input = Command | Connected | Disconnected | Received | Answered | Declined | Unanswered | Tick
