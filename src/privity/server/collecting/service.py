# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Answering a question of the desk: one class, one identifier, one snapshot of the database. It only reads."""

from __future__ import annotations

from typing import Final

from privity.identity.pseudonyms import Names
from privity.server.accounts import closed
from privity.server.collecting import finding
from privity.server.collecting.model import check
from privity.server.context import HubContext
from privity.server.db.database import Reader
from privity.server.stored.service import inventory
from privity.server.version import VERSION
from privity.wire.collect import Collect, Collected
from privity.wire.reading import Asked, collect

UNLESS: Final = {"statement": "json_extract(statement, '$.kind') IN ('legal_request', 'legal_answer')"}
"""What another authority asked for is nobody else's business."""


async def answer(context: HubContext, asked: Collect) -> Collected:
    """All that the hub holds of this class about whom the identifier names. Raises a MALFORMED Refusal."""
    period = check(asked)

    def written(user_uri: str) -> tuple[bytes, str]:
        return closed.mark(context, user_uri), closed.written(context, user_uri)

    def read(reader: Reader) -> Collected:
        whom = finding.find(reader, asked.kind, asked.identifier, written)
        names = None if whom is None else Names(whom, asked.key, asked.named)
        question = Asked(
            data_class=asked.data_class,
            names=names,
            period=period,
            unless=UNLESS,
            resolve=lambda text: finding.user_of_handle(reader, text),
        )
        tables = list(collect(reader, inventory(), question))
        account = None if whom is None else whom.users[0]
        return Collected(asked.data_class, account, context.now_ms(), VERSION, tables)

    return await context.db.read(read)
