# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What takes long, one at a time for each account: backups, exports and imports, history between devices.

What is to be brought here goes beside the port and gets a name (`Brought`); what an errand has made is fetched beside
it too, by the errand's number. A lock ends an errand and drops what it has made.
"""

from __future__ import annotations

from enum import StrEnum

from privity.faces.app.port.asked import AccountRequest, Result
from privity.faces.app.port.happened import Event
from privity.faces.app.port.shape import Shape


class ErrandKind(StrEnum):
    BACKUP = "backup"
    RESTORE = "restore"
    EXPORT = "export"
    IMPORT = "import"
    GIVE_HISTORY = "give_history"
    TAKE_HISTORY = "take_history"
    DISCLOSURE = "disclosure"


class ErrandState(StrEnum):
    UNDER_WAY = "under_way"
    READY = "ready"
    """What it has made waits to be fetched, once."""
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"


class ErrandShown(Shape, frozen=True, kw_only=True):
    """`done` and `total` are bytes, and both 0 while it waits. `text` is what came of it, or why nothing did."""

    number: int
    kind: ErrandKind
    state: ErrandState
    done: int
    total: int
    began_ms: int
    text: str
    filename: str


class ErrandChanged(Event, frozen=True, kw_only=True):
    account: str
    errand: ErrandShown


class ErrandIs(Result, frozen=True, kw_only=True):
    """The last errand of the account, None before the first."""

    errand: ErrandShown | None


class Brought(Result, frozen=True, kw_only=True):
    """What the page has brought is here under this name, for one errand."""

    name: str


class LookAtErrand(AccountRequest, frozen=True, kw_only=True):
    """`ErrandIs`."""


class StopErrand(AccountRequest, frozen=True, kw_only=True):
    """End an errand, and drop what it has made and nobody fetched: `Done`."""

    number: int


class BackupKey(AccountRequest, frozen=True, kw_only=True):
    """Whether this device can make backups without hearing the recovery phrase once: `BackupKeyShown`."""


class BackupKeyShown(Result, frozen=True, kw_only=True):
    known: bool


class MakeBackup(AccountRequest, frozen=True, kw_only=True):
    """`ErrandIs`. `phrase` is for a device that never heard it."""

    phrase: str = ""


class BringBack(AccountRequest, frozen=True, kw_only=True):
    """Bring a backup of this account into this device: `ErrandIs`."""

    brought: str
    phrase: str


class ExportForm(StrEnum):
    HTML = "html"
    JSON = "json"


class Export(AccountRequest, frozen=True, kw_only=True):
    """Write these conversations, all for none named, as a ZIP file: `ErrandIs`. `fetch` asks the hub for files too."""

    form: ExportForm
    room_uris: tuple[str, ...] = ()
    fetch: bool = False


class Import(AccountRequest, frozen=True, kw_only=True):
    """Take an export in, apart from all conversations: `ErrandIs`."""

    brought: str


class GiveHistory(AccountRequest, frozen=True, kw_only=True):
    """Pass everything on to another device of the account once it asks: `ErrandIs`."""

    client_uri: str


class TakeHistory(AccountRequest, frozen=True, kw_only=True):
    """Ask the other devices of the account for everything, and wait for it: `ErrandIs`."""
