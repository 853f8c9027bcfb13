# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Why nothing leaves.

LegalError
+-- ReleasingError
    +-- NotApproved       the manifest is not approved by as many people as it needs, with a passkey each
    |   +-- NotSecond     somebody who had a part in the request, or approved already, would approve once more
    |   +-- OtherRecipient the package would be encrypted to other keys than those that were approved
    |   +-- TooLate       the approvals lie further apart than a day, or were not used in time
    +-- NotLogged         the log's entry is not the release of this manifest, or says more than a package may show
    +-- NotCosigned       a witness whose key is in the package has not cosigned the log after the release yet
    +-- NotReady          the request, or what is made of it, does not stand where this could be done
    +-- Superseded        scope, collection, notice or keys are others than those that were looked at
    +-- ProductionUnknown nothing was made under this number
    +-- NotStamped        the time-stamping authority gave no answer that can be used
    +-- NotSealed         the letter could not be sealed
    +-- NoRecipient       nobody of whoever asks has a key that it could be encrypted for
    +-- TooLarge          more than a desk keeps in one piece
    +-- ProductionGone    its time is over, and the desk's copy was shredded
    +-- NotOffered        this officer may not download it: not theirs, not in time, or often enough
"""

from __future__ import annotations

from privity.desk.legal.errors import LegalError


class ReleasingError(LegalError):
    """Root of the reasons why nothing leaves."""


class NotApproved(ReleasingError):
    """Two people approve the exact manifest, each with a passkey of their own."""


class NotSecond(NotApproved):
    """Whoever releases had no part in the request before, and nobody approves twice."""


class OtherRecipient(NotApproved):
    """The approved manifest names the keys to which a package is encrypted; to others it does not leave."""


class TooLate(NotApproved):
    """Approvals count together within a day, and are used within two weeks."""


class NotLogged(ReleasingError):
    """The release of this manifest stands in the log."""


class NotCosigned(ReleasingError):
    """Each witness that the keys of a package name has cosigned the checkpoint that it is proven by."""


class NotReady(ReleasingError):
    """One step follows the other, and none is left out."""


class Superseded(ReleasingError):
    """What was looked at is not what there is now; it is prepared anew, and approved anew."""


class ProductionUnknown(ReleasingError):
    """There is no production of this number."""


class NotStamped(ReleasingError):
    """The time-stamping authority cannot be reached, or does not answer as one."""


class NotSealed(ReleasingError):
    """The letter bears no seal."""


class NoRecipient(ReleasingError):
    """A package is encrypted to the key of the officer who asked, or to one that two people of the house wrote down and
    had read back; or it does not leave."""


class TooLarge(ReleasingError):
    """A package fits into what the desk keeps in one piece."""


class ProductionGone(ReleasingError):
    """The desk's copy was shredded when its time was over; its hashes stay."""


class NotOffered(ReleasingError):
    """A package is fetched by officers of the agency that asked, three times, within two weeks."""
