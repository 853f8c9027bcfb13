# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What the hub says that it keeps about this account: its own word, like the inventory of its version."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from privity.client.engine.calls import Call
from privity.client.errors import HubUnreachable
from privity.client.host import Host
from privity.wire.rest import Answer
from privity.wire.stored import Cell, StoredAbout, StoredRows, StoredTable

A = TypeVar("A", bound=Answer)


async def tables(host: Host) -> list[StoredTable]:
    """Every table in which something about this account can stand. Raises Refusal, HubUnreachable."""
    return (await _ask(host, "/v1/account/stored", StoredAbout)).tables


async def rows(host: Host, name: str) -> list[dict[str, Cell]]:
    """The rows of one table that are about this account. Raises Refusal, HubUnreachable."""
    found: list[dict[str, Cell]] = []
    while True:
        page = await _ask(host, f"/v1/account/stored/{name}?from={len(found)}", StoredRows)
        if any(len(row) != len(page.columns) for row in page.rows) or (page.more and not page.rows):
            raise HubUnreachable("the hub's answer does not fit the columns that it names")
        found += [dict(zip(page.columns, row, strict=True)) for row in page.rows]
        if not page.more:
            return found


async def everything(host: Host) -> dict[str, Any]:
    """All tables with all rows, as a person can save them. Raises Refusal, HubUnreachable."""
    found = []
    for table in await tables(host):
        told = msgspec.to_builtins(table)
        told["data"] = msgspec.to_builtins(await rows(host, table.name)) if table.rows else []
        found.append(told)
    return {"tables": found}


async def _ask(host: Host, path: str, kind: type[A]) -> A:
    answer = await host.connected().call(Call("GET", path, kind))
    if not isinstance(answer, kind):
        raise HubUnreachable(f"the hub's answer is no {kind.__name__}")
    return answer
