# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Whose devices take reports in a room, and how one reaches their inboxes and nobody else's.

The hub knows who sent something to whom, and not whom or what it is about: it cannot leave out the accused, and the
reporter's device does. It keeps nothing but what waits in an inbox.
"""

from __future__ import annotations

import hmac

from privity.identity.errors import ReportKeyError
from privity.identity.report_key import ReportKey
from privity.message.report import MAX_RECIPIENTS, MAX_ROOM_REPORT, WRAPPED_BYTES
from privity.policy.roles import Capability
from privity.server.context import HubContext
from privity.server.db.database import Query, Tx
from privity.server.delivery import log
from privity.server.delivery.model import Effect
from privity.server.devices import service as devices
from privity.server.room_reports import store
from privity.server.room_reports.model import KeptKey
from privity.server.rooms import service as rooms
from privity.server.rooms.departures import Proposer
from privity.server.sessions.model import Session
from privity.wire import rest
from privity.wire.errors import Code, Refusal
from privity.wire.socket import InboxKind


async def put_key(context: HubContext, session: Session, body: rest.PutReportKey) -> rest.Done:
    """Take the next key of the calling device. The same again is harmless, an older one is refused."""
    context.limits.take("report_key.put", session.client_uri)
    try:
        key = ReportKey.decode(body.key)
    except ReportKeyError as err:
        raise Refusal(Code.MALFORMED, f"{type(err).__name__}: {err}") from None
    if key.client_uri != session.client_uri:
        raise Refusal(Code.NOT_ALLOWED, "a device puts a key of its own, this one names another device")

    def write(tx: Tx) -> None:
        device = devices.find(tx, session.client_uri)
        if device is None:
            raise Refusal(Code.NOT_ALLOWED, "the device is in no device list")
        try:
            key.check(device.signature_key)
        except ReportKeyError as err:
            raise Refusal(Code.MALFORMED, str(err)) from None
        kept = store.find(tx, session.client_uri)
        if kept is not None and hmac.compare_digest(kept.key, body.key):
            return
        if kept is not None and key.number <= kept.number:
            raise Refusal(Code.CONFLICT, f"the device has a key with number {kept.number}; the next one is higher")
        store.put(tx, KeptKey(session.client_uri, key.number, body.key))

    await context.db.write(write)
    return rest.Done()


async def moderators(context: HubContext, proposer: Proposer, session: Session, room_uri: str) -> rest.RoomModerators:
    """The keys of devices of those who may delete what others say there; for people of the room alone."""
    context.limits.take("room.get", session.client_uri)

    def read(query: Query) -> rest.RoomModerators:
        return rest.RoomModerators(store.of_devices(query, _in_charge(query, proposer, session, room_uri)))

    return await context.db.read(read)


async def report(
    context: HubContext, proposer: Proposer, session: Session, room_uri: str, body: rest.RoomReport
) -> rest.Done:
    """Put a report into the inbox of each device that it was sealed to: all of those in charge, or it goes to nobody.
    A device that has been away until its inbox was full is passed over, so that filling one silences nobody.

    Sent twice it comes twice; devices know it by its id.
    """
    if not 0 < len(body.sealed) <= MAX_ROOM_REPORT:
        raise Refusal(
            Code.TOO_LARGE, f"a report to moderators has 1 to {MAX_ROOM_REPORT} bytes, got {len(body.sealed)}"
        )
    if not 0 < len(body.wrapped) <= MAX_RECIPIENTS:
        raise Refusal(
            Code.MALFORMED, f"a report goes to 1 to {MAX_RECIPIENTS} devices, this one to {len(body.wrapped)}"
        )
    if any(len(each.wrapped) != WRAPPED_BYTES for each in body.wrapped):
        raise Refusal(Code.MALFORMED, f"the sealed key of a report has {WRAPPED_BYTES} bytes")
    named = {each.client_uri: each.wrapped for each in body.wrapped}
    if len(named) != len(body.wrapped):
        raise Refusal(Code.MALFORMED, "a report goes to each device once")
    context.limits.take("report.moderators", session.user_uri)

    def write(tx: Tx) -> None:
        in_charge = set(_in_charge(tx, proposer, session, room_uri))
        if not named.keys() <= in_charge:
            raise Refusal(Code.CONFLICT, "not all of these devices are of somebody who looks after this room now")
        effects: list[Effect] = []
        size = WRAPPED_BYTES + len(body.sealed)
        away = {each for each in named if log.inbox_is_full(tx, each, size)}
        for client_uri, wrapped in named.items():
            if client_uri in away and len(away) < len(named):  # where all are, the first is refused by name
                continue
            log.tell_device(tx, client_uri, InboxKind.ROOM_REPORT, room_uri, 0, wrapped + body.sealed, effects)
        log.after_commit(tx, proposer.fanout, effects)

    await context.db.write(write)
    return rest.Done()


def _in_charge(query: Query, proposer: Proposer, session: Session, room_uri: str) -> tuple[str, ...]:
    """The devices of those who look after a room of the caller's, but for the caller's own. Raises NOT_FOUND."""
    rooms.own_room(query, session, room_uri)
    here = rooms.in_charge(query, proposer, room_uri, Capability.DELETE_OTHER)
    found = () if here is None else here.client_uris
    own = {device.client_uri for device in devices.of_user(query, session.user_uri)}
    return tuple(each for each in found if each not in own)
