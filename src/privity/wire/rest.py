# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Bodies of the REST API (JSON; bytes travel as base64).

Paths are written in each docstring. All but `ServerInfo`, `Register`, what the new device says while it is being linked
and what somebody without a device says need a session and a MAC (`wire.session`).
`ID` in a path is the last part of a URI (26 characters).
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from privity.wire.age import AgeBand
from privity.wire.numbers import Count
from privity.wire.work import Work


class Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of request bodies: an unknown field is refused."""


class Answer(msgspec.Struct, frozen=True):
    """Base of answers: a client ignores fields it does not know, so that a hub may grow."""


class WitnessInfo(Answer, frozen=True):
    """One who watches the key log: its verifier key (`tlog.verifier_key`), and where it answers."""

    vkey: str
    audits: bool
    """Its key also says that the map behind the log only grows."""
    url: str


class HelpLine(Answer, frozen=True):
    """Where people find help, as the operator says. What it may hold is in `policy.help_lines`."""

    text: str
    reasons: list[str]
    """For which reasons of a report, by name in lower case; for none of them: for all."""
    url: str = ""
    country: str = ""
    """Two capital letters, where it helps in one country."""


class ServerInfo(Answer, frozen=True):
    """`GET /v1/server`. What anyone may know of this hub. Keys are raw public keys."""

    host: str
    version: str
    registration: str
    """`open` or `invite`."""
    franking_public_key: bytes
    external_sender_public_key: bytes
    intake_public_key: bytes | None
    """HPKE key that reports are sealed to; None while no desk is set up."""
    report_window_days: Count
    max_blob_bytes: Count
    now_ms: Count
    keylog_key: str
    """The verifier key of the key log; the name in it is the log's origin."""
    vrf_public_key: bytes
    witnesses: list[WitnessInfo]
    quorum: Count
    """How many witnesses the hub waits for. Whom to believe is for the reader to decide."""
    help: list[HelpLine] = []
    """Beside what every device knows by itself, and never in its place."""


class Health(Answer, frozen=True):
    """`GET /health`, where a write commits; an ErrorBody with UNAVAILABLE where none does."""

    ok: bool


class Register(Body, frozen=True):
    """`POST /v1/accounts`. `device_list` is version 0 of the signed device list; its user URI becomes the account.

    `listed`: anybody here who types the exact handle finds the account. Nobody but an adult is.
    """

    handle: str
    device_list: bytes
    invite: str | None = None
    age: AgeBand = AgeBand.UNKNOWN
    listed: bool = False


class Registered(Answer, frozen=True):
    user_uri: str
    handle: str


class HandleFound(Answer, frozen=True):
    """`GET /v1/handles/HANDLE`."""

    user_uri: str


class HandleTold(Answer, frozen=True):
    """`GET /v1/users/ID/handle`: what the hub calls a user. It proves nothing of who that is."""

    handle: str


class PutDeviceList(Body, frozen=True):
    """`PUT /v1/account/device-list`: the next version. Devices it drops are removed from every room."""

    value: bytes


MAX_LETTER = 1024
"""Bytes of a letter between devices: those of `identity.account_key` are under 400."""


class SendLetter(Body, frozen=True):
    """`POST /v1/account/letters`: a few bytes for another device of the calling account. The hub cannot read them."""

    client_uri: str
    letter: bytes


class FindChain(Body, frozen=True):
    """`POST /v1/recovery/lists`: for somebody who has no device left. Needs no session."""

    handle: str


class ChainFound(Answer, frozen=True):
    """All versions of the account's device list, those included that are on their way into the key log."""

    user_uri: str
    values: list[bytes]


class Recover(Body, frozen=True):
    """`POST /v1/recovery`: the next version, signed by the recovery key. Needs no session; the list proves itself."""

    device_list: bytes


class Reset(Body, frozen=True):
    """`POST /v1/resets`: the next version, a reset, with a one-time code of the operator. Needs no session."""

    code: str
    device_list: bytes


class PutKeyPackages(Body, frozen=True):
    """`POST /v1/key-packages`: encoded KeyPackage structs of the calling device."""

    key_packages: list[bytes]
    last_resort: bytes | None = None


