# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Messages: sending, changing, taking back, reacting."""

from __future__ import annotations

from typing import Final

from privity.client.errors import CommandRefused
from privity.faces.app.conversations import known
from privity.faces.app.errors import Malformed
from privity.faces.app.opened import Opened
from privity.faces.app.port.asked import (
    Delete,
    Done,
    EditText,
    ForgetEntry,
    Forward,
    React,
    SendText,
    Sent,
    TakeBack,
)
from privity.faces.app.port.happened import EntryGone
from privity.faces.app.verbs import Verbs
from privity.message.content import YEAR_S


async def send_text(opened: Opened, request: SendText) -> Sent:
    room_uri, words = known(opened.device, request.room_uri), _words(request.text)
    expires = None if request.expires_s is None else (True, _seconds(request.expires_s))

    async def send() -> bytes:
        return await opened.device.send(
            room_uri, words, in_reply_to=request.in_reply_to, expires=expires, token=request.token
        )

    return Sent(message_id=await opened.sent_once(room_uri, request.token, send))


async def edit_text(opened: Opened, request: EditText) -> Sent:
    room_uri = known(opened.device, request.room_uri)
    return Sent(message_id=await opened.device.edit(room_uri, request.message_id, _words(request.text)))


async def delete(opened: Opened, request: Delete) -> Sent:
    room_uri = known(opened.device, request.room_uri)
    return Sent(message_id=await opened.device.delete(room_uri, request.message_id))


async def react(opened: Opened, request: React) -> Sent:
    room_uri = known(opened.device, request.room_uri)
    return Sent(message_id=await opened.device.react(room_uri, request.message_id, _words(request.emoji)))


async def take_back(opened: Opened, request: TakeBack) -> Sent:
    room_uri = known(opened.device, request.room_uri)
    return Sent(message_id=await opened.device.take_back(room_uri, request.message_id, request.reaction_id))


async def forward(opened: Opened, request: Forward) -> Done:
    room_uri = known(opened.device, request.room_uri)
    to_rooms = tuple(known(opened.device, each) for each in dict.fromkeys(request.to_room_uris))
    await opened.device.forward(room_uri, request.message_id, to_rooms)
    return Done()


async def forget(opened: Opened, request: ForgetEntry) -> Done:
    room_uri = known(opened.device, request.room_uri)
    item = opened.device.host.engine.room(room_uri).timeline.item(request.message_id)
    await opened.device.forget(room_uri, request.message_id)
    if item is not None:
        opened.announce(EntryGone(account=opened.name, room_uri=room_uri, seq=item.seq))
    return Done()


def _words(text: str) -> str:
    if not text.strip():
        raise CommandRefused("there is nothing in the text; nothing was sent")
    return text


def _seconds(expires_s: int) -> int:
    if not 1 <= expires_s <= YEAR_S:
        raise Malformed(f"a message can disappear after 1 to {YEAR_S} seconds")
    return expires_s


VERBS: Final[Verbs] = {
    SendText: send_text,
    EditText: edit_text,
    Delete: delete,
    React: react,
    TakeBack: take_back,
    Forward: forward,
    ForgetEntry: forget,
}
