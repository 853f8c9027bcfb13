# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Why something could not be measured."""

from __future__ import annotations


class CannotRun(Exception):
    """The rows that depend on this are skipped, and this is the reason they give."""