class SuiteLeft(Answer, frozen=True):
    """KeyPackages of one cipher suite that the hub has of a device; the last resort is not counted in `left`."""

    suite: Count
    left: Count
    has_last_resort: bool
    last_resort_used: bool = False
    """It was handed out, and the device sends another one. A hub that does not say so never says yes."""


class KeyPackagesLeft(Answer, frozen=True):
    """Answer of `POST /v1/key-packages` and of `GET /v1/key-packages`.

    `suites` has each suite of which there is any, and is not there at a hub that knows of one suite only. `left` and
    `has_last_resort` say the same of suite 1 alone.
    """

    left: Count
    has_last_resort: bool
    suites: list[SuiteLeft] | None = None


class ClaimStatus(StrEnum):
    """MIMI's clientStatus."""

    SUCCESS = "success"
    EXHAUSTED = "exhausted"


class Claim(Body, frozen=True):
    """`POST /v1/users/ID/claim`: one KeyPackage of each device of a user, for one of these suites.

    `room_uri` is the group that the user is to come into; empty for a direct conversation. NOT_FOUND where the user
    does not exist, or did not agree to that.
    """

    suites: list[int]
    room_uri: str = ""


class ClaimedDevice(Answer, frozen=True):
    client_uri: str
    status: ClaimStatus
    key_package: bytes | None = None


class Claimed(Answer, frozen=True):
    devices: list[ClaimedDevice]


class CreateRoom(Body, frozen=True, omit_defaults=True):
    """`POST /v1/rooms`: epoch 0 of a room with the caller's device as its only member.

    `group_info` is an encoded GroupInfo, `ratchet_tree` the encoded tree. The group id is the room URI in UTF-8;
    whether the room is direct stands in its base_room_policy. `own_devices`: it is for devices of the caller's account
    alone, to pass on what they have; it begins no conversation with anybody.
    """

    group_info: bytes
    ratchet_tree: bytes
    own_devices: bool = False


class RoomCreated(Answer, frozen=True):
    room_uri: str
    seq: Count


class RoomSummary(Answer, frozen=True):
    room_uri: str
    epoch: Count
    seq: Count
    """Number of the newest event."""
    member: bool
    """Whether the calling device is a member; a participant's new device is not yet."""


class Rooms(Answer, frozen=True):
    """`GET /v1/rooms`: the rooms the calling user participates in."""

    rooms: list[RoomSummary]


class GroupState(Answer, frozen=True):
    """`GET /v1/rooms/ID/group`: what an external commit needs. Participants only."""

    group_info: bytes
    ratchet_tree: bytes
    seq: Count
    """Number of the event that brought this epoch."""
    proposals: list[bytes]
    """Pending proposals (encoded MLSMessage) that the next commit must cover by reference."""


class RoomTree(Answer, frozen=True):
    """`GET /v1/rooms/ID/trees/SEQ`: the tree that a Welcome leaves out. SEQ is the event with which the device came."""

    ratchet_tree: bytes


class Commit(Body, frozen=True):
    """`POST /v1/rooms/ID/commit`: Commit, Welcome and GroupInfo, accepted together or not at all.

    `commit` is an MLSMessage with a PublicMessage, `welcome` an encoded Welcome, `group_info` the GroupInfo of the new
    epoch with external_pub and without the tree. `ref` makes a repeated request harmless (16 random bytes).
    """

    ref: bytes
    commit: bytes
    group_info: bytes
    welcome: bytes | None = None


class Committed(Answer, frozen=True):
    epoch: Count
    seq: Count
    ts_ms: Count


class Broken(Body, frozen=True):
    """`POST /v1/rooms/ID/broken`: a signed notice that the commit of `epoch` cannot be processed (a poison commit).

    `signature` is SignWithLabel by the device key, label `PrivityBrokenEpochTBS`, over vec(room_uri) || u64(epoch) ||
    vec(SHA-256 of the commit's MLSMessage).
    """

    epoch: Count
    commit_hash: bytes
    signature: bytes


class BrokenCounted(Answer, frozen=True):
    notices: Count
    needed: Count
    """When `notices` reaches `needed`, the hub proposes the Remove of the committing device."""


class AllowLink(Body, frozen=True):
    """`POST /v1/rooms/ID/links`, from a device of who may let people in: `hash` is that of a link's public half.

    `DELETE /v1/rooms/ID/links/HASH` (hex) revokes it. Both are answered with `Done`.
    """

    hash: bytes
    expires_ms: Count


