# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a hub on this machine says of itself to anyone."""

from __future__ import annotations

from contextlib import closing
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

import msgspec

from privity.wire import rest


def server_info(url: str, limit_s: float = 30) -> rest.ServerInfo:
    """Ask it over plain http, through no proxy. Raises OSError or HTTPException where none answers in time."""
    with closing(HTTPConnection(urlsplit(url).netloc, timeout=limit_s)) as connection:
        connection.request("GET", "/v1/server")
        answer = connection.getresponse()
        said = answer.read()
    if answer.status != 200:
        raise HTTPException(f"expected 200 of {url}/v1/server, {answer.status} came")
    return msgspec.json.decode(said, type=rest.ServerInfo)
