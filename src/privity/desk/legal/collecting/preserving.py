# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A snapshot that nothing is released from: for data that are kept apart while a request is on its way.

It is taken by the same questions, and kept as it is: who else is in it gets a pseudonym when it is collected. The
desk's own evidence is not opened for it, only named by its numbers.
"""

from __future__ import annotations

from collections.abc import Sequence

from privity.desk.db.transaction import Db
from privity.desk.evidence import listing
from privity.desk.legal.collecting import asking, capabilities, store
from privity.desk.legal.collecting.model import Answer, File, Line, Source
from privity.desk.legal.collecting.taking import CollectHub
from privity.identity.errors import BadUri
from privity.identity.uris import parse_user_uri
from privity.production import canonical
from privity.production.classes import Releasable


async def take(hub: CollectHub, lines: Sequence[Line], key: bytes) -> tuple[tuple[File, Line], ...]:
    """What the hub has for these lines, each answer as a file with its line. Raises what a collection raises."""
    found: list[tuple[File, Line]] = []
    for at, line in enumerate(lines, 1):
        question = asking.question(line, key, named=True)
        if question is None:
            continue
        answer = await hub.collect(question)
        asking.check(question, answer, capabilities.shipped())
        kept = Answer(line, Source.HUB, answer.version, answer.account, answer.collected_ms, answer.tables)
        name = f"{line.data_class}/{at:05}.json"
        found.append((File(name, line.data_class, canonical.encode(kept)), line))
    return tuple(found)


def evidence(db: Db, lines: Sequence[Line], accounts: Sequence[str]) -> tuple[int, ...]:
    """The desk's evidence about whoever is asked for where reported messages are: what is not to be shredded now."""
    if all(line.data_class is not Releasable.CONTENT_REPORTED for line in lines):
        return ()
    whom = set(accounts)
    for line in lines:
        try:
            whom.add(parse_user_uri(line.value))
        except BadUri:
            continue
    reports = [seq for account in sorted(whom) for seq in store.reports_about(db, account)]
    return tuple(one.number for seq in reports for one in listing.listed(db, seq))
