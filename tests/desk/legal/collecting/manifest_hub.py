# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A hub without a network that holds one row of everything about the accounts it knows, as the manifest says of it."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable
from dataclasses import dataclass, field

from privity.desk.legal.collecting.capabilities import Collector, Field, shipped
from privity.desk.legal.collecting.model import Source
from privity.identity.pseudonyms import pseudonym
from privity.identity.uris import make_client_uri, parse_client_uri, user_of
from privity.wire.collect import CellKind, Collect, Collected, CollectedColumn, CollectedTable, IdentifierKind
from privity.wire.inventory import Of, Others

HOST = "hub.example"
POT = f"mimi://{HOST}/u/{'p' * 25}a"
"""The account of the handle that invented requests name."""
LID = f"mimi://{HOST}/u/{'l' * 25}a"
"""Somebody else."""
HANDLES = {"pot.collector": POT, "lid.collector": LID}
AT_MS = 1_790_900_000_000
"""Within the period of invented requests."""

Value = int | str | None
Bend = Callable[[Collect, Collected], Collected]


@dataclass(slots=True)
class ManifestHub:
    """`bend`: what a lying hub makes of its answers; `hold`: an answer waits for it."""

    known: dict[str, str] = field(default_factory=lambda: dict(HANDLES))
    empty: bool = False
    bend: Bend | None = None
    fails: Exception | None = None
    asked: list[Collect] = field(default_factory=list)
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    hold: asyncio.Event | None = None
    numbers: int = 0

    async def collect(self, asked: Collect) -> Collected:
        self.asked.append(asked)
        self.reached.set()
        if self.hold is not None:
            await self.hold.wait()
        if self.fails is not None:
            raise self.fails
        answer = self.answer(asked)
        return answer if self.bend is None else self.bend(asked, answer)

    def answer(self, asked: Collect) -> Collected:
        account = self._account(asked)
        tables = [self._table(asked, one, account) for one in shipped().of(Source.HUB, asked.data_class)]
        return Collected(asked.data_class, account, AT_MS, "1.0", tables)

    def _account(self, asked: Collect) -> str | None:
        match asked.kind:
            case IdentifierKind.HANDLE:
                return self.known.get(asked.identifier)
            case IdentifierKind.ACCOUNT:
                return asked.identifier if asked.identifier in self.known.values() else None
            case IdentifierKind.DEVICE:
                return user_of(parse_client_uri(asked.identifier))
        return None

    def _table(self, asked: Collect, one: Collector, account: str | None) -> CollectedTable:
        columns = [CollectedColumn(each.name, each.kind) for each in one.columns]
        if account is None or self.empty:
            return CollectedTable(one.table, columns, [], False, 0, 0)
        row = [self._value(asked, one, each, account) for each in one.columns]
        others = 0 if asked.named else sum(each.others is Others.NAMED for each in one.columns)
        return CollectedTable(one.table, columns, [row], False, others, 0)

    def _value(self, asked: Collect, one: Collector, column: Field, account: str) -> Value:
        if column.of is not None:
            return self._own(asked, column.of, account)
        if column.others is not None:
            if column.others is Others.INSIDE:
                return base64.b64encode(LID.encode()).decode() if asked.named else None
            return LID if asked.named else pseudonym(asked.key, LID)
        if column.name == one.ends:
            return None
        match column.kind:
            case CellKind.TIME:
                return AT_MS
            case CellKind.INTEGER:
                return 17
            case CellKind.BYTES:
                return base64.b64encode(f"{one.table}.{column.name}".encode()).decode()
        return f"{one.table}.{column.name}"

    def _own(self, asked: Collect, of: Of, account: str) -> Value:
        match of:
            case Of.LABEL:
                return f"u:{account}"
            case Of.DEVICE:
                return asked.identifier if asked.kind is IdentifierKind.DEVICE else device_of(account)
            case Of.PAIR:
                other = LID if account == POT else POT
                return f"{account} {other if asked.named else pseudonym(asked.key, other)}"
        return account


def device_of(account: str) -> str:
    return make_client_uri(account, "d" * 25 + "a")
