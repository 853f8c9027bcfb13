# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The hub's key log as the desk sees it: whose word it takes, how far it has seen the log, and what an account was.

The desk is a reader like any other. It asks the hub for every version of an account's device list, and for the dates
of resets, on which it depends whether a list was ever in force. It believes what the log proves under its own
witnesses, and remembers the newest checkpoint, so that a hub that has shown it one history cannot show it another.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import structlog

from privity.desk.db.transaction import Db, transaction
from privity.desk.hub_client import Hub
from privity.desk.intake.device_lists import ListedDevices
from privity.keylog.errors import KeylogError
from privity.keylog.labels import user_label
from privity.keylog.verify import LogKeys, View, verify_lookup
from privity.tlog.errors import BadConsistency, TlogError
from privity.wire.keylog import Lookup

UNKNOWN_LOG: Final = "this desk knows no key log: set log_key and vrf_key in its section of privity.toml"
log: Final = structlog.get_logger()


class KeyLog:
    """One hub's log. Without `keys` nobody's device can be told from one that the hub made up."""

    def __init__(self, db: Db, keys: LogKeys | None, now_ms: Callable[[], int]) -> None:
        self._db = db
        self._keys = keys
        self._now_ms = now_ms

    async def lists_of(self, hub: Hub, user_uri: str) -> ListedDevices:
        """Every list that was in force, proven; or none, and why. Raises HubError or Refusal."""
        if self._keys is None:
            return ListedDevices.none(user_uri, UNKNOWN_LOG)
        label, view = user_label(user_uri), self._view()
        answer = await hub.lookup(Lookup(label.decode(), 0, 0 if view is None else view.size))
        try:
            found = verify_lookup(answer.proof, label, self._keys, view, self._now_ms())
        except (KeylogError, TlogError) as err:
            if isinstance(err, BadConsistency):
                log.error("desk.key_log_contradicts")
            return ListedDevices.none(user_uri, f"the key log's answer proves nothing: {type(err).__name__}")
        lists = ListedDevices.of(user_uri, found, answer)
        self._remember(found.view)
        return lists

    def _view(self) -> View | None:
        row = self._db.execute("SELECT view FROM key_log").fetchone()
        return None if row is None else View.decode(row[0])

    def _remember(self, view: View) -> None:
        with transaction(self._db):
            self._db.execute("INSERT OR REPLACE INTO key_log (only_one, view) VALUES (1, ?)", (view.encode(),))
