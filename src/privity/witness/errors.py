# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Every way in which a witness cannot start, or does not cosign.

WitnessError
├── CannotStart
│   ├── ConfigInvalid        witness.toml is missing, or not what a witness understands
│   ├── PlaintextRefused     it would listen beyond this machine, or ask a hub beyond it, without TLS
│   ├── KeyInvalid           the key file is missing, damaged or readable by others
│   ├── AlreadyInitialised   the folder has a witness's key already
│   ├── LogKnown             the log is in the configuration already
│   ├── StateMissing         what was cosigned for a log is not there, and an empty state would cosign anything
│   ├── StateDamaged         it is there, and is not what a witness has written
│   ├── AlreadyRunning       another process serves the same folder
│   └── CannotListen         the address is taken, or not of this machine
└── Refused                  the answer to a request, with its HTTP status
    ├── Malformed            400  not a request
    ├── OldSizeAhead         400  the older size is beyond that of the checkpoint
    ├── NotSigned            403  not signed by the log, or not well
    ├── UnknownLog           404  this witness does not watch the log
    ├── NeverCosigned        404  nothing was cosigned for the log so far
    ├── NotKept              404  the update of this epoch is not kept, or not cosigned so far
    ├── TooLarge             413  more bytes than a request has
    ├── SizeConflict         409  the witness is at another size
    ├── NotConsistent        422  the checkpoint is not proven to continue the last one
    ├── AuditRefused         422  an epoch does not follow from the one before it
    ├── DatedAhead           422  the last epoch is dated at a time that has not come
    ├── FeedMissing          422  the hub does not show an epoch, so nobody can say whether it follows
    ├── CatchingUp           503  more epochs are to be audited than fit into one answer
    ├── Busy                 503  enough requests for this log are waiting
    └── CannotKeep           503  the disk does not take an update or the new state: what is not kept is not cosigned
"""

from __future__ import annotations

from typing import ClassVar


class WitnessError(Exception):
    """Root of this package's errors."""


class CannotStart(WitnessError):
    """The message says what to do."""


class ConfigInvalid(CannotStart):
    """The configuration is missing, or not what a witness understands."""


class PlaintextRefused(CannotStart):
    """Somebody on the way could read along or answer in another's place."""


class KeyInvalid(CannotStart):
    """The key file is missing, damaged, or readable by other users."""


class AlreadyInitialised(CannotStart):
    """The folder holds a witness's key; it is never overwritten."""


class LogKnown(CannotStart):
    """The log is in the configuration already."""


class StateMissing(CannotStart):
    """Nothing says what this key has cosigned for a log."""


class StateDamaged(CannotStart):
    """What says it is not what a witness has written."""


class AlreadyRunning(CannotStart):
    """Another process holds the folder."""


class CannotListen(CannotStart):
    """The address is taken, or not of this machine."""


class Refused(WitnessError):
    """Nothing was cosigned. The message goes to whoever asked."""

    status: ClassVar[int]


class Malformed(Refused):
    """The body is not a request."""

    status = 400


class OldSizeAhead(Refused):
    """The older size is beyond that of the checkpoint."""

    status = 400


class NotSigned(Refused):
    """The checkpoint is not signed by its log, or a signature that claims to be the log's is not."""

    status = 403


class UnknownLog(Refused):
    """This witness does not watch the log."""

    status = 404


class NeverCosigned(Refused):
    """Nothing was cosigned for the log so far."""

    status = 404


class NotKept(Refused):
    """The update of this epoch is not kept, or nothing that covers it was cosigned so far."""

    status = 404


class TooLarge(Refused):
    """The body has more bytes than any request."""

    status = 413


class SizeConflict(Refused):
    """The witness is at another size than the request goes on from."""

    status = 409

    def __init__(self, message: str, size: int) -> None:
        super().__init__(message)
        self.size = size


class NotConsistent(Refused):
    """The checkpoint is not proven to continue the one that was cosigned last."""

    status = 422


class AuditRefused(Refused):
    """An epoch does not follow from the one before it, or the checkpoint is not that of the epochs."""

    status = 422


class DatedAhead(Refused):
    """The last epoch is dated later than this machine's clock."""

    status = 422


class FeedMissing(Refused):
    """The hub does not show an epoch."""

    status = 422


class CatchingUp(Refused):
    """The same request, sent again, goes on where this one stopped."""

    status = 503


class Busy(Refused):
    """Enough requests for this log are waiting."""

    status = 503


class CannotKeep(Refused):
    """The disk does not take what must be kept before it is said."""

    status = 503
