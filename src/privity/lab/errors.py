# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What can be wrong with what the lab is asked for."""

from __future__ import annotations


class LabError(ValueError):
    """Base of them."""


class UnknownParameter(LabError):
    """A number was asked for, or changed, that is not in the table."""


class OutsideOfRange(LabError):
    """A number was set outside of the range in which the table says it may lie."""


class TooFewWorlds(LabError):
    """An interval takes two worlds at least."""
