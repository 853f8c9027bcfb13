# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Passing typing notices on (spec/typing.md): to who is connected, without keeping, franking or counting them.

A notice that is not passed on is not answered: nothing depends on it, and who sent it learns nothing by it.
"""

from __future__ import annotations

from typing import Final

from privity.message.typing import MAX_PEOPLE, NOTICE_BYTES
from privity.policy.standing import Deed
from privity.server.context import HubContext
from privity.server.db.database import Reader
from privity.server.delivery import accepting
from privity.server.delivery.connection import Connection
from privity.server.delivery.fanout import Fanout
from privity.server.rooms import service as rooms
from privity.server.standing import service as standing
from privity.wire.errors import Code, Refusal
from privity.wire.socket import Typing, encode

NOT_A_MEMBER: Final = "the device is not a member of this room"


async def relay(context: HubContext, fanout: Fanout, connection: Connection, frame: Typing) -> None:
    """Pass a notice on or drop it. Raises a MALFORMED Refusal for bytes that are none."""
    if len(frame.notice) != NOTICE_BYTES:
        raise Refusal(Code.MALFORMED, f"a typing notice has {NOTICE_BYTES} bytes, got {len(frame.notice)}")
    try:
        _check_listens(fanout, connection, frame.room_uri)  # first, so that invented rooms fill no table of limits
        context.limits.take("typing.send", connection.client_uri)
        context.limits.take("typing.send_room", f"{connection.client_uri} {frame.room_uri}")
        await context.db.read(lambda reader: _check_right(reader, connection, frame, context.now_ms()))
        _check_listens(fanout, connection, frame.room_uri)  # it may have gone while the database was asked
    except Refusal as refusal:
        context.metrics.refused(refusal.code)
        return
    fanout.pass_on(frame.room_uri, connection, encode(frame))


def _check_listens(fanout: Fanout, connection: Connection, room_uri: str) -> None:
    if not fanout.listens(connection, room_uri):
        raise Refusal(Code.NOT_ALLOWED, NOT_A_MEMBER)


def _check_right(reader: Reader, connection: Connection, frame: Typing, now_ms: int) -> None:
    """A member of a small room, in its epoch, whom nobody there has blocked and no decision keeps silent."""
    right = rooms.sending_right(reader, frame.room_uri, connection.client_uri)
    if right is None:
        raise Refusal(Code.NOT_ALLOWED, NOT_A_MEMBER)
    if frame.epoch != right.epoch:
        raise Refusal(Code.WRONG_EPOCH, f"the notice is of epoch {frame.epoch}, the room is in epoch {right.epoch}")
    if rooms.has_more_people(reader, right.head.room_id, MAX_PEOPLE):
        raise Refusal(Code.NOT_ALLOWED, f"rooms of more than {MAX_PEOPLE} people have no typing notices")
    standing.check(reader, connection.user_uri, Deed.TYPE, now_ms, frame.room_uri)
    accepting.check_direct(reader, right.direct_pair, connection.user_uri, now_ms)
