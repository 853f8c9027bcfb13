# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Why something is not kept, not read, or not let go.

LegalError
+-- VaultError
    +-- HoldUnknown         no such hold
    +-- HoldOver            its time is over, or it has ended
    +-- WrongState          a hold, or the request it is for, is not where this may happen
    +-- NothingToPreserve   the instrument preserves nothing of what is asked
    +-- SnapshotRefused     a snapshot holds what was not ordered
    +-- NotRenewable        there is no renewal, or it was used already
    +-- AnotherAgency       whoever asks is not whom it was taken for
    +-- SamePerson          the second person is the first
    +-- NoAuthority         no legal request in a state that lets anybody read
    +-- OutsideScope        a class or a target that the request's scope does not hold
    +-- FileUnknown         no such file in this hold
    +-- HoldDamaged         a file or its list does not open, or is not what was taken
    +-- SharesWrong         the two officers' shares are missing, or not those of this key
    +-- OfficersInvalid     the two officers' age keys cannot be used
    +-- ShareFileInvalid    a file is none that the desk made for an officer
    +-- IdentityUnusable    a file holds no age key, or not the one that opens a share
"""

from __future__ import annotations

from privity.desk.legal.errors import LegalError


class VaultError(LegalError):
    """Root of the vault's refusals."""


class HoldUnknown(VaultError):
    """There is no such hold."""


class HoldOver(VaultError):
    """Its time is over, or it has ended: whether it was shredded yet or not."""


class WrongState(VaultError):
    """A hold, or the request it is for, is not where this may happen."""


class NothingToPreserve(VaultError):
    """The instrument preserves nothing of what is asked."""


class SnapshotRefused(VaultError):
    """A snapshot holds what was not ordered."""


class NotRenewable(VaultError):
    """The instrument knows no renewal, or it was used already."""


class AnotherAgency(VaultError):
    """Whoever asks is not whom it was taken for."""


class SamePerson(VaultError):
    """What one person asked for, another one confirms."""


class NoAuthority(VaultError):
    """No legal request in a state that lets anybody read."""


class OutsideScope(VaultError):
    """The request's scope does not hold this class for this target."""


class FileUnknown(VaultError):
    """There is no such file in this hold."""


class HoldDamaged(VaultError):
    """It does not open, or is not what was taken."""


class SharesWrong(VaultError):
    """Two officers' shares are needed, and these are not those of this key."""


class OfficersInvalid(VaultError):
    """Two different age keys are needed to split a key between two officers."""


class ShareFileInvalid(VaultError):
    """A file is none that the desk made for an officer."""


class IdentityUnusable(VaultError):
    """A file holds no age key, or not the one that opens this share."""
