# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Commits: the first of an epoch wins; Commit, Welcome and GroupInfo are accepted together or not at all.

The costly check runs on a snapshot, outside of the writer; the writer takes the result only if the group is still the
one that was checked, and otherwise the check is made again.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from privity.mls.errors import ProtocolError, WrongEpoch
from privity.mls.messages.commit import Commit, ProposalRef
from privity.mls.messages.envelope import PublicMessage, decode_public_message
from privity.mls.messages.framing import SenderType
from privity.mls.messages.group_info import GroupInfo
from privity.mls.messages.proposals import Add, AppDataUpdate
from privity.mls.messages.welcome import Welcome
from privity.mls.public_group import PublicGroup, StagedPublicCommit
from privity.mls.validation.group_info import require_external_pub
from privity.policy.members import Member, member_of
from privity.policy.roles import Capability, Role
from privity.policy.room_state import RoomState
from privity.policy.standing import Deed
from privity.server.context import HubContext
from privity.server.db.database import Query, Tx
from privity.server.delivery import log
from privity.server.delivery.model import Effect, Enter, Head, Part
from privity.server.devices import service as devices
from privity.server.invitations import service as consents
from privity.server.knocks import service as knocks
from privity.server.limits import MAX_GROUP_INFO_BYTES
from privity.server.observing import service as observing
from privity.server.observing.model import Seen
from privity.server.rooms import departures, franking_agent, groups, store
from privity.server.rooms.departures import Proposer
from privity.server.rooms.groups import KnownDevices
from privity.server.rooms.model import Room, StoredGroup
from privity.server.sessions.model import Session
from privity.server.standing import service as decisions
from privity.wire import rest
from privity.wire.errors import Code, Refusal
from privity.wire.observed import ObservedKind
from privity.wire.socket import MAX_FRAME, Event, EventKind, InboxKind, decode_from_hub

REF_BYTES: Final = 16
MAX_HANDSHAKE: Final = MAX_FRAME - 4096
"""Bytes of a commit or Welcome: each must fit one frame of the socket."""
KEPT_COMMITS: Final = 100
"""Epochs back for which a broken-epoch notice is still taken."""
ATTEMPTS: Final = 4
"""How often a check is repeated when the hub's own proposals overtake it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A commit whose form is right."""

    client_uri: str
    user_uri: str
    room_uri: str
    ref: bytes
    raw: bytes
    message: PublicMessage
    commit: Commit
    group_info: GroupInfo
    group_info_raw: bytes
    welcome: Welcome | None


@dataclass(frozen=True, slots=True)
class Snapshot:
    room: Room
    stored: StoredGroup
    group: PublicGroup
    known: KnownDevices
    can_remove: bool
    """Whether the committer may remove others: who floods a room with commits cannot keep those from doing it."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A commit that the public half of MLS and the room's rules accept."""

    asked: Asked
    snapshot: Snapshot
    staged: StagedPublicCommit


async def commit(
    context: HubContext, proposer: Proposer, session: Session, room_uri: str, body: rest.Commit
) -> rest.Committed:
    """Accept a commit, or raise a Refusal without a change."""
    context.limits.take("room.commit", session.client_uri)
    asked = await asyncio.to_thread(read, session, room_uri, body)  # half a second where a million bytes say little
    for attempt in range(ATTEMPTS):
        found = await context.db.read(lambda reader: look(reader, proposer, asked))
        if isinstance(found, rest.Committed):
            return found
        if attempt == 0 and not found.can_remove:
            context.limits.take("room.commits", room_uri)
        checked = await asyncio.to_thread(check, asked, found, context.now_ms())
        done = await context.db.write(partial(_apply_seen, context=context, proposer=proposer, checked=checked))
        if done is not None:
            return done
    raise Refusal(Code.UNAVAILABLE, "the room changed while the commit was checked; try again", retry_after_ms=100)


def _apply_seen(tx: Tx, context: HubContext, proposer: Proposer, checked: Checked) -> rest.Committed | None:
    """`apply`, with a note of how many people the committer brought into a group."""
    done = apply(tx, proposer, checked)
    asked, room = checked.asked, checked.snapshot.room
    brought = _came_in(checked) - {asked.user_uri}
    if done is not None and brought and room.direct_pair is None:
        seen = Seen(proposer.now_ms(), ObservedKind.ADDED, asked.user_uri, count=len(brought))
        observing.note(tx, context, seen)
    return done


