# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""How the desk refuses what cannot be done with a report that did not open.

DeskError
+-- UnopenedError
    +-- NotUnopened      there is no such report, or it could be read
    +-- AsideAlready     somebody has put it aside
    +-- BytesNotKept     its sealed bytes were larger than any report, or are gone: nothing to try again with
    +-- TriedTwice       somebody else is trying it at this moment
"""

from __future__ import annotations

from privity.desk.errors import DeskError


class UnopenedError(DeskError):
    """Root of what cannot be done with a report that did not open."""


class NotUnopened(UnopenedError):
    """No report of this number waits to be opened."""


class AsideAlready(UnopenedError):
    """The report was put aside before."""


class BytesNotKept(UnopenedError):
    """Nothing is left with which the report could be tried again."""


class TriedTwice(UnopenedError):
    """The report is being tried by somebody else."""
