# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What can be wrong with an audit log.

DeskError
+-- AuditError
    +-- BadEntry            bytes that are no entry, or more than one may hold
    +-- BadExport           a file that is no export, or a proof that is none
    +-- CheckpointRefused   a checkpoint that cannot be read, or that another log or key has signed
    +-- NoSuchEntry         a number beyond the end of the log
    +-- CosignatureRefused  a cosignature that claims to be a witness's and is not
    +-- NotCosigned         a witness that was asked for has cosigned nothing of this log
    +-- AuditBroken         the log is not the one that was signed
        +-- EntryMissing    an entry is missing or out of place
        +-- LogForked       the log does not continue the checkpoint that somebody kept
        +-- LogCutOff       the log is shorter than the checkpoint that somebody kept
        +-- NodesDisagree   the stored tree is not the tree of the stored entries
"""

from __future__ import annotations

from privity.desk.errors import DeskError


class AuditError(DeskError):
    """Root of what is wrong with an audit log."""


class BadEntry(AuditError):
    """Not an entry, or one that is too long."""


class BadExport(AuditError):
    """A file that is no export of an audit log, or a proof that is none."""


class CheckpointRefused(AuditError):
    """A checkpoint that cannot be read, or that is by another log or key."""


class NoSuchEntry(AuditError):
    """The log has no entry with this number."""


class CosignatureRefused(AuditError):
    """A cosignature that claims to be by a witness's key and does not verify, or a key that is no witness's."""


class NotCosigned(AuditError):
    """None of the checkpoints that are here is cosigned by this witness."""


class AuditBroken(AuditError):
    """The log is not the one that was signed."""


class EntryMissing(AuditBroken):
    """An entry is missing or out of place."""


class LogForked(AuditBroken):
    """The entries up to an older checkpoint are not those that it stands for."""


class LogCutOff(AuditBroken):
    """There are fewer entries than an older checkpoint stands for."""


class NodesDisagree(AuditBroken):
    """The stored tree is not that of the stored entries."""
