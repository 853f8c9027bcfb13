# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Creating rooms, reading their state, leaving them, and saying that an epoch is broken."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import Final

from privity.identity.errors import BadUri
from privity.identity.uris import host_of, parse_room_uri, user_of
from privity.mls.codec import u64, vec
from privity.mls.crypto import verify_with_label
from privity.mls.errors import BadPublicKey, BadSignature, ProtocolError
from privity.mls.messages.group_info import GroupInfo
from privity.mls.public_group import PublicGroup
from privity.mls.suites import suite
from privity.mls.validation.group_info import require_external_pub
from privity.policy.members import member_of, members
from privity.policy.roles import Capability, Role
from privity.policy.room_rules import RoomRules
from privity.policy.room_state import RoomState, check_new_room
from privity.policy.room_suites import ROOM_SUITES
from privity.policy.standing import Deed
from privity.server.context import HubContext
from privity.server.db.database import Query, Tx
from privity.server.delivery import log
from privity.server.delivery.model import Enter
from privity.server.devices import service as devices
from privity.server.invitations import service as consents
from privity.server.limits import MAX_GROUP_INFO_BYTES, MAX_NEW_TREE_BYTES, MAX_ROOMS
from privity.server.observing import service as observing
from privity.server.observing.model import Seen
from privity.server.rooms import departures, groups, store
from privity.server.rooms.departures import Proposer
from privity.server.rooms.groups import KnownDevices
from privity.server.rooms.model import Room
from privity.server.sessions.model import Session
from privity.server.standing import service as decisions
from privity.wire import rest
from privity.wire.errors import Code, Refusal
from privity.wire.observed import ObservedKind

BROKEN_LABEL: Final = b"PrivityBrokenEpochTBS"

find = store.find
is_member = store.is_member
participated = store.participated
sending_right = store.sending_right
has_more_people = store.has_more_people
agents = store.agents


@dataclass(frozen=True, slots=True)
class InCharge:
    """A room as it is now, and the devices in it of those who may do something to others."""

    room: Room
    state: RoomState
    client_uris: tuple[str, ...]


def in_charge(query: Query, proposer: Proposer, room_uri: str, capability: Capability) -> InCharge | None:
    """None for a room that is not there, or has ended. Devices that are on their way out are none of it any more."""
    room = store.find(query, room_uri)
    if room is None or store.group(query, room.id) is None:
        return None
    _, group = groups.load(proposer.cache, query, room)
    state, here = RoomState.of(group.context), set(store.members(query, room.id))
    people = state.who_may(capability)
    found = (each for each in members(group.tree).values() if each.user_uri in people and each.client_uri in here)
    return InCharge(room, state, tuple(each.client_uri for each in found))


def broken_tbs(room_uri: str, epoch: int, commit_hash: bytes) -> bytes:
    """What a broken-epoch notice signs; `epoch` is the one that the commit was made in."""
    return vec(room_uri.encode()) + u64(epoch) + vec(commit_hash)


async def create(context: HubContext, proposer: Proposer, session: Session, body: rest.CreateRoom) -> rest.RoomCreated:
    """Take epoch 0 of a room. Creating the same room again with the same bytes gives the same answer."""
    context.limits.take("room.create", session.user_uri)
    for name, size, limit in (
        ("GroupInfo", len(body.group_info), MAX_GROUP_INFO_BYTES),
        ("tree", len(body.ratchet_tree), MAX_NEW_TREE_BYTES),
    ):
        if size > limit:
            raise Refusal(Code.TOO_LARGE, f"the {name} of a new room has {size} bytes, at most {limit} are taken")
    group_info, room_uri = _read_group_info(context, body.group_info)

    def write(tx: Tx) -> rest.RoomCreated:
        known = KnownDevices(tx, [session.client_uri])
        group = _check_new(context, session, group_info, body.ratchet_tree, known)
        state = RoomState.of(group.context)
        now_ms = context.now_ms()
        _check_may_begin(tx, session, state, now_ms, own_devices=body.own_devices)
        existing = store.find(tx, room_uri)
        if existing is not None:
            return _same_again(tx, existing, session, body)
        if len(store.rooms_of_user(tx, session.user_uri)) >= MAX_ROOMS:
            raise Refusal(Code.TOO_MANY, f"who is in {MAX_ROOMS} rooms makes no other; leave some", limit="rooms")
        pair = _direct_pair(tx, session, state, now_ms)
        agent = state.franking_key
        room_id = store.add(tx, room_uri, pair, group.suite.id, now_ms, agent)
        room = Room(room_id, room_uri, pair, group.suite.id, 0, 0, 0, now_ms, agent)
        store.put_member(tx, room_id, session.client_uri, session.user_uri, 0)
        for entry in state.participants.participants:
            store.start_participation(tx, room_id, entry.user_uri, now_ms)
        if pair is None and not body.own_devices:
            observing.note(tx, context, Seen(now_ms, ObservedKind.CREATED, session.user_uri))
        groups.save(proposer.cache, tx, room, 1, group, body.group_info)
        log.after_commit(tx, proposer.fanout, [Enter(session.client_uri, room_uri, 0)])
        return rest.RoomCreated(room_uri, 0)

    return await context.db.write(write)


