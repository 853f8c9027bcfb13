# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Who may leave a letter in whose inbox: a device in that of another device of the same account, and nobody else."""

from __future__ import annotations

from privity.server.context import HubContext
from privity.server.db.database import Tx
from privity.server.delivery import log
from privity.server.delivery.log import Outlet
from privity.server.delivery.model import Effect
from privity.server.devices import service as devices
from privity.wire.errors import Code, Refusal
from privity.wire.rest import MAX_LETTER, SendLetter
from privity.wire.socket import InboxKind


async def send(context: HubContext, outlet: Outlet, user_uri: str, client_uri: str, asked: SendLetter) -> None:
    """From this device. A letter that was sent twice comes twice; what is in it decides what that does."""
    context.limits.take("letter.send", client_uri)
    if not 0 < len(asked.letter) <= MAX_LETTER:
        raise Refusal(Code.MALFORMED, f"a letter has 1 to {MAX_LETTER} bytes, got {len(asked.letter)}")

    def write(tx: Tx) -> None:
        to = devices.find(tx, asked.client_uri)
        if to is None or to.user_uri != user_uri or to.client_uri == client_uri:
            raise Refusal(Code.NOT_FOUND, "the caller's account has no other device of this name")
        if devices.find(tx, client_uri) is None:
            raise Refusal(Code.NOT_ALLOWED, "the caller's device list no longer names this device")
        effects: list[Effect] = []
        log.tell_device(tx, to.client_uri, InboxKind.LETTER, "", 0, asked.letter, effects)
        log.after_commit(tx, outlet, effects)

    await context.db.write(write)
