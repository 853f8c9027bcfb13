# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The one connection on which the contracts of the stores are tried in PostgreSQL."""

from __future__ import annotations

import atexit
from functools import cache

from privity.server.db.link import Link
from tests import postgres


@cache
def link() -> Link:
    made = Link(postgres.new_store(), "privity contracts")
    atexit.register(made.close)
    return made
