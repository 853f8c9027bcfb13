# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A real hub on loopback with all slices, in a temporary folder, with a clock that tests move."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer

from privity.mls.crypto import generate_signature_key
from privity.mls.suites import suite
from privity.server import config, keys
from privity.server.app import SLICES, build_app
from privity.server.context import HubContext
from privity.server.db.open import open_database
from privity.server.limits import Limits
from privity.server.rooms.parts import RoomParts, make_parts
from privity.server.sessions.model import Sessions
from tests import stores
from tests.server.core.people import HOST, NOW_MS
from tests.server.rooms.world import Clock, World


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    staff_private, staff_public = generate_signature_key(suite(1), secrets.token_bytes)
    section = config.HubSection(
        host=HOST,
        listen="127.0.0.1:0",
        registration="open",
        epoch_min_ms=10,
        challenge_bits=4,
        store=stores.new(),
    )
    checked = replace(config.check(section, tmp_path), staff_public_key=staff_public, intake_public_key=b"i" * 32)
    checked.blobs.mkdir(parents=True)
    keys.write_fresh(checked.keys, secrets.token_bytes)
    opened = keys.open_keys(checked.keys)
    clock = Clock(NOW_MS)
    parts = make_parts(opened, clock, secrets.token_bytes, checked.report_window_days)
    context = HubContext(
        config=checked,
        db=open_database(checked),
        now_ms=clock,
        random=secrets.token_bytes,
        limits=Limits(clock),
        keys=opened,
        sessions=Sessions(),
        hooks=parts.hooks,
    )
    slices = tuple(part for part in SLICES if not isinstance(part, RoomParts))
    server = TestServer(build_app(context, (*slices, parts)))
    await server.start_server()
    async with ClientSession(server.make_url("/")) as http:
        yield World(context, parts, clock, http, staff_private)
    await server.close()
    await context.db.close()
