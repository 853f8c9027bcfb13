# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The hub of the rooms' tests: it has a staff key, and so it observes."""

from __future__ import annotations

from tests.server.rooms.conftest import world

__all__ = ["world"]
