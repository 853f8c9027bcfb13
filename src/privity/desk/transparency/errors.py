# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Why there is no transparency report.

DeskError
+-- TransparencyError
    +-- PeriodInvalid      not two months, the first not after the second
    +-- EntryUnreadable    an entry of the audit log does not say what the report needs of it
    +-- ReportDisagrees    the database's own counts are not those of the log
    +-- ReportNotWritten   a file is there already, or cannot be made
"""

from __future__ import annotations

from privity.desk.errors import DeskError


class TransparencyError(DeskError):
    """Root of what keeps a report from being made."""


class PeriodInvalid(TransparencyError):
    """Not two months, the first not after the second."""


class EntryUnreadable(TransparencyError):
    """An entry of the audit log does not say what the report needs of it."""


class ReportDisagrees(TransparencyError):
    """The database's own counts are not those of the log."""


class ReportNotWritten(TransparencyError):
    """A file is there already, or cannot be made."""
