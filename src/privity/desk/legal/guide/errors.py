# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Why there is no guide.

DeskError
+-- LegalError
    +-- GuideError
        +-- GuideNotWritten   a file is there already, or cannot be made
"""

from __future__ import annotations

from privity.desk.legal.errors import LegalError


class GuideError(LegalError):
    """Root of what keeps a guide from being written."""


class GuideNotWritten(GuideError):
    """A file is there already, or cannot be made."""
