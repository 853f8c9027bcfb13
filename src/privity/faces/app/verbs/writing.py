# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""That somebody writes, and texts as pictures that a camera reads."""

from __future__ import annotations

from typing import Final

from privity.faces.app.conversations import known
from privity.faces.app.errors import TooLongToDraw
from privity.faces.app.house import House
from privity.faces.app.limits import MAX_QR
from privity.faces.app.opened import Opened
from privity.faces.app.port.asked import Done
from privity.faces.app.port.writing import DrawQr, QrCode, SayTyping
from privity.faces.app.verbs import Verbs
from privity.faces.commands.qr import squares


async def say_typing(opened: Opened, request: SayTyping) -> Done:
    await opened.device.say_typing(known(opened.device, request.room_uri))
    return Done()


async def draw_qr(_: House, request: DrawQr) -> QrCode:
    size = len(request.text.encode("utf-8", "replace"))
    if not 1 <= size <= MAX_QR:
        raise TooLongToDraw(f"a QR code here holds 1 to {MAX_QR} bytes, and this text has {size}")
    return QrCode(rows=squares(request.text))


HOUSE: Final[Verbs] = {DrawQr: draw_qr}
VERBS: Final[Verbs] = {SayTyping: say_typing}
