# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Writes docs/mls-checks.md."""

from __future__ import annotations

from tests.mls.checks.listing import PAGE, page

PAGE.write_text(page(), encoding="utf-8")