class KnockAt(Body, frozen=True, omit_defaults=True):
    """`POST /v1/rooms/ID/knocks`, with a link: `Done`, or one BAD_INVITE for whatever opens nothing.

    The link's public half, the time by the hub's clock, and what proves to those in charge that the device has the link
    and knocks itself (`identity.room_links.Knock`). `DELETE /v1/rooms/ID/knocks/USER-ID` takes it back, or says no.
    `work`: where the hub has asked for it.
    """

    link_id: bytes
    at_ms: Count
    mac: bytes
    signature: bytes
    work: Work | None = None


class BlobStored(Answer, frozen=True):
    """`POST /v1/blobs` (raw body) and `GET /v1/blobs/SHA256HEX/stored`. `GET /v1/blobs/SHA256HEX` answers raw bytes."""

    sha256: bytes
    size: Count


class SealedReport(Body, frozen=True):
    """`POST /v1/reports`: a report sealed to the desk. The hub relays it and cannot open it."""

    sealed: bytes


class ReportReceived(Answer, frozen=True):
    receipt: str


class PutReportKey(Body, frozen=True):
    """`PUT /v1/device/report-key`: the calling device's next `identity.report_key.ReportKey`, encoded."""

    key: bytes


class RoomModerators(Answer, frozen=True):
    """`GET /v1/rooms/ID/moderators`: encoded report keys of devices whose people may delete what others say there.

    It proves nothing: whoever seals to one looks at the room as their own device knows it.
    """

    keys: list[bytes]


class WrappedKey(Body, frozen=True):
    """The key of a sealed report, sealed to one device."""

    client_uri: str
    wrapped: bytes


class RoomReport(Body, frozen=True):
    """`POST /v1/rooms/ID/reports`: a report to those who look after the room, and for each of their devices its key."""

    sealed: bytes
    wrapped: list[WrappedKey]


class Blocked(Answer, frozen=True):
    """`GET /v1/blocks`; `PUT` and `DELETE /v1/blocks/ID` change it."""

    user_uris: list[str]


class LinkState(StrEnum):
    """Life of an attempt to link a new device (spec/linking.md)."""

    OFFERED = "offered"
    ANSWERED = "answered"
    OPENED = "opened"
    AGREED = "agreed"
    """The person at the new device saw the same digits."""
    LISTED = "listed"
    """The account's device list names the new device."""
    DECLINED = "declined"
    EXPIRED = "expired"


class OfferLink(Body, frozen=True):
    """`POST /v1/links`: a new device, which anyone may be, asks for a code. 32 bytes that commit to its opening."""

    commitment: bytes


class LinkOffered(Answer, frozen=True):
    """The code that people carry to the other device: eight letters, which address the link and protect nothing."""

    code: str
    expires_ms: Count


class AnswerLink(Body, frozen=True):
    """`PUT /v1/links/CODE/answer`: a device of the account. `device_list` is the account's newest; once for each link.

    `intake_key` is the desk's key as the answering device has pinned it.
    """

    nonce: bytes
    device_list: bytes
    handle: str
    intake_key: bytes | None


class OpenLink(Body, frozen=True):
    """`PUT /v1/links/CODE/opening`: the new device, which proves itself by fitting the commitment."""

    key: bytes
    device_id: str
    nonce: bytes


class JudgeLink(Body, frozen=True):
    """`PUT /v1/links/CODE/verdict`: what the person at the new device said of the digits. `same` only once opened."""

    opening: OpenLink
    same: bool


class FinishLink(Body, frozen=True):
    """`PUT /v1/links/CODE/outcome`: the account that answered. The published list with the new device, None for no."""

    device_list: bytes | None


class Link(Answer, frozen=True):
    """`GET /v1/links/CODE`: anyone who knows the code. What is not there yet is None."""

    state: LinkState
    commitment: bytes
    expires_ms: Count
    answer: AnswerLink | None
    opening: OpenLink | None
    device_list: bytes | None


class Done(Answer, frozen=True):
    """Answer where there is nothing to say: `POST /v1/rooms/ID/leave`, blocks, links."""

    ok: bool = True
