# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Beginning and stopping what takes long: backups, exports and imports, history between devices."""

from __future__ import annotations

from typing import Final

from privity.client.export.writing import Form
from privity.faces.app import keeping
from privity.faces.app.conversations import known
from privity.faces.app.opened import Opened
from privity.faces.app.port.asked import Done
from privity.faces.app.port.errands import (
    BackupKey,
    BackupKeyShown,
    BringBack,
    ErrandIs,
    ErrandKind,
    Export,
    GiveHistory,
    Import,
    LookAtErrand,
    MakeBackup,
    StopErrand,
    TakeHistory,
)
from privity.faces.app.verbs import Verbs
from privity.identity.recovery import root_of
from privity.identity.uris import parse_client_uri


async def look(opened: Opened, _: LookAtErrand) -> ErrandIs:
    return ErrandIs(errand=opened.errands.last)


async def stop(opened: Opened, request: StopErrand) -> Done:
    await opened.errands.stop(request.number)
    return Done()


async def backup_key(opened: Opened, _: BackupKey) -> BackupKeyShown:
    return BackupKeyShown(known=opened.device.backups.has_key)


async def make_backup(opened: Opened, request: MakeBackup) -> ErrandIs:
    if request.phrase:
        opened.device.backups.hear_phrase(request.phrase)
    return ErrandIs(errand=opened.errands.begin(ErrandKind.BACKUP, keeping.backup(opened)))


async def bring_back(opened: Opened, request: BringBack) -> ErrandIs:
    root_of(request.phrase)  # a typing mistake is said before the file is used up
    brought = opened.brought.take(request.brought)
    work = keeping.bringing_back(opened, brought, request.phrase)
    return ErrandIs(errand=opened.errands.begin(ErrandKind.RESTORE, work, brought))


async def export(opened: Opened, request: Export) -> ErrandIs:
    rooms = tuple(known(opened.device, each) for each in request.room_uris)
    work = keeping.export(opened, Form(request.form.value), rooms, fetch=request.fetch)
    return ErrandIs(errand=opened.errands.begin(ErrandKind.EXPORT, work))


async def import_(opened: Opened, request: Import) -> ErrandIs:
    brought = opened.brought.take(request.brought)
    return ErrandIs(errand=opened.errands.begin(ErrandKind.IMPORT, keeping.importing(opened, brought), brought))


async def give_history(opened: Opened, request: GiveHistory) -> ErrandIs:
    work = keeping.giving_history(opened, str(parse_client_uri(request.client_uri)))
    return ErrandIs(errand=opened.errands.begin(ErrandKind.GIVE_HISTORY, work))


async def take_history(opened: Opened, _: TakeHistory) -> ErrandIs:
    return ErrandIs(errand=opened.errands.begin(ErrandKind.TAKE_HISTORY, keeping.taking_history(opened)))


VERBS: Final[Verbs] = {
    LookAtErrand: look,
    StopErrand: stop,
    BackupKey: backup_key,
    MakeBackup: make_backup,
    BringBack: bring_back,
    Export: export,
    Import: import_,
    GiveHistory: give_history,
    TakeHistory: take_history,
}
