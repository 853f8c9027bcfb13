# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""All checks, one after the other: what one needs and is not there is said once, and the rest goes on."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from privity.server import config as configuration
from privity.server.config import HubConfig
from privity.server.db.open import read_beside
from privity.server.errors import HubError, KeysInvalid
from privity.server.keys import HubKeys, open_keys
from privity.server.main import check_ready
from privity.server.operating.doctor import around, database, folder
from privity.server.operating.doctor.finding import Finding, Findings, State, ok, wrong


def examine(config_path: Path, now_ms: int) -> Findings:
    found = _examine(config_path, now_ms)
    return Findings(
        sum(one.state is State.WRONG for one in found), sum(one.state is State.LOOK for one in found), found
    )


def _examine(config_path: Path, now_ms: int) -> list[Finding]:
    try:
        config = configuration.load(config_path)
    except HubError as err:
        return [wrong("config", f"{type(err).__name__}: {err}", "docs/operators/run-a-hub.md")]
    if not config.data.is_dir():
        return [wrong("config", f"the folder {config.data} is not there", "privity init, or privity admin restore")]
    found = [_configured(config), folder.keys(config), folder.served(config), folder.disk(config)]
    keys = _keys(config)
    log_size = 0
    try:
        seen = read_beside(config, lambda query: database.see(query, config, keys, now_ms))
    except (HubError, OSError, sqlite3.Error) as err:
        found.append(
            wrong("database", f"{type(err).__name__}: {err}", "restore the newest backup, or start PostgreSQL")
        )
    else:
        log_size = seen.log_size
        found += [*seen.findings, *folder.attachments(config, seen.blobs, now_ms)]
    found += [*folder.put_back(config), folder.backup(config, now_ms), around.certificate(config, now_ms)]
    return found + around.witnesses(config, keys, log_size)


def _configured(config: HubConfig) -> Finding:
    try:
        check_ready(config)
    except HubError as err:
        return wrong("config", f"{type(err).__name__}: {err}", "docs/operators/tls.md")
    kind = "for production" if config.production else "for this machine"
    return ok("config", f"{config.host}, {kind}, registration {config.registration}")


def _keys(config: HubConfig) -> HubKeys | None:
    try:
        return open_keys(config.keys)
    except KeysInvalid:
        return None
