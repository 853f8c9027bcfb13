# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What the hub says that it keeps about the person."""

from __future__ import annotations

from typing import Final

import msgspec

from privity.client import stored
from privity.faces.app.opened import Opened
from privity.faces.app.port.asked import Text
from privity.faces.app.port.devices import Kept, KeptRows, KeptTables
from privity.faces.app.port.shown import KeptTable
from privity.faces.app.verbs import Verbs


async def kept(opened: Opened, _: Kept) -> KeptTables:
    return KeptTables(
        tables=tuple(
            KeptTable(
                name=table.name,
                what=table.what,
                readers=tuple(reader.value for reader in table.readers),
                kept=table.kept,
                rows=table.rows,
            )
            for table in await stored.tables(opened.device.host)
        )
    )


async def kept_rows(opened: Opened, _: KeptRows) -> Text:
    host = opened.device.host
    return Text(text=msgspec.json.format(msgspec.json.encode(await stored.everything(host)), indent=2).decode())


VERBS: Final[Verbs] = {Kept: kept, KeptRows: kept_rows}
