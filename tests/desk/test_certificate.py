# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The desk refuses a wrong certificate by name, before it signs anything to whoever has it."""

from __future__ import annotations

from pathlib import Path

import pytest
from aiohttp import ClientSession, TCPConnector

from privity.desk.errors import CertificateRefused
from tests.certificates import REASON, WRONG, Recorder, wrong
from tests.desk.conftest import Home
from tests.desk.running import started


@pytest.mark.parametrize("what", WRONG)
async def test_a_wrong_certificate_is_refused_before_anything_is_said(home: Home, tmp_path: Path, what: str) -> None:
    trusted, met = wrong(tmp_path, what)
    connector = TCPConnector(ssl=trusted.client_context())
    async with Recorder(met) as recorder, ClientSession(connector=connector) as http:
        desk = started(home.configured(recorder.url), http)
        with pytest.raises(CertificateRefused, match=REASON[what]):
            await desk.intake.step()
        desk.db.close()
    assert recorder.said == b""
