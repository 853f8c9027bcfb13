# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Whether a connection to a database leaves the machine: whatever does is encrypted, and the other side proves its
name."""

from __future__ import annotations

from ipaddress import ip_address


def is_near(hosts: str) -> bool:
    """Whether all of these hosts, as libpq writes them, are a socket in the file system or loopback."""
    for host in hosts.split(","):
        if host and not host.startswith(("/", "@")) and host != "localhost":
            try:
                if not ip_address(host).is_loopback:
                    return False
            except ValueError:
                return False
    return True
