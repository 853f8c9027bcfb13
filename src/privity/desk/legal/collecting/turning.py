# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""From a snapshot to what a package holds: typed tables, files, where each came from, and what is not in it and why.

Nothing but the snapshot and the manifest of collectors is read here: the same snapshot is always the same collection.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

from privity.desk.legal.collecting import asking
from privity.desk.legal.collecting.capabilities import SPECIFIED, Capabilities, Collector, Field
from privity.desk.legal.collecting.copies import picture_ending
from privity.desk.legal.collecting.errors import SnapshotDamaged
from privity.desk.legal.collecting.model import Answer, Asked, Collection, Counts, File, Line, Snapshot, Source
from privity.desk.legal.collecting.taking import ASKED, PICTURE
from privity.production import canonical
from privity.production.classes import Releasable
from privity.production.model import Redaction
from privity.production.records import Column, ColumnKind, Table
from privity.wire.collect import CellKind, CollectedTable

PSEUDONYM: Final = "third_party_pseudonym"
WITHHELD: Final = "third_party_withheld"
UNPROVEN: Final = "third_party_in_proof"
NAMED: Final = "third_party_named"
OTHER_CHANNEL: Final = "child_safety_channel"
ROW_CAP: Final = "row_cap"
"""The rules of redactions."""

REPORTED: Final = "reported"
PROFILES: Final = "profiles"
"""Folders of a package."""

_KINDS: Final = {
    CellKind.TEXT: (ColumnKind.TEXT, "as it is kept"),
    CellKind.INTEGER: (ColumnKind.INTEGER, "as it is kept"),
    CellKind.TIME: (ColumnKind.TIME, "to the millisecond, by the clock of the server unless the meaning names another"),
    CellKind.BYTES: (ColumnKind.TEXT, "every byte, in base64"),
}
_TARGET: Final = Column(
    "target", ColumnKind.TEXT, "by which of the targets of the request it was found", "request", "exact"
)

_ANSWER: Final = re.compile(r"[a-z_]+/\d{5}\.json", re.ASCII)
"""How `taking` names the answers of a snapshot."""

Value = str | int | None


def turn(request: int, collected_ms: int, snapshot: Snapshot, capabilities: Capabilities) -> Collection:
    """Raises SnapshotDamaged where a file is not what a snapshot holds."""
    asked, answers, others = _read(snapshot)
    work = _Turning(capabilities, asked)
    for answer in answers:
        work.take(answer)
    evidence = work.evidence
    for file in others:
        evidence[_class_of(file)][_placed(file)] = file.content
    return Collection(
        request=request,
        collected_ms=collected_ms,
        snapshot_sha256=snapshot.digest().hex(),
        capabilities_sha256=asked.capabilities_sha256,
        tables=tuple(work.tables()),
        evidence={one: dict(sorted(evidence[one].items())) for one in Releasable if evidence.get(one)},
        provenance=tuple(work.provenance),
        redactions=tuple(work.redactions()),
        named=frozenset(asked.named),
        asked=frozenset(line.data_class for line in asked.lines),
        held=frozenset(work.held | {one for one in Releasable if evidence.get(one)}),
        capped=tuple(sorted(work.capped)),
        accounts=tuple(dict.fromkeys(one.account for one in answers if one.account is not None)),
    )


def counts(snapshot: Snapshot) -> Counts:
    """What the audit log says of it."""
    _, answers, _ = _read(snapshot)
    tables = [table for answer in answers for table in answer.tables]
    return Counts(
        rows=sum(len(table.rows) for table in tables),
        withheld=sum(answer.left_out for answer in answers),
        capped=sum(table.more for table in tables),
    )


def resolved(snapshot: Snapshot) -> tuple[tuple[Line, str], ...]:
    """Each line of the scope with the account that its target stands for; lines of nobody are not in it."""
    _, answers, _ = _read(snapshot)
    found = {(one.line.kind, one.line.value): one.account for one in answers if one.account is not None}
    asked, _, _ = _read(snapshot)
    return tuple((line, found[line.kind, line.value]) for line in asked.lines if (line.kind, line.value) in found)


