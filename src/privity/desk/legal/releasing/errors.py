# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Why nothing leaves.

LegalError
+-- ReleasingError
    +-- NotApproved       the manifest is not approved by two people with a passkey each
    +-- NotLogged         the log's entry is not the release of this manifest
"""

from __future__ import annotations

from privity.desk.legal.errors import LegalError


class ReleasingError(LegalError):
    """Root of the reasons why nothing leaves."""


class NotApproved(ReleasingError):
    """Two people approve the exact manifest, each with a passkey of their own."""


class NotLogged(ReleasingError):
    """The release of this manifest stands in the log."""
