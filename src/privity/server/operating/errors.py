# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What stops an operator's command, beside the errors of the hub itself.

HubError
├── BackupFailed       no backup was written; nothing has the final name
├── BackupDamaged      the folder is no backup, or not what its manifest says
├── RestoreRefused     something is there already, or the backup is of another hub
├── ToolMissing        a program of PostgreSQL is needed and not installed
├── UnknownInvite      an operator named an invite that is not open
├── MoveRefused        the target is not empty, or not what this move began; or there is nothing to move
└── MoveDamaged        what arrived is not what was there
"""

from __future__ import annotations

from privity.server.errors import HubError


class BackupFailed(HubError):
    """No backup was written; nothing has the final name."""


class BackupDamaged(HubError):
    """The folder is no backup, or not what its manifest says."""


class RestoreRefused(HubError):
    """Something is there already, or the backup is of another hub. Nothing was changed."""


class ToolMissing(HubError):
    """A program of PostgreSQL is needed and not installed."""


class MoveRefused(HubError):
    """There is nothing to move, or the target is neither empty nor what this move began."""


class MoveDamaged(HubError):
    """What arrived is not what was there; the target is not to be used."""


class UnknownInvite(HubError):
    """An operator named an invite that is not open."""
