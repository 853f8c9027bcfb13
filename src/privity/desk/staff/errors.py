# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""How the desk refuses its own people.

DeskError
+-- StaffError
    +-- NotYourRole      the act belongs to another role
"""

from __future__ import annotations

from privity.desk.errors import DeskError


class StaffError(DeskError):
    """Root of what the desk refuses its people."""


class NotYourRole(StaffError):
    """The act belongs to another role."""
