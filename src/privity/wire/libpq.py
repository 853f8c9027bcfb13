# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What hub and desk tell the library of PostgreSQL where an address says nothing else, and which server they take."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from privity.wire.near import is_near

CONNECT_S: Final = 5
OLDEST: Final = 150_000
"""PostgreSQL 15, as the library counts versions."""
WANTED: Final = {"fsync": "on", "full_page_writes": "on", "server_encoding": "UTF8"}
"""Settings without which what was acknowledged may be lost, or text is not what it was."""


def arguments(given: Mapping[str, Any], name: str) -> dict[str, Any]:
    """All of a connection of this name. To another machine it goes only under TLS that proves its name, unless `given`,
    the address's own arguments, say otherwise. A connection that is cut off is noticed within half a minute."""
    wanted = {
        "connect_timeout": CONNECT_S,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 25_000,
        "sslmode": "prefer" if is_near(str(given.get("host", ""))) else "verify-full",
    }
    return {**wanted, **given, "application_name": name, "client_encoding": "UTF8"}
