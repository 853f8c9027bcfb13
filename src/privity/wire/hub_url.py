# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The address of a hub as devices and the desk take it: https, or plain http to a loopback address and nowhere else."""

from __future__ import annotations

import ipaddress
import ssl
from typing import Final
from urllib.parse import urlsplit

OWN_AUTHORITY: Final = "if the hub has a certificate authority of its own, set SSL_CERT_FILE to its certificate"
"""What to do about a certificate that is not trusted. OpenSSL reads the variable when a process starts."""


class BadHubUrl(Exception):
    """Not scheme, host and port. The message fits behind the name of the field."""


class PlaintextUrl(BadHubUrl):
    """Plain http to something that is not surely this machine."""


def check_hub_url(url: str) -> str:
    """The address without a slash at its end. Raises BadHubUrl or PlaintextUrl."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise _bad(url) from None
    if parts.scheme not in ("http", "https") or not host or port == 0:
        raise _bad(url)
    if parts.path not in ("", "/") or parts.query or parts.fragment or parts.username is not None:
        raise BadHubUrl(f"must be scheme, host and port alone, got {url!r}")
    if parts.scheme == "http" and not _is_loopback(host):
        raise PlaintextUrl(f"is plain http to another machine, got {url!r}: use https, or http://127.0.0.1 on this one")
    return url.rstrip("/")


def why_refused(err: Exception) -> str | None:
    """Why TLS refused the hub's certificate, or None when `err` says something else. Then nothing was sent to it."""
    cause = err.__cause__
    return cause.verify_message.rstrip(".") if isinstance(cause, ssl.SSLCertVerificationError) else None


def _bad(url: str) -> BadHubUrl:
    return BadHubUrl(f"must be a URL such as https://chat.example.org or http://127.0.0.1:8440, got {url!r}")


def _is_loopback(host: str) -> bool:
    """A literal address only: a name, `localhost` too, could resolve to anything."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