def _came_in(checked: Checked) -> set[str]:
    """The people who are in the room after the commit and were not before."""
    old = RoomState.of(checked.snapshot.group.context).participants.roles()
    new = RoomState.of(checked.staged.context).participants.roles()
    return {one for one, role in new.items() if role >= Role.MEMBER and old.get(one, 0) < Role.MEMBER}


def read(session: Session, room_uri: str, body: rest.Commit) -> Asked:
    """Decode everything strictly."""
    if len(body.ref) != REF_BYTES:
        raise Refusal(Code.MALFORMED, f"ref must be {REF_BYTES} bytes, got {len(body.ref)}")
    for name, size, limit in (
        ("commit", len(body.commit), MAX_HANDSHAKE),
        ("Welcome", len(body.welcome or b""), MAX_HANDSHAKE),
        ("GroupInfo", len(body.group_info), MAX_GROUP_INFO_BYTES),
    ):
        if size > limit:
            raise Refusal(Code.TOO_LARGE, f"the {name} has {size} bytes, at most {limit} are taken")
    try:
        message = decode_public_message(body.commit)
        group_info = GroupInfo.decode(body.group_info)
        welcome = None if body.welcome is None else Welcome.decode(body.welcome)
    except ProtocolError as err:
        raise Refusal(Code.MALFORMED, f"{type(err).__name__}: {err}") from None
    content = message.content
    if not isinstance(content.body, Commit):
        raise Refusal(Code.MALFORMED, "expected a commit in the PublicMessage")
    if content.group_id != room_uri.encode():
        raise Refusal(Code.MALFORMED, "the commit is for another group than the room it is sent to")
    return Asked(
        session.client_uri,
        session.user_uri,
        room_uri,
        body.ref,
        body.commit,
        message,
        content.body,
        group_info,
        body.group_info,
        welcome,
    )


def look(query: Query, proposer: Proposer, asked: Asked) -> Snapshot | rest.Committed:
    """The room as the commit finds it; or the first answer, if this commit was accepted before."""
    room = store.find(query, asked.room_uri)
    if room is None or not store.participates(query, room.id, asked.user_uri):
        raise Refusal(Code.NOT_FOUND, "no such room of yours")
    earlier = log.event_by_ref(query, room.id, asked.client_uri, asked.ref)
    if earlier is not None:
        return repeated(asked, earlier)
    external = asked.message.content.sender.type == SenderType.NEW_MEMBER_COMMIT
    if not external and not store.is_member(query, room.id, asked.client_uri):
        raise Refusal(Code.NOT_ALLOWED, "the device is not a member of this room")
    if external:
        _check_no_reset(query, room, asked.user_uri)
    leaves = [item.key_package.leaf_node for item in asked.commit.proposals if isinstance(item, Add)]
    if asked.commit.path is not None:
        leaves.append(asked.commit.path.leaf_node)
    try:
        new = [member_of(leaf) for leaf in leaves]
    except ProtocolError as err:
        raise Refusal(Code.INVALID_COMMIT, f"{type(err).__name__}: {err}") from None
    _check_consent(query, room, asked, new, proposer.now_ms())
    _check_standing(query, room, asked, new, proposer.now_ms())
    known = KnownDevices(query, [member.client_uri for member in new])
    stored, group = groups.load(proposer.cache, query, room, known)
    can_remove = asked.user_uri in RoomState.of(group.context).who_may(Capability.REMOVE_PARTICIPANT)
    return Snapshot(room, stored, group, known, can_remove)


def _check_no_reset(query: Query, room: Room, user_uri: str) -> None:
    """A reset needs none of the account's old keys, so what follows one enters only where a member invited it again."""
    since_ms = store.participates_since(query, room.id, user_uri)
    if devices.follows_reset(query, user_uri, since_ms) and not store.devices_in_room(query, room.id, user_uri):
        raise Refusal(Code.NOT_ALLOWED, "the account was reset since it joined: a member has to invite this device")


def _check_consent(query: Query, room: Room, asked: Asked, new: Sequence[Member], now_ms: int) -> None:
    for user_uri in dict.fromkeys(member.user_uri for member in new):
        consents.check_addition(query, room, asked.user_uri, user_uri, now_ms)


