# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Which links work, and who may knock with one: the hub turns away what no link allows, and passes on the rest.

It cannot let anybody in. Devices of those in charge check the link's MAC and the knocker's signature, and only then ask
for KeyPackages. Whoever knocks has agreed to be let into that room.
"""

from __future__ import annotations

from typing import NoReturn

from privity.identity.room_links import ID_BYTES, KNOCK_MS, LAST_MS, MAC_BYTES, SIGNATURE_BYTES, Knock, hash_of
from privity.policy.roles import Capability, Role
from privity.policy.standing import Deed
from privity.server.challenges import service as challenges
from privity.server.context import HubContext
from privity.server.db.database import Tx
from privity.server.delivery import log
from privity.server.delivery.model import Effect
from privity.server.knocks import store
from privity.server.knocks.model import DAY_MS, HASH_BYTES, LONGEST_MS, MAX_LINKS, MAX_TOLD, MAX_WAITING, Link, Waiting
from privity.server.observing import service as observing
from privity.server.observing.model import Seen
from privity.server.rooms import service as rooms
from privity.server.rooms.departures import Proposer
from privity.server.rooms.service import InCharge
from privity.server.sessions.model import Session
from privity.server.standing import service as standing
from privity.wire import rest
from privity.wire.errors import Code, Refusal
from privity.wire.observed import ObservedKind
from privity.wire.socket import InboxKind


async def allow(
    context: HubContext, proposer: Proposer, session: Session, room_uri: str, body: rest.AllowLink
) -> rest.Done:
    """From now on who shows the public half of this link may knock. The same again is harmless."""
    context.limits.take("room.link", session.user_uri)
    if len(body.hash) != HASH_BYTES:
        raise Refusal(Code.MALFORMED, f"the hash of a link has {HASH_BYTES} bytes, got {len(body.hash)}")
    now_ms = context.now_ms()
    if not now_ms < body.expires_ms <= now_ms + LONGEST_MS:
        raise Refusal(Code.MALFORMED, f"a link works for at most {LONGEST_MS // DAY_MS} days from now")

    def write(tx: Tx) -> None:
        _in_charge(tx, proposer, session, room_uri)
        standing.check(tx, session.user_uri, Deed.LINK, now_ms, room_uri)
        store.remove_over(tx, now_ms, now_ms - KNOCK_MS)
        known = store.find_link(tx, room_uri, body.hash) is not None
        if not known and store.count_links(tx, room_uri, now_ms) >= MAX_LINKS:
            raise Refusal(Code.TOO_MANY, f"at most {MAX_LINKS} links of a room work at once", limit="room.links")
        store.put_link(tx, Link(room_uri, body.hash, body.expires_ms))

    await context.db.write(write)
    return rest.Done()


async def revoke(
    context: HubContext, proposer: Proposer, session: Session, room_uri: str, link_hash: bytes
) -> rest.Done:
    """From now on the link is like one that was never made. Again is harmless."""
    context.limits.take("room.link", session.user_uri)

    def write(tx: Tx) -> None:
        _in_charge(tx, proposer, session, room_uri)
        store.remove_link(tx, room_uri, link_hash)

    await context.db.write(write)
    return rest.Done()


async def knock(
    context: HubContext, proposer: Proposer, session: Session, room_uri: str, body: rest.KnockAt
) -> rest.Done:
    """Pass a knock on to the devices of those in charge. Whoever is in the room already has nothing to ask for.

    One and the same refusal for a link that was never made, was revoked or has expired, for a room that is not there,
    was closed or lost its links, and for who is banned.
    """
    context.limits.take("room.knock", session.user_uri)
    for name, value, size in (
        ("public half", body.link_id, ID_BYTES),
        ("MAC", body.mac, MAC_BYTES),
        ("signature", body.signature, SIGNATURE_BYTES),
    ):
        if len(value) != size:
            raise Refusal(Code.MALFORMED, f"the {name} in a knock has {size} bytes, got {len(value)}")
    if not 0 < body.at_ms <= LAST_MS:
        raise Refusal(Code.MALFORMED, "the time of a knock is out of range")
    now_ms = context.now_ms()
    frame = Knock(body.link_id, session.client_uri, body.at_ms, body.mac, body.signature).encode()

    def write(tx: Tx) -> None:
        link = store.find_link(tx, room_uri, hash_of(body.link_id))
        if link is None or link.expires_ms <= now_ms or not standing.links_work(tx, room_uri, now_ms):
            _no_such_link()
        here = rooms.in_charge(tx, proposer, room_uri, Capability.ADD_PARTICIPANT)
        if here is None or not here.client_uris or here.state.participants.role(session.user_uri) == Role.BANNED:
            _no_such_link()
        if here.state.participants.role(session.user_uri) >= Role.MEMBER:
            return
        before = store.find_knock(tx, room_uri, session.user_uri)
        if before is not None and before.at_ms == body.at_ms:
            return  # asked again, because the answer was lost
        if before is None and store.count_knocks(tx, room_uri, now_ms - KNOCK_MS) >= MAX_WAITING:
            raise Refusal(Code.TOO_MANY, f"{MAX_WAITING} people wait there already; try again later", limit="knocks")
        if before is None:
            challenges.demand(tx, context, session.user_uri, challenges.knocking(room_uri), body.work, now_ms)
        store.put_knock(tx, Waiting(room_uri, session.user_uri, body.at_ms, now_ms))
        if before is None:
            observing.note(tx, context, Seen(now_ms, ObservedKind.KNOCKED, session.user_uri, room=room_uri))
        _tell(tx, proposer, here, room_uri, InboxKind.KNOCK, frame)

    await context.db.write(write)
    return rest.Done()


async def end(context: HubContext, proposer: Proposer, session: Session, room_uri: str, user_uri: str) -> rest.Done:
    """A knock is over: whoever knocked takes it back, or somebody in charge said no. The knocker is not told."""
    context.limits.take("room.link", session.user_uri)

    def write(tx: Tx) -> None:
        if session.user_uri != user_uri:
            _in_charge(tx, proposer, session, room_uri)
        if store.find_knock(tx, room_uri, user_uri) is None:
            return
        store.remove_knock(tx, room_uri, user_uri)
        here = rooms.in_charge(tx, proposer, room_uri, Capability.ADD_PARTICIPANT)
        if here is not None:
            _tell(tx, proposer, here, room_uri, InboxKind.KNOCK_ENDED, user_uri.encode())

    await context.db.write(write)
    return rest.Done()


def came_in(tx: Tx, room_uri: str, user_uri: str) -> None:
    """Whoever knocked is in the room; devices see that in the commit."""
    store.remove_knock(tx, room_uri, user_uri)


async def forget_over(context: HubContext) -> None:
    """Run about hourly."""
    now_ms = context.now_ms()
    await context.db.write(lambda tx: store.remove_over(tx, now_ms, now_ms - KNOCK_MS))


def _no_such_link() -> NoReturn:
    raise Refusal(Code.BAD_INVITE, "this link opens no conversation: it is unknown, revoked or expired")


def _in_charge(tx: Tx, proposer: Proposer, session: Session, room_uri: str) -> InCharge:
    """The room, or a Refusal unless the caller's device is in it and may let people in."""
    here = rooms.in_charge(tx, proposer, room_uri, Capability.ADD_PARTICIPANT)
    if here is None or not rooms.is_member(tx, here.room.id, session.client_uri):
        raise Refusal(Code.NOT_FOUND, "no such room of yours")
    if session.client_uri not in here.client_uris:
        raise Refusal(Code.NOT_ALLOWED, "only admins and moderators of a group let people in")
    return here


def _tell(tx: Tx, proposer: Proposer, here: InCharge, room_uri: str, kind: InboxKind, body: bytes) -> None:
    effects: list[Effect] = []
    for client_uri in here.client_uris[:MAX_TOLD]:
        log.tell_device(tx, client_uri, kind, room_uri, 0, body, effects)
    log.after_commit(tx, proposer.fanout, effects)
