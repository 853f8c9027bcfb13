# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Coming into a room: by Welcome, or from outside by external commit (RFC 9420, sections 12.4.3.1 and 12.4.3.2).

Either way every leaf must be in its user's verified device list, and the room must name this hub's keys.
"""

from __future__ import annotations

from functools import partial

from privity.client.engine import admission, calls
from privity.client.engine.entering import AnyLeaf, EnteringRules, leaving
from privity.client.engine.flow import Flow, ask
from privity.client.engine.going_back import check_place, check_state
from privity.client.engine.records import Table
from privity.client.engine.state import CAPABILITIES, NO_AAD, Device, RoomRecord
from privity.client.engine.trust import UnknownDevice
from privity.client.errors import CommandRefused
from privity.mls.errors import NoMatchingSecrets, PolicyRefused
from privity.mls.group import Group, KeyPackageBundle
from privity.mls.messages.codepoints import LAST_RESORT
from privity.mls.messages.envelope import decode_group_info
from privity.mls.messages.group_context import GroupContext
from privity.mls.messages.group_info import GroupInfo
from privity.mls.messages.welcome import Welcome
from privity.mls.state import PublicState
from privity.mls.suites import suite
from privity.mls.tree.ratchet_tree import RatchetTree
from privity.policy.members import find_client
from privity.policy.room_rules import RoomRules
from privity.policy.room_state import RoomState
from privity.policy.room_suites import ROOM_SUITES
from privity.wire import rest
from privity.wire.errors import Code, Refusal


class Overtaken(CommandRefused):
    """Commits of others were faster each time."""


MAX_TRIES = 8
"""Commits of others may win against an entry from outside; in a busy room this many times in a row is not chance."""


def check_room(device: Device, context: GroupContext, room_uri: str) -> RoomState:
    """Raise PolicyRefused unless this is the group of that room at this hub. A room that has not changed since names
    an earlier key for franks."""
    room = RoomState.of(context)
    if room.room_uri != room_uri:
        raise PolicyRefused(f"the group belongs to {room.room_uri}, expected {room_uri}")
    if room.franking_key not in device.own.earlier_franking_keys:
        device.check_franking_key(room.franking_key)
    room.check_keys(hub_key=device.own.hub_key, franking_key=room.franking_key)
    return room


def join(device: Device, room_uri: str, seq: int, body: bytes) -> Flow[Group]:
    """Join by a Welcome to one of our KeyPackages. The KeyPackage is used up, unless it is the last resort.

    The hub has the tree of the event `seq` with which this device came, and the Welcome its hash; devices of earlier
    versions put the tree inside. Raises Unasked where whoever made the Welcome may not add this device; then nothing of
    the group is kept.
    """
    welcome = Welcome.decode(body)
    bundle = _bundle_for(device, welcome)
    ratchet_tree = yield from _tree_beside(room_uri, seq)
    identity = device.identity(welcome.cipher_suite)

    def joined(rules: RoomRules) -> Group:
        return Group.join(welcome, bundle, identity, ratchet_tree=ratchet_tree, rules=rules, now=device.now_s)

    try:
        group = joined(device.rules)
    except UnknownDevice:
        yield from device.meet(joined(AnyLeaf(device.pins.check_device)).tree)
        group = yield from device.with_lists(lambda: joined(device.rules))
    yield from device.with_lists(lambda: check_room(device, group.context, room_uri))
    try:
        yield from admission.check_welcome(device, room_uri, group)
    except admission.Unasked:
        _used_up(device, bundle)
        raise
    _used_up(device, bundle)
    return group


def _tree_beside(room_uri: str, seq: int) -> Flow[bytes | None]:
    """The tree of that event; None where the hub keeps it no more."""
    try:
        answer = yield from ask(calls.room_tree(room_uri, seq), rest.RoomTree)
    except Refusal as refusal:
        if refusal.code is not Code.NOT_FOUND:
            raise
        return None
    return answer.ratchet_tree


def _used_up(device: Device, bundle: KeyPackageBundle) -> None:
    if not any(extension.type == LAST_RESORT for extension in bundle.key_package.extensions):
        device.batch.delete(Table.KEY_PACKAGE, "", bundle.key_package.reference())


def _bundle_for(device: Device, welcome: Welcome) -> KeyPackageBundle:
    for secret in welcome.secrets:
        value = device.batch.get(Table.KEY_PACKAGE, "", secret.new_member)
        if value is not None:
            return KeyPackageBundle.decode(value)
    raise NoMatchingSecrets("the Welcome is for none of this device's KeyPackages")


def enter(device: Device, record: RoomRecord) -> Flow[tuple[Group, int, int]]:
    """Enter from outside, replacing an old leaf of this device if there is one: the group, seq and time of the entry.

    Raises RolledBack for a state that is older than one this device was in, or a number that it has dealt with; Unasked
    for a room that it was not in, where its account neither began nor agreed to be there. What
    the entry made is not kept before the hub has it: after a crash in between, the device simply enters again.
    """
    room_uri = record.room_uri
    for _ in range(MAX_TRIES):
        state = yield from ask(calls.group_state(room_uri), rest.GroupState)
        group_info = GroupInfo.decode(state.group_info)
        check_state(record, group_info.group_context)
        room = yield from device.with_lists(partial(check_room, device, group_info.group_context, room_uri))
        tree = RatchetTree.decode(suite(group_info.group_context.cipher_suite, ROOM_SUITES), state.ratchet_tree)
        yield from device.meet(tree)
        if record.epoch < 0 or not record.member:
            yield from admission.check_entry(device, room_uri, room, tree)
        if room.direct:
            for participant in room.participants.participants:
                device.pins.check_accepted(participant.user_uri)
        replaced = find_client(tree, device.own.client_uri)
        public = PublicState.confirmed(group_info.group_context, tree, group_info.confirmation_tag)
        rules = EnteringRules(
            device.pins.check_device,
            device.pins.check_fresh,
            device.check_franking_key,
            leaving(public, state.proposals),
        )
        pending = yield from device.with_lists(
            partial(
                Group.join_external,
                group_info,
                ratchet_tree=state.ratchet_tree,
                identity=device.identity(public.suite.id),
                capabilities=CAPABILITIES,
                rules=rules,
                now=device.now_s,
                random=device.random,
                replace=replaced,
                aad=NO_AAD,
            )
        )
        own_info = decode_group_info(pending.group_info).encode()
        body = rest.Commit(device.random(16), pending.message, own_info, None)
        try:
            answer = yield from ask(calls.commit(room_uri, body), rest.Committed)
        except Refusal as refusal:
            if refusal.code is not Code.WRONG_EPOCH:
                raise
            continue
        check_place(record, answer.seq)
        return pending.merge(), answer.seq, answer.ts_ms
    raise Overtaken("others were faster each time; try again when the conversation is calmer")