def _check_standing(query: Query, room: Room, asked: Asked, new: Sequence[Member], now_ms: int) -> None:
    """Bringing others in, and deciding for others, is not left to everybody. Whatever a commit does besides is: own
    devices come and go, and what the hub proposed is covered. Who is removed also leaves the participant list."""
    if any(member.user_uri != asked.user_uri for member in new):
        decisions.check(query, asked.user_uri, Deed.INVITE, now_ms, room.room_uri)
    if any(isinstance(item, AppDataUpdate) for item in asked.commit.proposals):
        decisions.check(query, asked.user_uri, Deed.VOUCH, now_ms, room.room_uri)


def repeated(asked: Asked, earlier: bytes) -> rest.Committed:
    event = decode_from_hub(earlier)
    if not isinstance(event, Event) or event.message != asked.raw:
        raise Refusal(Code.CONFLICT, "the ref was used for something else")
    return rest.Committed(asked.message.content.epoch + 1, event.seq, event.ts_ms)


def check(asked: Asked, snapshot: Snapshot, now_ms: int) -> Checked:
    """Everything that can be said about the commit without a secret."""
    group, epoch = snapshot.group, asked.message.content.epoch
    if epoch != group.epoch:
        raise _wrong_epoch(epoch, group.epoch)
    _check_pending(asked, group)
    try:
        staged = group.process(asked.message, now_ms // 1000)
        if not isinstance(staged, StagedPublicCommit):
            raise Refusal(Code.MALFORMED, "expected a commit")
        if member_of(staged.tree.leaf(staged.committer)).client_uri != asked.client_uri:
            raise Refusal(Code.NOT_ALLOWED, "the commit is signed by another device than the one that sends it")
        staged.check_group_info(asked.group_info)
        require_external_pub(asked.group_info)
    except WrongEpoch:
        raise _wrong_epoch(epoch, group.epoch) from None
    except ProtocolError as err:
        raise Refusal(Code.INVALID_COMMIT, f"{type(err).__name__}: {err}") from None
    _check_welcome(asked, staged)
    return Checked(asked, snapshot, staged)


def _wrong_epoch(came: int, current: int) -> Refusal:
    return Refusal(
        Code.WRONG_EPOCH, f"the commit is of epoch {came}, the room is in epoch {current}", current_epoch=current
    )


def _check_pending(asked: Asked, group: PublicGroup) -> None:
    """Whoever stays covers the hub's proposals by reference; whoever is to go commits nothing."""
    if asked.client_uri in departures.pending_clients(group) or asked.user_uri in departures.pending_users(group):
        raise Refusal(Code.NOT_ALLOWED, "the removal of this device or person is pending")
    if asked.message.content.sender.type == SenderType.NEW_MEMBER_COMMIT:
        return  # cannot refer to proposals; they are made again for the epoch it leads to
    named = {item.value for item in asked.commit.proposals if isinstance(item, ProposalRef)}
    missing = len(set(group.proposals) - named)
    if missing:
        raise Refusal(
            Code.PENDING_REMOVE_OMITTED,
            f"the commit leaves out {missing} of {len(group.proposals)} pending proposals of the hub",
            current_epoch=group.epoch,
        )


def _check_welcome(asked: Asked, staged: StagedPublicCommit) -> None:
    """One set of secrets for each added device, and for nobody else."""
    wanted = sorted(added.key_package.reference() for added in staged.added)
    given = [] if asked.welcome is None else sorted(secrets.new_member for secrets in asked.welcome.secrets)
    if wanted != given or (asked.welcome is not None and not wanted):
        raise Refusal(
            Code.INVALID_COMMIT,
            f"the commit adds {len(wanted)} devices, its Welcome has secrets for {len(given)} others",
        )
    if asked.welcome is not None and asked.welcome.cipher_suite != staged.context.cipher_suite:
        raise Refusal(Code.INVALID_COMMIT, "the Welcome is of another cipher suite than the room")


def apply(tx: Tx, proposer: Proposer, checked: Checked) -> rest.Committed | None:
    """Make the commit part of the room; None if the room is no longer the one that was checked."""
    asked, staged, before = checked.asked, checked.staged, checked.snapshot
    room = store.find(tx, asked.room_uri)
    if room is None or store.group_version(tx, room.id) != before.stored.version:
        return None
    if log.event_by_ref(tx, room.id, asked.client_uri, asked.ref) is not None:
        return None
    if not before.known.unchanged(tx):
        return None
    now_ms = proposer.now_ms()
    new = [member_of(added.key_package.leaf_node) for added in staged.added]
    _check_consent(tx, room, asked, new, now_ms)
    _check_standing(tx, room, asked, new, now_ms)
    log.check_clock(room.last_ts_ms, now_ms)
    effects: list[Effect] = []
    if staged.external:
        store.put_member(tx, room.id, asked.client_uri, asked.user_uri, room.last_seq)
        effects.append(Enter(asked.client_uri, room.room_uri, room.last_seq))
    place = log.append(
        tx, room.head, now_ms, EventKind.COMMIT, asked.raw, effects, sender=asked.client_uri, ref=asked.ref
    )
    store.set_epoch(tx, room.id, staged.epoch, place.seq)
    commit_hash = hashlib.sha256(asked.raw).digest()
    store.add_commit(tx, room.id, staged.epoch - 1, commit_hash, asked.client_uri, KEPT_COMMITS)
    _end_removed(tx, room, staged, place, asked.client_uri, effects)
    _welcome_added(tx, room, staged, place, asked.welcome, effects)
    _record_people(tx, room, checked, place, proposer)
    store.set_agent(tx, room.id, RoomState.of(staged.context).franking_key)
    group = PublicGroup(staged.change.state(), staged.confirmation_tag, proposer.cache.rules())
    again = departures.to_repeat(before.group) if staged.external else []
    again += franking_agent.owed(proposer, group)
    departures.append_proposals(tx, place, proposer.key, group, again, now_ms, effects)
    groups.save(proposer.cache, tx, room, before.stored.version + 1, group, asked.group_info_raw)
    log.after_commit(tx, proposer.fanout, effects)
    return rest.Committed(staged.epoch, place.seq, place.ts_ms)


def _end_removed(
    tx: Tx, room: Room, staged: StagedPublicCommit, place: Head, committer: str, effects: list[Effect]
) -> None:
    """Removed devices get this commit and nothing after it."""
    for removed in staged.removed:
        client_uri = member_of(removed.leaf_node).client_uri
        if client_uri != committer and store.end_member(tx, room.id, client_uri, place.seq):
            effects.append(Part(client_uri, room.room_uri))
            log.tell_device(tx, client_uri, InboxKind.REMOVED, room.room_uri, place.seq, b"", effects)


def _welcome_added(
    tx: Tx, room: Room, staged: StagedPublicCommit, place: Head, welcome: Welcome | None, effects: list[Effect]
) -> None:
    """Each added device gets its own part of the Welcome, and the events after the commit."""
    if welcome is None:
        return
    store.put_tree(tx, room.id, place.seq, place.ts_ms, staged.tree.encode())
    parts = {secrets.new_member: secrets for secrets in welcome.secrets}
    for added in staged.added:
        member = member_of(added.key_package.leaf_node)
        own = Welcome(welcome.cipher_suite, (parts[added.key_package.reference()],), welcome.encrypted_group_info)
        store.put_member(tx, room.id, member.client_uri, member.user_uri, place.seq)
        log.tell_device(tx, member.client_uri, InboxKind.WELCOME, room.room_uri, place.seq, own.encode(), effects)
        effects.append(Enter(member.client_uri, room.room_uri, place.seq))


def _record_people(tx: Tx, room: Room, checked: Checked, place: Head, proposer: Proposer) -> None:
    """Note from when to when people were in the room. What they agreed to is used up."""
    hooks = departures.RoomHooks(proposer)
    old = RoomState.of(checked.snapshot.group.context).participants.roles()
    new = RoomState.of(checked.staged.context).participants.roles()
    for user_uri in sorted(old.keys() | new.keys()):
        was, is_now = old.get(user_uri, 0) >= Role.MEMBER, new.get(user_uri, 0) >= Role.MEMBER
        if is_now and not was:
            store.start_participation(tx, room.id, user_uri, place.ts_ms)
            hooks.contacts_changed(tx, consents.use_up(tx, room.id, user_uri))
            knocks.came_in(tx, room.room_uri, user_uri)
        elif was and not is_now:
            store.end_participation(tx, room.id, user_uri, place.ts_ms)
            consents.forget_word(tx, room.id, user_uri)
