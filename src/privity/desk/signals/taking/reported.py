# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Who reported whom, as an observation: the hub relays reports and cannot know, the desk has opened them.

The two are noted in the transaction that records the report. When their accounts were made is known here if the hub
observed anything of them within a week, as of every account that is younger than that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from privity.desk.db.transaction import Db
from privity.desk.intake.findings import Source
from privity.desk.intake.model import Gathered, Taken
from privity.desk.signals.taking import store
from privity.wire.observed import Observed, ObservedKind

Gather = Callable[[Db, Sequence[Taken], int], Sequence[Gathered | None]]
"""As `intake.recording` takes it."""


def and_note(gather: Gather) -> Gather:
    """`gather`, with a note of who reported whom."""

    def run(db: Db, taken: Sequence[Taken], now_ms: int) -> Sequence[Gathered | None]:
        note(db, taken, now_ms)
        return gather(db, taken, now_ms)

    return run


def note(db: Db, taken: Iterable[Taken], now_ms: int) -> None:
    """Of each report that names whom it is about, and that a person with an account made."""
    seen = []
    for one in taken:
        if one.source is Source.PUBLIC or one.accused_uri is None or one.accused_uri == one.reporter_uri:
            continue
        born_ms, age = store.known(db, one.reporter_uri)
        _, other_age = store.known(db, one.accused_uri)
        seen.append(
            Observed(
                number=0,
                at_ms=one.received_ms,
                kind=ObservedKind.REPORTED,
                account=one.reporter_uri,
                born_ms=born_ms,
                age=age,
                other=one.accused_uri,
                other_age=other_age,
            )
        )
    store.add(db, seen, now_ms)
