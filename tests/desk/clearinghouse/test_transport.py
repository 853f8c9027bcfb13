# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Where nobody answers, that is said by name, and without what the request carried."""

from __future__ import annotations

import socket

import aiohttp
import pytest

from privity.desk.clearinghouse.drivers.steps import Request
from privity.desk.clearinghouse.errors import NoAnswer
from privity.desk.clearinghouse.transport import HttpTransport, basic


async def test_nobody_at_the_port() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    async with aiohttp.ClientSession() as session:
        transport = HttpTransport(session, f"http://127.0.0.1:{port}", basic("teapot", "a-secret-lid"))
        with pytest.raises(NoAnswer) as none:
            await transport.send(Request("POST", "/submit", "text/xml", b"<report/>"))
    assert "a-secret-lid" not in str(none.value)
    assert "a-secret-lid" not in repr(transport)
