# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What helps while one writes, and with what is read off a screen."""

from __future__ import annotations

from privity.faces.app.port.asked import AccountRequest, Request, Result
from privity.faces.app.port.happened import Event


class SayTyping(AccountRequest, frozen=True, kw_only=True):
    """The person writes in a conversation just now: `Done`. It is told to the others at most every six seconds."""

    room_uri: str


class TypingShown(Event, frozen=True, kw_only=True):
    """Somebody else writes there. It is shown for `lasts_ms`, or until they have said something."""

    account: str
    room_uri: str
    user_uri: str
    lasts_ms: int


class DrawQr(Request, frozen=True, kw_only=True):
    """A text as a QR code: `QrCode`. Fails with `TooLongToDraw`."""

    text: str


class QrCode(Result, frozen=True, kw_only=True):
    """The rows of the code with its quiet border, `1` for each dark square."""

    rows: tuple[str, ...]
