# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Why nothing is collected, or what was collected is not shown. A hub that answers anything else is HubMisbehaved.

LegalError
+-- CollectingError
    +-- NoCaseToken           the request is not one for which anything may be collected now
    +-- OvertakenMeanwhile    the request is another than when the collection began
    +-- NotCollected          nothing was collected by the decision that counts
    +-- CollectionGone        what was collected was shredded
    +-- SnapshotDamaged       what is kept is not the snapshot that was taken
    +-- CapabilitiesDiffer    the manifest of collectors is not what the code is
    +-- ManifestUnseen        nobody has looked at the collectors that the desk runs with
    +-- ServiceKeyUnusable    a file is no key that checks a signed manifest
    +-- SignatureRefused      the manifest is not signed by this key
"""

from __future__ import annotations

from privity.desk.legal.errors import LegalError


class CollectingError(LegalError):
    """Root of what goes wrong when data are collected."""


class NoCaseToken(CollectingError):
    """A request is scoped, its decision in force and whoever asks active, or nothing is collected for it."""


class OvertakenMeanwhile(CollectingError):
    """While the hub was asked the request was decided anew, held or closed; what was collected is dropped."""


class NotCollected(CollectingError):
    """Nothing was collected by the decision that counts."""


class CollectionGone(CollectingError):
    """The request was purged, or another collection took the place of this one."""


class SnapshotDamaged(CollectingError):
    """A file of a snapshot has another digest than was written down, or cannot be read as what it was."""


class CapabilitiesDiffer(CollectingError):
    """A collector, a table or a column is not as the manifest says that it is."""


class ManifestUnseen(CollectingError):
    """Nobody who judges requests has looked at the collectors that the desk runs with, or at these."""


class ServiceKeyUnusable(CollectingError):
    """Published keys, or the service's public key as it stands there, check a signed manifest."""


class SignatureRefused(CollectingError):
    """The manifest was signed by another key, or is another."""
