# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The desk's questions to a hub, and its distrust of the answers: not one row, column or person more than was asked."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from typing import Final

from privity.desk.errors import HubMisbehaved
from privity.desk.legal.collecting.capabilities import Capabilities, Collector, Field
from privity.desk.legal.collecting.model import Line, Source
from privity.identity.errors import BadUri
from privity.identity.uris import between_devices, parse_user_uri, user_of
from privity.keylog.labels import user_label
from privity.production.records import LAST_MS, MAX_INTEGER
from privity.wire.collect import MAX_ROWS, CellKind, Collect, Collected, CollectedTable, IdentifierKind
from privity.wire.inventory import Of, Others

_PSEUDONYM: Final = re.compile(r"person-[a-z2-7]{16}(?:/device-[a-z2-7]{16})?")
_ASKED_OF_A_HUB: Final = frozenset(kind.value for kind in IdentifierKind)

Value = int | str | None


def question(line: Line, key: bytes, *, named: bool) -> Collect | None:
    """What a hub is asked; None where no hub knows such a target."""
    if line.kind not in _ASKED_OF_A_HUB:
        return None
    return Collect(
        line.data_class, IdentifierKind(line.kind), line.value, key, line.since_ms, line.until_ms, named=named
    )


def check(asked: Collect, answer: Collected, capabilities: Capabilities) -> None:
    """Raise HubMisbehaved for whatever is no answer to this question."""
    if answer.data_class is not asked.data_class:
        raise HubMisbehaved(f"asked for {asked.data_class}, the hub answers {answer.data_class}")
    _check_account(asked, answer.account)
    declared = [one for one in capabilities.of(Source.HUB, asked.data_class) if one.table]
    if [table.name for table in answer.tables] != [one.table for one in declared]:
        raise HubMisbehaved(
            f"the tables of {asked.data_class} are not those of the manifest; is the hub of this version?"
        )
    for table, collector in zip(answer.tables, declared, strict=True):
        _check_table(asked, answer.account, table, collector)


def _check_account(asked: Collect, account: str | None) -> None:
    if account is None:
        return
    try:
        parse_user_uri(account)
        match asked.kind:
            case IdentifierKind.ACCOUNT:
                expected = asked.identifier
            case IdentifierKind.DEVICE:
                expected = user_of(asked.identifier)
            case IdentifierKind.HANDLE:
                expected = account
            case IdentifierKind.IP_PORT_TIME:
                expected = ""
    except BadUri as err:
        raise HubMisbehaved(f"whom the hub answers about: {err}") from None
    if account != expected:
        raise HubMisbehaved("the hub answers about another account than it was asked about")


def _check_table(asked: Collect, account: str | None, table: CollectedTable, collector: Collector) -> None:
    name = table.name
    if [(one.name, one.kind) for one in table.columns] != [(one.name, one.kind) for one in collector.columns]:
        raise HubMisbehaved(f"the columns of {name} are not those of the manifest; is the hub of this version?")
    if len(table.rows) > MAX_ROWS:
        raise HubMisbehaved(f"at most {MAX_ROWS} rows of {name} come at once, the hub sent {len(table.rows)}")
    if table.rows and account is None:
        raise HubMisbehaved(f"the hub knows nobody of this name, and sends rows of {name}")
    for row in table.rows:
        if len(row) != len(collector.columns):
            raise HubMisbehaved(f"a row of {name} has {len(collector.columns)} values, one has {len(row)}")
        _check_values(name, collector.columns, row)
        _check_period(asked, collector, dict(zip((one.name for one in collector.columns), row, strict=True)))
        _check_people(asked, account or "", collector, row)


def _check_values(name: str, columns: Sequence[Field], row: Sequence[Value]) -> None:
    for column, value in zip(columns, row, strict=True):
        if value is not None and not _is_of(column.kind, value):
            raise HubMisbehaved(f"{name}.{column.name} is of another kind than the manifest says")


def _is_of(kind: CellKind, value: Value) -> bool:
    match kind:
        case CellKind.TEXT:
            return isinstance(value, str)
        case CellKind.INTEGER:
            return type(value) is int and abs(value) <= MAX_INTEGER
        case CellKind.TIME:
            return type(value) is int and 0 <= value <= LAST_MS
    try:
        return isinstance(value, str) and base64.b64encode(base64.b64decode(value, validate=True)).decode() == value
    except binascii.Error:
        return False


def _check_period(asked: Collect, collector: Collector, row: dict[str, Value]) -> None:
    if asked.since_ms is None or asked.until_ms is None:
        return
    at, begins, ends = (row.get(one) for one in (collector.at, collector.begins, collector.ends))
    late = collector.begins and not (isinstance(begins, int) and begins < asked.until_ms)
    over = isinstance(ends, int) and ends <= asked.since_ms
    if late or over or (collector.at and not (isinstance(at, int) and asked.since_ms <= at < asked.until_ms)):
        raise HubMisbehaved(f"the hub sends a row of {collector.table} from outside of the period")


def _check_people(asked: Collect, account: str, collector: Collector, row: Sequence[Value]) -> None:
    """Each row names whom it is about; everybody else in it has a pseudonym, unless they are to be named."""
    telling = [(one, value) for one, value in zip(collector.columns, row, strict=True) if one.of is not None]
    if asked.kind is IdentifierKind.DEVICE and any(one.of is Of.DEVICE for one, _ in telling):
        known = [value == asked.identifier for one, value in telling if one.of is Of.DEVICE]
    else:
        known = [_names(one.of, value, account) for one, value in telling]
    if not any(known) and not collector.marked:
        raise HubMisbehaved(f"the hub sends a row of {collector.table} about somebody else")
    if asked.named:
        return
    for one, value in zip(collector.columns, row, strict=True):
        if one.others is Others.INSIDE and value is not None:
            raise HubMisbehaved(f"{collector.table}.{one.name} may hold another's address, and was not to be sent")
        if isinstance(value, str) and not _is_hidden(one, value, account):
            raise HubMisbehaved(f"{collector.table}.{one.name} names somebody else, who was to have a pseudonym")


def others_named(collector: Collector, rows: Sequence[Sequence[Value]], account: str) -> int:
    """How many values of these rows name somebody whom they are not about."""
    return sum(
        (column.others is Others.INSIDE and value is not None)
        or (isinstance(value, str) and not _is_hidden(column, value, account))
        for row in rows
        for column, value in zip(collector.columns, row, strict=True)
    )


def _names(of: Of | None, value: Value, account: str) -> bool:
    if not isinstance(value, str):
        return False
    match of:
        case Of.USER | Of.UNTOLD:
            return value == account
        case Of.LABEL:
            return value == user_label(parse_user_uri(account)).decode()
        case Of.DEVICE:
            first, last = between_devices(account)
            return first < value < last
        case Of.PAIR:
            return account in value.split(" ")
    return False


def _is_hidden(column: Field, value: str, account: str) -> bool:
    """Whether it names nobody but the account."""
    if column.of is Of.PAIR:
        return all(part == account or _PSEUDONYM.fullmatch(part) for part in value.split(" "))
    if column.of is None and column.others is None:
        return True
    return _names(column.of or Of.USER, value, account) or _PSEUDONYM.fullmatch(value) is not None or not value