class _Turning:
    def __init__(self, capabilities: Capabilities, asked: Asked) -> None:
        self._collectors = {(one.store, one.data_class, one.table): one for one in capabilities.collectors}
        self._named = frozenset(asked.named)
        self._rows: dict[tuple[Source, Releasable, str], list[tuple[Value, ...]]] = {}
        self._redacted: dict[tuple[str, str], int] = defaultdict(int)
        self.evidence: dict[Releasable, dict[str, bytes]] = defaultdict(dict)
        self.provenance: list[Mapping[str, Any]] = []
        self.held: set[Releasable] = set()
        self.capped: set[str] = set()

    def take(self, answer: Answer) -> None:
        line = answer.line
        for table in answer.tables:
            key = (answer.source, line.data_class, table.name)
            collector = self._collectors.get(key)
            if collector is None:
                raise SnapshotDamaged(f"no collector of {line.data_class} reads {table.name}")
            rows = [self._row(line, collector, row) for row in table.rows]
            self._rows.setdefault(key, []).extend(rows)
            name = _name(collector)
            self._count(name, PSEUDONYM, table.pseudonymised)
            self._count(name, WITHHELD, table.withheld)
            self._count(name, ROW_CAP, int(table.more))
            if line.data_class in self._named:
                self._count(name, NAMED, asking.others_named(collector, table.rows, answer.account or ""))
            if table.more:
                self.capped.add(name)
            if rows:
                self.held.add(line.data_class)
            self.provenance.append(_provenance(answer, table, collector, named=line.data_class in self._named))
        if not answer.tables:
            self.provenance.append(_nothing(answer))
        where = {Releasable.CONTENT_REPORTED: REPORTED, Releasable.CONTENT_PROFILE: PROFILES}
        self._count(where.get(line.data_class, f"records/{line.data_class}"), OTHER_CHANNEL, answer.left_out)
        self._count(f"{REPORTED}/messages", UNPROVEN, answer.unproven)

    def tables(self) -> Iterable[Table]:
        """Each with its rows of all lines. A table without rows is there, too: that nothing was found is an answer."""
        for (source, data_class, name), rows in sorted(self._rows.items()):
            collector = self._collectors[source, data_class, name]
            columns = tuple(_column(collector, one) for one in collector.columns)
            yield Table(_name(collector), data_class, (_TARGET, *columns), rows)

    def redactions(self) -> Iterable[Redaction]:
        return (Redaction(file, rule, count) for (file, rule), count in sorted(self._redacted.items()) if count)

    def _count(self, file: str, rule: str, count: int) -> None:
        self._redacted[file, rule] += count

    def _row(self, line: Line, collector: Collector, row: list[Value]) -> tuple[Value, ...]:
        values = [self._value(collector, one, value) for one, value in zip(collector.columns, row, strict=True)]
        return f"{line.kind} {line.value}", *values

    def _value(self, collector: Collector, column: Field, value: Value) -> Value:
        """A picture is a file of its own, beside the table that names it."""
        if (collector.table, column.name) == ("profile", PICTURE) and isinstance(value, str):
            try:
                picture = base64.b64decode(value, validate=True)
            except binascii.Error:
                raise SnapshotDamaged("a picture of the snapshot is no base64") from None
            name = f"{PROFILES}/{hashlib.sha256(picture).hexdigest()[:16]}.{picture_ending(picture)}"
            self.evidence[collector.data_class][name] = picture
            return name
        if collector.table == "profile_copies" and column.name == PICTURE and isinstance(value, str):
            return f"{PROFILES}/{value}"
        if column.name == "file" and isinstance(value, str):
            return f"{REPORTED}/{value}"
        return value


def _read(snapshot: Snapshot) -> tuple[Asked, list[Answer], list[File]]:
    asked: Asked | None = None
    answers: list[Answer] = []
    others: list[File] = []
    try:
        for file in snapshot.files:
            if file.name == ASKED:
                asked = msgspec.json.decode(file.content, type=Asked)
            elif _ANSWER.fullmatch(file.name):
                answers.append(msgspec.json.decode(file.content, type=Answer))
            else:
                others.append(file)
    except (msgspec.DecodeError, UnicodeDecodeError) as err:
        raise SnapshotDamaged(f"a file of the snapshot cannot be read: {err}") from None
    if asked is None:
        raise SnapshotDamaged("a snapshot without what was asked is none")
    return asked, answers, others


def _class_of(file: File) -> Releasable:
    if file.data_class is None:
        raise SnapshotDamaged(f"{file.name} belongs to no class of data")
    return file.data_class


def _placed(file: File) -> str:
    """Where a file of the snapshot lies in a package."""
    folder = REPORTED if file.data_class is Releasable.CONTENT_REPORTED else PROFILES
    return f"{folder}/{file.name.partition('/')[2]}"


def _name(collector: Collector) -> str:
    """Hub and desk have tables of the same name."""
    own = collector.store is Source.DESK and collector.collector != SPECIFIED
    return f"{collector.data_class}-{'desk_' if own else ''}{collector.table}"


def _column(collector: Collector, one: Field) -> Column:
    kind, precision = _KINDS[one.kind]
    return Column(one.name, kind, one.why, f"{collector.store}: {collector.table}", precision)


def _provenance(answer: Answer, table: CollectedTable, collector: Collector, *, named: bool) -> Mapping[str, Any]:
    return {
        "code_sha256": collector.code_sha256,
        "collected_ms": answer.taken_ms,
        "collector": collector.collector,
        "more": table.more,
        "others_named": named,
        "query": msgspec.to_builtins(answer.line),
        "rows": len(table.rows),
        "schema_sha256": collector.schema_sha256,
        "sha256": canonical.sha256(canonical.encode(table.rows)),
        "table": _name(collector),
        "version": answer.version,
    }


def _nothing(answer: Answer) -> Mapping[str, Any]:
    """Of a class of which this store keeps nothing about anybody."""
    return {
        "collected_ms": answer.taken_ms,
        "collector": answer.source.value,
        "query": msgspec.to_builtins(answer.line),
        "rows": 0,
        "version": answer.version,
    }
