# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A desk inside the test process, and one as a child process."""

from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import aiohttp

import privity
from privity.desk.cases.gathering import Gathering
from privity.desk.config import DeskConfig
from privity.desk.db.database import open_database
from privity.desk.db.transaction import Db
from privity.desk.hub_client import HttpHub, Hub
from privity.desk.intake.findings import MessageFinding, ReportFinding, findings
from privity.desk.intake.key_log import KeyLog
from privity.desk.intake.queue import Intake
from privity.desk.keys import DeskKeys, open_keys
from privity.desk.main import now_ms

CHILD = """
import sys
from pathlib import Path
from privity.desk.main import run
run(Path(sys.argv[1]))
sys.stdout.write("\\n".join(sorted(sys.modules)))
"""


@dataclass(frozen=True, slots=True)
class Desk:
    """Its parts, wired as `main` wires them."""

    db: Db
    keys: DeskKeys
    hub: HttpHub
    intake: Intake

    def reports(self) -> tuple[ReportFinding, ...]:
        return findings(self.db).reports

    async def only(self) -> ReportFinding:
        """Take what the hub has and return the single report."""
        await self.intake.step()
        (report,) = self.reports()
        return report

    async def only_message(self) -> MessageFinding:
        (message,) = (await self.only()).messages
        return message


def started(config: DeskConfig, session: aiohttp.ClientSession) -> Desk:
    keys = open_keys(config)
    db = open_database(config.database, keys)
    hub = HttpHub(session, config.hub_url, keys.staff, now_ms, os.urandom)
    return Desk(db, keys, hub, intake_of(db, hub, keys, KeyLog(db, config.log, now_ms)))


def intake_of(db: Db, hub: Hub, keys: DeskKeys, key_log: KeyLog) -> Intake:
    """With real cases; appeals are turned away."""
    return Intake(
        db, hub, keys, key_log, now_ms, os.urandom, gather=Gathering({}), lodge=lambda db, appeal, relayed, at_ms: None
    )


async def child(config_path: Path) -> asyncio.subprocess.Process:
    """The desk as its own process; after SIGTERM it writes the names of its modules."""
    source = Path(privity.__file__).resolve().parent.parent
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        CHILD,
        str(config_path),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(source)},
    )
