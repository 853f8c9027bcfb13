# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`POST /staff/v1/collect`: what the hub holds of one class of data about one account, for a legal request.

The desk asks for what two people will have looked at before anything leaves; the hub answers with rows as they stand,
and can do nothing else: it begins to keep nothing, tells nobody and sends nothing to any device.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from privity.production.classes import Releasable
from privity.wire.numbers import Count
from privity.wire.rest import Answer, Body

MAX_ROWS: Final = 10_000
"""Rows of one table in one answer. A request for more is about too much, and a person looks at it again."""

MAX_BYTES: Final = 32 << 20
"""Bytes of all values in one answer: the hub holds it in memory."""

MAX_IDENTIFIER: Final = 512


class IdentifierKind(StrEnum):
    """How a request names an account so that it is this one and no other."""

    ACCOUNT = "account"
    """By user URI."""
    HANDLE = "handle"
    DEVICE = "device"
    """By the client URI of one device, known or known before: its own rows, and those of its account that name none."""
    IP_PORT_TIME = "ip_port_time"
    """By an address of the network. The hub keeps none, and so finds nobody."""


class Collect(Body, frozen=True):
    """`key`: 32 bytes that are made for the request; other people are named by pseudonyms under it, unless `named`.

    The period begins with `since_ms` and ends before `until_ms`. A class of what happened is refused without one.
    """

    data_class: Releasable
    kind: IdentifierKind
    identifier: str
    key: bytes
    since_ms: Count | None = None
    until_ms: Count | None = None
    named: bool = False


class CellKind(StrEnum):
    TEXT = "text"
    INTEGER = "integer"
    TIME = "time"
    """Milliseconds since 1970, by the hub's clock unless the column says otherwise."""
    BYTES = "bytes"
    """In base64."""


class CollectedColumn(Answer, frozen=True):
    name: str
    kind: CellKind


class CollectedTable(Answer, frozen=True):
    """Rows in the order of their time and then of their columns.

    `more`: there are others, which do not fit. `pseudonymised` and `withheld`: how many values name somebody else and
    are given as a pseudonym, or are left out because they hold somebody else's address inside.
    """

    name: str
    columns: list[CollectedColumn]
    rows: list[list[int | str | None]]
    more: bool
    pseudonymised: Count
    withheld: Count


class Collected(Answer, frozen=True):
    """Every table of the class, also those without a row. `account`: whom the identifier named; None if nobody."""

    data_class: Releasable
    account: str | None
    collected_ms: Count
    version: str
    """Of the hub."""
    tables: list[CollectedTable]
