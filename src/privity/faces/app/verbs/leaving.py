# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Ending the account."""

from __future__ import annotations

from typing import Final

from privity.client.errors import CommandRefused
from privity.faces.app.opened import Opened
from privity.faces.app.port.leaving import CloseAccount, Closing, ClosingShown
from privity.faces.app.verbs import Verbs


async def closing(opened: Opened, _: Closing) -> ClosingShown:
    return _shown(opened, closed=opened.device.leaving.closed())


async def close_account(opened: Opened, request: CloseAccount) -> ClosingShown:
    typed = request.handle.strip().removeprefix("@").lower()
    if typed != opened.host.engine.device.own.handle:
        raise CommandRefused("that is not the handle of this account; nothing was done")
    if request.phrase:
        await opened.device.leaving.at_once(request.phrase)
        return _shown(opened, closed=True)
    await opened.device.leaving.ask()
    return _shown(opened, closed=False)


def _shown(opened: Opened, *, closed: bool) -> ClosingShown:
    device = opened.device
    return ClosingShown(
        until_ms=None if closed else device.leaving.pending_until(), closed=closed, may_ask=device.account.holds_key
    )


VERBS: Final[Verbs] = {Closing: closing, CloseAccount: close_account}
