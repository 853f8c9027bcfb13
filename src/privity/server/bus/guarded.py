# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""NATS servers begin in the clear and say themselves whether TLS follows: whoever stands between could say no.

The client believes what it is told, sends its password, and goes on without. So where TLS was asked for, and towards
every other machine, also one that a server of the cluster names, nothing is sent to a server that does not offer it.
"""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import ParseResult

from nats.aio.client import Client
from nats.errors import Error


class InTheClear(Error):
    """A server that offers no TLS where that is needed."""


class GuardedClient(Client):
    """Checked on each connection, before its first word."""

    refused = False
    """Whether a server was refused for that."""

    def _connect_command(self) -> bytes:
        server = self._current_server
        if server is None or not (self._server_info.get("tls_required") or may_be_plain(server.uri)):
            self.refused = True
            raise InTheClear("the NATS server offers no TLS")
        return super()._connect_command()


def may_be_plain(address: ParseResult) -> bool:
    """nats:// on this machine."""
    host = address.hostname or ""
    if address.scheme != "nats":
        return False
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
