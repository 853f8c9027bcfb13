# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A port that was given to one server is nobody else's, before it listens, while it listens, and after it died."""

from __future__ import annotations

import asyncio
import errno
import socket

import pytest

from privity.faces.demo.processes import free_port


async def test_a_port_stays_with_the_server_that_it_is_for() -> None:
    port = free_port()
    _nobody_else_gets(port)
    for _ in range(2):  # a server that is killed listens there again
        server = await asyncio.start_server(lambda *_: None, "127.0.0.1", port)
        _nobody_else_gets(port)
        server.close()
        await server.wait_closed()
        _nobody_else_gets(port)


def test_no_port_is_given_twice_and_none_can_be_that_of_a_connection() -> None:
    ports = [free_port() for _ in range(300)]  # of 12,000: by chance alone two of them would be the same
    assert len(set(ports)) == len(ports)
    assert max(ports) < 32_768


def _nobody_else_gets(port: int) -> None:
    with socket.socket() as other, pytest.raises(OSError) as refused:
        other.bind(("127.0.0.1", port))
    assert refused.value.errno == errno.EADDRINUSE