def _read_group_info(context: HubContext, data: bytes) -> tuple[GroupInfo, str]:
    try:
        group_info = GroupInfo.decode(data)
        room_uri = parse_room_uri(group_info.group_context.group_id.decode())
    except (ProtocolError, BadUri, UnicodeDecodeError) as err:
        raise Refusal(Code.MALFORMED, f"{type(err).__name__}: {err}") from None
    if host_of(room_uri) != context.config.host:
        raise Refusal(Code.MALFORMED, f"the room URI must be one of {context.config.host}")
    return group_info, room_uri


def _check_new(
    context: HubContext, session: Session, group_info: GroupInfo, ratchet_tree: bytes, known: KnownDevices
) -> PublicGroup:
    if group_info.group_context.cipher_suite not in ROOM_SUITES:
        raise Refusal(Code.MALFORMED, f"rooms have one of the cipher suites {tuple(ROOM_SUITES)}")
    try:
        group = PublicGroup.from_group_info(group_info, ratchet_tree, RoomRules(known.check), context.now_ms() // 1000)
        require_external_pub(group_info)
        members = [member_of(leaf).client_uri for _, leaf in group.members()]
        state = RoomState.of(group.context)
        state.check_keys(hub_key=context.keys.external_sender_public, franking_key=context.keys.franking_public)
        check_new_room(state, session.user_uri)
    except ProtocolError as err:
        raise Refusal(Code.INVALID_COMMIT, f"{type(err).__name__}: {err}") from None
    if group.epoch != 0 or members != [session.client_uri]:
        raise Refusal(Code.INVALID_COMMIT, "a new room is in epoch 0 with the calling device as its only member")
    return group


def _check_may_begin(tx: Tx, session: Session, state: RoomState, now_ms: int, *, own_devices: bool) -> None:
    """A conversation is begun by who may begin one, a room of own devices by whoever may still say something."""
    people = [entry.user_uri for entry in state.participants.participants]
    if own_devices and people != [session.user_uri]:
        raise Refusal(Code.INVALID_COMMIT, "a room of own devices lists nobody but the account that makes it")
    decisions.check(tx, session.user_uri, Deed.SEND if own_devices else Deed.BEGIN, now_ms)


def _same_again(tx: Tx, existing: Room, session: Session, body: rest.CreateRoom) -> rest.RoomCreated:
    stored = store.group(tx, existing.id)
    mine = store.is_member(tx, existing.id, session.client_uri)
    if mine and existing.epoch == 0 and stored is not None and hmac.compare_digest(stored.group_info, body.group_info):
        return rest.RoomCreated(existing.room_uri, 0)
    raise Refusal(Code.CONFLICT, "a room with this URI exists")


def _direct_pair(tx: Tx, session: Session, state: RoomState, now_ms: int) -> str | None:
    """What makes a direct room the only one of its two people; None for a group."""
    if not state.direct:
        return None
    users = sorted(entry.user_uri for entry in state.participants.participants)
    other = next(user for user in users if user != session.user_uri)
    consents.check_addition(tx, None, session.user_uri, other, now_ms)
    pair = " ".join(users)
    existing = store.find_direct(tx, pair)
    if existing is not None:
        raise Refusal(Code.DIRECT_ROOM_EXISTS, "the two already share a direct room", room_uri=existing.room_uri)
    return pair


async def list_rooms(context: HubContext, session: Session) -> rest.Rooms:
    context.limits.take("room.get", session.client_uri)
    found = await context.db.read(lambda reader: store.summaries(reader, session.user_uri, session.client_uri))
    return rest.Rooms([rest.RoomSummary(row.room_uri, row.epoch, row.seq, row.member) for row in found])


async def group_state(context: HubContext, proposer: Proposer, session: Session, room_uri: str) -> rest.GroupState:
    """What a participant's device needs to enter, or to see what its next commit must cover."""
    context.limits.take("room.get", session.client_uri)

    def read(query: Query) -> rest.GroupState:
        room = own_room(query, session, room_uri)
        stored, group = groups.load(proposer.cache, query, room)
        return rest.GroupState(
            stored.group_info, group.tree.encode(), room.epoch_seq, departures.pending_messages(group)
        )

    return await context.db.read(read)


async def tree(context: HubContext, session: Session, room_uri: str, seq: int) -> rest.RoomTree:
    """The tree that belongs to a Welcome: of the event with which the caller's device came in."""
    context.limits.take("room.get", session.client_uri)
    found = await context.db.read(lambda query: store.tree_for(query, room_uri, session.client_uri, seq))
    if found is None:
        raise Refusal(Code.NOT_FOUND, "there is no tree of an event with which this device came into a room")
    return rest.RoomTree(found)


async def leave(context: HubContext, proposer: Proposer, session: Session, room_uri: str) -> rest.Done:
    """All devices of the caller get nothing more; the hub proposes that they go. Again is harmless."""
    context.limits.take("room.leave", session.user_uri)

    def write(tx: Tx) -> None:
        room = store.find(tx, room_uri)
        if room is None or not store.ever_participated(tx, room.id, session.user_uri):
            raise Refusal(Code.NOT_FOUND, "no such room of yours")
        if not store.participates(tx, room.id, session.user_uri):
            return
        own = store.devices_in_room(tx, room.id, session.user_uri)
        departures.depart(tx, proposer, room, own, session.user_uri)

    await context.db.write(write)
    return rest.Done()


async def broken(
    context: HubContext, proposer: Proposer, session: Session, room_uri: str, body: rest.Broken
) -> rest.BrokenCounted:
    """Count a notice; from more than half of the other participants on, the committing device has to go."""
    context.limits.take("room.broken", session.user_uri)
    if not 0 <= body.epoch < 1 << 63:
        raise Refusal(Code.MALFORMED, "the epoch is out of range")

    def write(tx: Tx) -> rest.BrokenCounted:
        room = own_room(tx, session, room_uri)
        made = store.commit_of(tx, room.id, body.epoch)
        if made is None or not hmac.compare_digest(made.hash, body.commit_hash):
            raise Refusal(Code.NOT_FOUND, f"the room has no such commit of epoch {body.epoch}")
        if not store.is_member(tx, room.id, session.client_uri):
            raise Refusal(Code.NOT_ALLOWED, "the device is not a member of this room")
        accused = user_of(made.client_uri)
        if accused == session.user_uri:
            raise Refusal(Code.NOT_ALLOWED, "a notice about a commit of one's own counts for nothing")
        _check_notice(tx, session, room_uri, body)
        store.add_notice(tx, room.id, body.epoch, session.user_uri)
        return _count(tx, proposer, room, body.epoch, made.client_uri, accused)

    return await context.db.write(write)


def _check_notice(tx: Tx, session: Session, room_uri: str, body: rest.Broken) -> None:
    device = devices.find(tx, session.client_uri)
    if device is None:
        raise Refusal(Code.NOT_ALLOWED, "the device is in no device list")
    tbs = broken_tbs(room_uri, body.epoch, body.commit_hash)
    try:
        verify_with_label(suite(1), device.signature_key, BROKEN_LABEL, tbs, body.signature)
    except (BadSignature, BadPublicKey) as err:
        raise Refusal(Code.MALFORMED, f"the notice is not signed by the device: {err}") from None


def _count(tx: Tx, proposer: Proposer, room: Room, epoch: int, client_uri: str, accused: str) -> rest.BrokenCounted:
    _, group = groups.load(proposer.cache, tx, room)
    roles = RoomState.of(group.context).participants.roles()
    others = {user for user, role in roles.items() if role >= Role.MEMBER and user != accused}
    counted = len(store.notices(tx, room.id, epoch) & others)
    needed = len(others) // 2 + 1
    if counted >= needed and store.is_member(tx, room.id, client_uri):
        departures.depart(tx, proposer, room, [client_uri], None)  # the person stays, so a false notice is no exclusion
    return rest.BrokenCounted(counted, needed)


def own_room(query: Query, session: Session, room_uri: str) -> Room:
    """A room in which the caller is a participant; others are not even confirmed to exist."""
    room = store.find(query, room_uri)
    if room is None or not store.participates(query, room.id, session.user_uri):
        raise Refusal(Code.NOT_FOUND, "no such room of yours")
    return room
