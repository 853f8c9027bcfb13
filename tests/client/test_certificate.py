# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A device refuses a wrong certificate by name, on a request and on its socket, before it says anything."""

from __future__ import annotations

from pathlib import Path

import pytest
from aiohttp import ClientSession, TCPConnector

from privity.client.engine.state import Own
from privity.client.errors import CertificateRefused
from privity.client.net.connection import Connection, exchange
from tests.certificates import REASON, WRONG, Recorder, wrong
from tests.server.core.people import Person


@pytest.mark.parametrize("what", WRONG)
async def test_a_wrong_certificate_is_refused_before_anything_is_said(tmp_path: Path, what: str) -> None:
    trusted, met = wrong(tmp_path, what)
    person = Person("alice")
    keys = person.device
    own = Own(person.user_uri, keys.client_uri, "alice", keys.private, keys.public, None, "hub.example", b"", b"", None)
    connector = TCPConnector(ssl=trusted.client_context())
    async with Recorder(met) as recorder, ClientSession(connector=connector) as http:
        with pytest.raises(CertificateRefused, match=REASON[what]):
            await exchange(http, "GET", f"{recorder.url}/v1/server", b"", {})
        with pytest.raises(CertificateRefused, match=REASON[what]):
            await Connection.open(http, recorder.url, own)
    assert recorder.said == b""
