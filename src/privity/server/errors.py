# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Errors of the hub that stop it from starting. What a caller did wrong is a `wire.errors.Refusal` instead.

HubError
├── ConfigInvalid        privity.toml is missing, or not what the hub understands
├── PlaintextRefused     an address other than loopback without TLS, or for metrics
├── KeysInvalid          a key file is missing, damaged or readable by others
├── CannotListen         the address is taken, or not of this machine
├── AlreadyRunning       another process holds the data folder
├── AlreadyInitialised   `write_fresh` found keys in the folder
├── NotReady             production = true, and something that it needs is missing
├── LogBehind            a witness has seen more of the key log than the database holds
├── LogForked            two checkpoints that this log signed do not belong to one history
├── CannotContinue       what the key log lost cannot be taken back; nothing was written
│   └── NeverSeen        no witness has seen this log
├── CopyOfTomorrow       the clock is behind what the database knows of: nothing can go on from it
├── BusUnreachable       no server answers at the address that `bus` names
├── UnknownHandle        an operator named an account that is not there
└── StorageError
    ├── DriverMissing      the engine that `store` names has no driver installed
    ├── StoreUnreachable   the database that `store` names does not answer, or lets nobody in
    ├── StoreUnfit         its settings would lose what was acknowledged, or garble it
    ├── NoDatabase         there is no hub's database yet where one is to be looked at
    ├── LogDamaged         the key log in the database contradicts itself
    ├── MigrationChanged   an applied migration has other text than the file of its number
    └── MigrationUnknown   the database was written by a newer version
"""


class HubError(Exception):
    """The hub cannot start, or not go on. The message says what to do."""


class ConfigInvalid(HubError):
    """The configuration is missing, or not what the hub understands."""


class PlaintextRefused(HubError):
    """Device traffic or metrics would leave this machine without TLS."""


class KeysInvalid(HubError):
    """A key file is missing, damaged, or readable by other users."""


class CannotListen(HubError):
    """The address is taken, or not of this machine."""


class AlreadyRunning(HubError):
    """Another process holds the data folder."""


class AlreadyInitialised(HubError):
    """The folder holds a hub's keys; they are never overwritten."""


class NotReady(HubError):
    """`production = true`, and something that production needs is missing."""


class LogBehind(HubError):
    """A witness holds a checkpoint of the key log that the database knows nothing of: it is an old copy."""


class LogForked(HubError):
    """Two checkpoints that this log signed do not belong to one history. Both are kept as evidence."""


class CannotContinue(HubError):
    """What the key log lost cannot be taken back as it was; nothing was written."""


class NeverSeen(CannotContinue):
    """No witness has seen this log, so that nothing is known to be missing of it."""


class CopyOfTomorrow(HubError):
    """The clock of this machine is behind the copy that the database was put back from."""


class BusUnreachable(HubError):
    """`bus` names a server that does not answer, or lets nobody in."""


class WorkerSilent(BusUnreachable):
    """Another worker of the hub is there and does not answer: it is stuck, or has other keys."""


class FilesNotShared(HubError):
    """Workers of one hub have folders of their own where they need one for all."""


class UnknownHandle(HubError):
    """No account has the handle that the operator named."""


class StorageError(HubError):
    """The database is not one this version can work on."""


class DriverMissing(StorageError):
    """`store` names an engine whose driver is not installed."""


class StoreUnreachable(StorageError):
    """The database that `store` names does not answer, or does not let the hub in."""


class StoreUnfit(StorageError):
    """The database is set so that it would lose what was acknowledged, or garble what it is given."""


class NoDatabase(StorageError):
    """There is no hub's database yet where one is to be looked at."""


class LogDamaged(StorageError):
    """Something that the key log must hold is missing from the database, or is not what it was."""


class MigrationChanged(StorageError):
    """A migration that was applied has other text now."""


class MigrationUnknown(StorageError):
    """The database knows a migration that this version does not."""
