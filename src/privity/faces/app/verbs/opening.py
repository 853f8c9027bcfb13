# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Which accounts are here; opening, locking, making, restoring and linking them."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Final

from privity.faces.app.house import House
from privity.faces.app.port.asked import Done
from privity.faces.app.port.opening import (
    Accounts,
    AnswerLink,
    BeginLink,
    Create,
    Created,
    ForgetLink,
    LinkCode,
    LockNow,
    Overview,
    Restore,
    Unlock,
)
from privity.faces.app.verbs import Verbs
from privity.server.version import VERSION


async def overview(house: House, _: Overview) -> Accounts:
    return Accounts(accounts=house.shown(), version=VERSION)


async def unlock(house: House, request: Unlock) -> Done:
    await house.account(request.account).unlock(request.passphrase)
    return Done()


async def lock_now(house: House, request: LockNow) -> Done:
    await (house.account(request.account).lock() if request.account else house.lock_all())
    return Done()


async def create(house: House, request: Create) -> Created:
    account = house.begun(request.account)
    phrase = await account.create(
        request.passphrase, request.hub.strip(), request.handle, request.invite, age=request.age, listed=request.listed
    )
    return Created(phrase=phrase)


async def restore(house: House, request: Restore) -> Done:
    backup = house.brought.take(request.backup) if request.backup else None
    with ExitStack() as undo:
        if backup is not None:
            undo.callback(backup.close)
        account = house.begun(request.account)
        await account.restore(request.passphrase, request.hub.strip(), request.handle, request.phrase, backup)
        undo.pop_all()  # the errand closes it
    return Done()


async def begin_link(house: House, request: BeginLink) -> LinkCode:
    return LinkCode(code=await house.begun(request.account).begin_link(request.passphrase, request.hub.strip()))


async def forget_link(house: House, request: ForgetLink) -> Done:
    await house.account(request.account).forget_link(request.passphrase)
    return Done()


async def answer_link(house: House, request: AnswerLink) -> Done:
    house.account(request.account).answer_link(request.same)
    return Done()


VERBS: Final[Verbs] = {
    Overview: overview,
    Unlock: unlock,
    LockNow: lock_now,
    Create: create,
    Restore: restore,
    BeginLink: begin_link,
    AnswerLink: answer_link,
    ForgetLink: forget_link,
}
