# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Every way in which the desk can refuse to go on.

    DeskError
    +-- ConfigInvalid        `privity.toml` is not what the desk expects
    +-- PlaintextRefused     the hub would be asked in clear over a network
    +-- KeysInvalid          a key file is missing, damaged or open to others
    +-- AlreadyInitialised   fresh keys would overwrite existing ones
    +-- DatabaseMissing      there is no desk.db yet
    +-- DatabaseKeyWrong     desk.db does not open under these key files
    +-- MigrationChanged     the database was made by other SQL than this version ships
    +-- MigrationUnknown     the database was made by a newer version
    +-- BackupFailed         no copy of the database was made
    +-- StorageFailed        the disk is full or the database is damaged; nothing half is kept
    +-- AlreadyRecorded      another desk process works on the same database
    +-- ReasonMissing        evidence may not be opened without a name and a reason
    +-- EvidenceUnknown      no such record
    +-- EvidenceDamaged      a record does not open under the evidence key
    +-- EvidenceGone         its time was over, and it was shredded
    +-- AuditError           see `audit.errors`
    +-- DecisionError        see `decisions.errors`
    +-- AppealError          see `appeals.errors`
    +-- HubError
        +-- HubUnreachable   no answer; asked again later, nothing is lost
            +-- CertificateRefused   TLS does not trust what answers; nothing was sent to it
        +-- HubMisbehaved    an answer that breaks the API
        +-- HubNewer         it tells of something that only a newer desk can read; nothing is lost
        +-- AnswerTooLarge   a blob is over the desk's limit

A refusal by the hub itself is `privity.wire.errors.Refusal`. What is wrong with a *report* is no error here but a
recorded finding.
"""

from __future__ import annotations


class DeskError(Exception):
    """Root of this package's errors."""


class ConfigInvalid(DeskError):
    """The configuration is not usable; the message names the field."""


class PlaintextRefused(ConfigInvalid):
    """`hub_url` is http to something that is not this machine."""


class KeysInvalid(DeskError):
    """A key file is missing, has another length than expected, or can be read by other users."""


class AlreadyInitialised(DeskError):
    """A key file exists already."""


class DatabaseMissing(DeskError):
    """The desk has not run yet."""


class DatabaseKeyWrong(DeskError):
    """The database is encrypted under other keys than these, or damaged."""


class MigrationChanged(DeskError):
    """An applied migration has other text than the shipped one."""


class MigrationUnknown(DeskError):
    """The database has a migration that this version does not know."""


class StorageFailed(DeskError):
    """SQLite cannot write or read. What the hub still holds is not lost."""


class BackupFailed(DeskError):
    """No copy of the database was made; nothing that looks like one was left."""


class AlreadyRecorded(DeskError):
    """Somebody else has recorded this report meanwhile; nothing of this transaction was kept."""


class ReasonMissing(DeskError):
    """Opening evidence needs a name and a reason within the limits."""


class EvidenceUnknown(DeskError):
    """There is no evidence record with this number."""


class EvidenceDamaged(DeskError):
    """A record was altered, or belongs to another evidence key."""


class EvidenceGone(DeskError):
    """A record was shredded when its time was over; the row says when."""


class HubError(DeskError):
    """The hub gave no usable answer."""


class HubUnreachable(HubError):
    """No connection, no answer in time, or a broken connection."""


class CertificateRefused(HubUnreachable):
    """The hub's certificate is not one that this machine trusts; nothing was sent to it."""


class HubMisbehaved(HubError):
    """The answer is not of the type that the API names."""


class HubNewer(HubError):
    """The hub tells of something that this version does not know; the message says what, and what to do."""


class AnswerTooLarge(HubError):
    """A blob is larger than the desk takes."""
