# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""From the configuration to drivers that can write documents, and lines that can send them."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

import aiohttp

from privity.desk.clearinghouse.bucket import Bucket
from privity.desk.clearinghouse.documents.schema import MAX_SCHEMA, Schema
from privity.desk.clearinghouse.drafting import Desk
from privity.desk.clearinghouse.drivers.agency import AgencyDriver
from privity.desk.clearinghouse.drivers.cybertip import CybertipDriver
from privity.desk.clearinghouse.drivers.statements import StatementsDriver
from privity.desk.clearinghouse.drivers.steps import Driver
from privity.desk.clearinghouse.errors import SchemaInvalid
from privity.desk.clearinghouse.model import Destination
from privity.desk.clearinghouse.outbox import Line, Outbox
from privity.desk.clearinghouse.sending import IN_FLIGHT
from privity.desk.clearinghouse.transport import HttpTransport, Transport, basic, bearer
from privity.desk.db.transaction import Db
from privity.desk.destinations import Destinations, Reached, read_secret

HOLDER_BYTES: Final = 8


def desk_of(destinations: Destinations, evidence_key: bytes, random: Callable[[int], bytes]) -> Desk:
    """Drafting and approving need no credentials. Raises SchemaInvalid."""
    schema = None
    if destinations.schema is not None:
        schema = Schema.read(destinations.schema, destinations.schema_sha256)
    drivers: tuple[Driver, ...] = (
        CybertipDriver(destinations.office, schema),
        AgencyDriver(destinations.office, destinations.organisation),
        StatementsDriver(),
    )
    return Desk(evidence_key, random, {driver.destination: driver for driver in drivers})


def outbox_of(
    db: Db,
    desk: Desk,
    destinations: Destinations,
    session: aiohttp.ClientSession,
    now_ms: Callable[[], int],
) -> Outbox:
    """A sender with a line to each destination that is configured. Raises KeysInvalid."""
    reached = {
        Destination.CYBERTIP: destinations.clearinghouse,
        Destination.AGENCY: destinations.agency,
        Destination.STATEMENTS: destinations.eu_statements,
    }
    lines = {
        destination: _line(desk.drivers[destination], one, session)
        for destination, one in reached.items()
        if one is not None
    }
    return Outbox(db, desk.vault(db), lines, desk.random(HOLDER_BYTES).hex(), now_ms)


async def fetched_schema(transport: Transport, sha256: bytes | None) -> bytes:
    """The schema of today, from who has credentials for it. Raises NoAnswer or SchemaInvalid."""
    answer = await transport.send(CybertipDriver.schema_request())
    if answer.status != 200 or len(answer.body) > MAX_SCHEMA:
        raise SchemaInvalid(f"expected a schema, the answer has status {answer.status}")
    Schema(answer.body, sha256)
    return answer.body


def transport_of(reached: Reached, session: aiohttp.ClientSession) -> HttpTransport:
    """Raises KeysInvalid."""
    secret = read_secret(reached.secret)
    return HttpTransport(session, reached.url, basic(reached.user, secret) if reached.user else bearer(secret))


def _line(driver: Driver, reached: Reached, session: aiohttp.ClientSession) -> Line:
    return Line(driver, transport_of(reached, session), Bucket(reached.calls_per_s, IN_FLIGHT, time.monotonic))
