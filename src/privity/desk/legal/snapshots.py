# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What is kept apart is asked for by the collectors: the one place where the vault and they meet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec

from privity.desk.db.transaction import Db
from privity.desk.legal.collecting import preserving, running
from privity.desk.legal.collecting.model import Answer, Line
from privity.desk.legal.collecting.taking import CollectHub
from privity.desk.legal.vault.model import Asked, Snapshot
from privity.wire.inventory import TIMED

KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class HubSnapshots:
    """Of the hub's rows copies, of the desk's own evidence the numbers (`vault.preserving.Snapshots`)."""

    db: Db = field(repr=False)
    hub: CollectHub
    now_ms: Callable[[], int]
    random: Callable[[int], bytes]

    async def snapshot(self, asked: Asked) -> Snapshot:
        """All there is of one target. Who else is in it is named as they are, and sealed with it.

        Raises ManifestUnseen as long as nobody has looked at the collectors.
        """
        running.must_be_seen(self.db)
        lines = self._lines(asked)
        found = await preserving.take(self.hub, lines, self.random(KEY_BYTES))
        answers = [msgspec.json.decode(file.content, type=Answer) for file, _ in found]
        accounts = [answer.account for answer in answers if answer.account is not None]
        return Snapshot({file.name: file.content for file, _ in found}, preserving.evidence(self.db, lines, accounts))

    def _lines(self, asked: Asked) -> tuple[Line, ...]:
        """Where a request names no time, what happened until today is what it asks for."""
        since_ms, until_ms = asked.since_ms, asked.until_ms
        whole = (0, self.now_ms()) if since_ms is None or until_ms is None else (since_ms, until_ms)
        return tuple(
            Line(
                each,
                asked.target.kind,
                asked.target.value,
                *(whole if each in TIMED or since_ms is not None else (None, None)),
            )
            for each in asked.classes
        )
