# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity desk referrals`, `referral` and `clearinghouse-schema`: what the owner of the machine asks of the outbox."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import aiohttp
import msgspec
from cyclopts import Parameter
from cyclopts.validators import Number

from privity.desk import config as desk_config
from privity.desk.audit import beside
from privity.desk.audit.beside import DEFAULT, Config
from privity.desk.clearinghouse import service
from privity.desk.clearinghouse.errors import SchemaInvalid
from privity.desk.clearinghouse.model import Referral
from privity.desk.clearinghouse.setting import desk_of, fetched_schema, transport_of
from privity.desk.config import DeskConfig
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right

Json = Annotated[bool, Parameter(help="One JSON object, for programs.", negative="", show_default=False)]
Above = Annotated[int, Parameter(help="Only those with a higher number.", validator=Number(gte=0, lte=1 << 53))]
Which = Annotated[int, Parameter(help="The number of a referral.", validator=Number(gte=1, lte=1 << 53))]


def referrals(*, config: Config = DEFAULT, after: Above = 0, json: Json = False) -> None:
    """List referrals, and what each of them waits for. No content is shown.

    Example: privity desk referrals --json
    """
    acting = Acting.command("referrals", Right.SEE_REFERRALS)
    with beside.named(), beside.desk(config) as here:
        found = service.listed(here.db, acting, after)
        stopped = service.stopped(here.db)
    if json:
        _write(msgspec.json.encode({"referrals": found, "stopped": stopped}).decode())
        return
    for referral in found:
        _write(_row(referral))
    for destination, why in stopped.items():
        _write(f"{destination}: stopped, waits for a person: {why}")
    if not found:
        _write("no referrals yet")


def referral(number: Which, /, *, config: Config = DEFAULT, json: Json = False) -> None:
    """Show one referral: its state, every call, and whether the bytes of each are those that were sent and came.

    Example: privity desk referral 12
    """
    acting = Acting.command("referral", Right.SEE_REFERRALS)
    with beside.named(), beside.desk(config) as here:
        desk = desk_of(desk_config.load(config).destinations, here.keys.evidence, os.urandom)
        shown = service.shown(here.db, acting, number)
        checked = service.check_chain(here.db, desk, acting, number, time.time_ns() // 1_000_000)
    if json:
        _write(msgspec.json.encode({"shown": shown, "checked": checked}).decode())
        return
    _write(_row(shown.referral))
    for draft in shown.drafts:
        _write(f"  case {draft.case}, drafted {_time(draft.drafted_ms)} by {draft.drafted_by}")
    for given_up in shown.abandoned:
        _write(f"  abandoned there: {given_up.remote_id}, {_time(given_up.at_ms)}: {given_up.why}")
    for call in shown.calls:
        status = f" status {call.status}" if call.status else ""
        _write(f"  {call.n:>4} {_time(call.at_ms)} {call.kind} {call.verb} {call.item or ''}{status} {call.reaction}")
    _write(f"  {checked} calls, each as it was sent or came")


def clearinghouse_schema(
    file: Annotated[Path, Parameter(help="Made anew; an existing file is never overwritten.")],
    /,
    *,
    config: Config = DEFAULT,
) -> None:
    """Fetch the clearinghouse's schema of today with your credentials; fails where it is not the pinned one.

    Example: privity desk clearinghouse-schema cyber_tipline.xsd
    """
    with beside.named():
        data = asyncio.run(_fetched(desk_config.load(config)))
        with file.open("xb") as out:
            out.write(data)
    _write(f"{file.name}: {len(data):,} bytes")


async def _fetched(config: DeskConfig) -> bytes:
    reached = config.destinations.clearinghouse
    if reached is None:
        raise SchemaInvalid("there is no [desk.clearinghouse] in the configuration, so there is nobody to ask")
    async with aiohttp.ClientSession() as session:
        return await fetched_schema(transport_of(reached, session), config.destinations.schema_sha256)


def _row(referral: Referral) -> str:
    parts = [f"{referral.n:>6} {referral.destination:<13} {referral.state:<20} level {referral.level}"]
    if referral.deadline_ms is not None:
        parts.append(f"finish by {_time(referral.deadline_ms)}")
    if referral.remote_id is not None:
        parts.append(f"there: {referral.remote_id}")
    if referral.why:
        parts.append(referral.why)
    return "  ".join(parts)


def _time(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%SZ")


def _write(line: str) -> None:
    sys.stdout.write(line + "\n")
