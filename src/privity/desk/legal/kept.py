# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What was kept apart for a request reaches its collection: rows that the hub has no more come from the snapshot.

A snapshot holds things as they were. Whoever else is in them gets a pseudonym here, under the key of the collection,
and what lies outside of the period stays behind, so that an answer is the same as if the hub had it still.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import msgspec

from privity.desk.db.transaction import Db
from privity.desk.errors import EvidenceDamaged, HubMisbehaved
from privity.desk.legal.collecting import capabilities
from privity.desk.legal.collecting.capabilities import Collector, Field
from privity.desk.legal.collecting.model import Answer, Source
from privity.desk.legal.collecting.taking import CollectHub
from privity.desk.legal.errors import LegalError
from privity.desk.legal.rulebook.facts import Target
from privity.desk.legal.vault import service as vault
from privity.desk.legal.vault.custody import Custody
from privity.desk.legal.vault.shares import Shares
from privity.identity.pseudonyms import Names
from privity.identity.uris import between_devices, parse_user_uri
from privity.keylog.labels import user_label
from privity.wire.collect import MAX_ROWS, Collect, Collected, CollectedColumn, CollectedTable
from privity.wire.inventory import Of, Others
from privity.wire.rows_about import Whom

Value = int | str | None
Row = dict[str, Value]


@dataclass(frozen=True, slots=True)
class WithWhatWasKept:
    """The hub by which one request is collected, and the holds that were released to it (`collecting.taking`)."""

    db: Db = field(repr=False)
    custody: Custody
    hub: CollectHub
    request: int
    now_ms: Callable[[], int]
    shares: Shares = field(default_factory=Shares)
    """What officers have handed in, where they keep the keys."""

    async def collect(self, asked: Collect) -> Collected:
        """Raises what the hub does, or EvidenceDamaged where what was kept cannot be opened."""
        found = await self.hub.collect(asked)
        try:
            self._must_have_shares()
            files = tuple(self._files(asked))
            for hold, name in files:
                if name.partition("/")[0] == asked.data_class:
                    found = joined(asked, found, self._read(asked, hold, name))
            if found.account is None and files:  # one target is one account in all of its classes
                found = msgspec.structs.replace(found, account=self._read(asked, *files[0]).account)
        except LegalError as err:
            raise EvidenceDamaged(f"what was kept for request {self.request} is not read: {err}") from None
        return found

    def _files(self, asked: Collect) -> Iterator[tuple[int, str]]:
        for hold in vault.released_to(self.db, self.request):
            target, now_ms = _target(asked), self.now_ms()
            for name in vault.names(self.db, self.custody, self.request, hold.number, target, now_ms):
                yield hold.number, name

    def _read(self, asked: Collect, hold: int, name: str) -> Answer:
        """One file, logged for itself."""
        target, now_ms = _target(asked), self.now_ms()
        return _answer(
            vault.read_for_case(self.db, self.custody, self.request, hold, target, name, now_ms, self.shares)
        )

    def _must_have_shares(self) -> None:
        """Looked at before anything is read: the desk tries again and again, and the log says nothing of it each time.

        Raises EvidenceDamaged.
        """
        for hold in vault.released_to(self.db, self.request):
            awaited = vault.awaited(self.db, self.shares, self.request, hold.number, self.now_ms())
            if awaited is not None and not awaited.whole:
                raise EvidenceDamaged(
                    f"two officers keep the keys of hold {hold.number}, and have yet to hand in theirs"
                )


def joined(asked: Collect, live: Collected, kept: Answer) -> Collected:
    """The live answer with the rows that were kept and are not in it. Pure.

    Raises HubMisbehaved where the target stands for another account now: two people are not joined.
    """
    if kept.account is None or kept.source is not Source.HUB:
        return live
    if live.account not in (None, kept.account):
        raise HubMisbehaved("what was asked for stands for another account than when it was kept; ask by the account")
    found = {table.name: table for table in kept.tables}
    collectors = {one.table: one for one in capabilities.shipped().of(Source.HUB, asked.data_class)}
    names = Names(_whom(kept.account, asked), asked.key, asked.named)
    tables = [
        _with(asked, table, found[table.name], collectors[table.name], names)
        if table.name in found and table.name in collectors
        else table
        for table in live.tables
    ]
    return msgspec.structs.replace(live, account=kept.account, tables=tables)


def _with(asked: Collect, live: CollectedTable, kept: CollectedTable, reads: Collector, names: Names) -> CollectedTable:
    rows, hidden, withheld = list(live.rows), live.pseudonymised, live.withheld
    known = {tuple(row) for row in rows}
    for one in kept.rows:
        was = dict(zip((column.name for column in kept.columns), one, strict=True))
        if not _within(asked, reads, was):
            continue
        told = [_told(_field(reads, column), was.get(column.name), names) for column in live.columns]
        if tuple(told) in known:
            continue
        known.add(tuple(told))
        rows.append(told)
        for column, value in zip(live.columns, told, strict=True):
            before = was.get(column.name)
            hidden += value is not None and value != before
            withheld += value is None and before is not None
    first = next((at for at, column in enumerate(live.columns) if column.name == (reads.at or reads.begins)), None)
    if first is not None:
        rows.sort(key=lambda row: _time(row[first]))
    return msgspec.structs.replace(
        live,
        rows=rows[:MAX_ROWS],
        more=live.more or kept.more or len(rows) > MAX_ROWS,
        pseudonymised=hidden,
        withheld=withheld,
    )


def _within(asked: Collect, reads: Collector, row: Row) -> bool:
    """As the hub's own question has it."""
    if asked.since_ms is None or asked.until_ms is None:
        return True
    at, begins, ends = (row.get(name) if name else None for name in (reads.at, reads.begins, reads.ends))
    if reads.at and not (isinstance(at, int) and asked.since_ms <= at < asked.until_ms):
        return False
    if reads.begins and not (isinstance(begins, int) and begins < asked.until_ms):
        return False
    return not (isinstance(ends, int) and ends <= asked.since_ms)


def _told(column: Field | None, value: Value, names: Names) -> Value:
    """A value as an answer of the hub would hold it."""
    if column is None:
        return value
    if column.others is Others.INSIDE:
        return value if names.named else None
    if not isinstance(value, str) or not value:
        return value
    match column.of:
        case Of.USER | Of.UNTOLD:
            return names.of_user(value)
        case Of.DEVICE:
            return names.of_device(value)
        case Of.PAIR:
            return names.of_pair(value)
    return names.of_user(value) if column.others is Others.NAMED else value


def _field(reads: Collector, column: CollectedColumn) -> Field | None:
    return next((one for one in reads.columns if one.name == column.name), None)


def _target(asked: Collect) -> Target:
    return Target(asked.kind.value, asked.identifier)


def _whom(account: str, asked: Collect) -> Whom:
    device = asked.identifier if asked.kind.value == "device" else ""
    return Whom((account,), user_label(parse_user_uri(account)).decode(), between_devices(account), device=device)


def _time(value: Value) -> int:
    return value if isinstance(value, int) else 0


def _answer(content: bytes) -> Answer:
    try:
        return msgspec.json.decode(content, type=Answer)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise EvidenceDamaged("a file that was kept is no answer of a collector") from None
