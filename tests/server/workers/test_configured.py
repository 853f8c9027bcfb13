# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`bus` of privity.toml: what is refused before anything is opened, and that no password is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from privity.server.config import HubSection, check
from privity.server.errors import ConfigInvalid, PlaintextRefused

STORE = "postgresql://hub@127.0.0.1/hub"


@pytest.mark.parametrize(
    "bus",
    [
        "nats://127.0.0.1:4222",
        "nats://user:secret@localhost:4222",
        "tls://nats.example:4222",
        "nats://127.0.0.1:4222,nats://[::1]:4223",
    ],
)
def test_what_is_taken(bus: str, tmp_path: Path) -> None:
    found = check(HubSection("hub.example", store=STORE, bus=bus), tmp_path)
    assert found.bus == bus
    assert "secret" not in repr(found)


@pytest.mark.parametrize(
    "bus", ["", "nats://", "nats://127.0.0.1", "127.0.0.1:4222", "redis://127.0.0.1:1", "nats://x:y:z"]
)
def test_what_is_no_address(bus: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid, match="bus must be"):
        check(HubSection("hub.example", store=STORE, bus=bus), tmp_path)


def test_a_password_is_not_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid) as raised:
        check(HubSection("hub.example", store=STORE, bus="http://user:secret@127.0.0.1:1"), tmp_path)
    assert "secret" not in str(raised.value)


def test_a_bus_on_another_machine_needs_tls(tmp_path: Path) -> None:
    for bus in ("nats://10.0.0.7:4222", "nats://nats.example:4222", "nats://127.0.0.1:4222,nats://10.0.0.7:4222"):
        with pytest.raises(PlaintextRefused, match="tls://"):
            check(HubSection("hub.example", store=STORE, bus=bus), tmp_path)


def test_a_file_is_not_shared(tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid, match="store = postgresql"):
        check(HubSection("hub.example", bus="nats://127.0.0.1:4222"), tmp_path)
