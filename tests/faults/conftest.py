# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What all faults share: devices that look for their hub twice a second, however long it was away, and its counts."""

from __future__ import annotations

import urllib.request
from collections.abc import Callable

import pytest

from privity.client.net import backoff
from privity.faces.demo.processes import free_port

Metrics = tuple[str, Callable[[], int]]
COUNTED = 'privity_refused_total{code="unavailable"}'


@pytest.fixture(autouse=True)
def impatient_devices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backoff, "LONGEST_MS", 500)


@pytest.fixture
def metrics() -> Metrics:
    """The line of the configuration, and how many requests and messages the hub refused as UNAVAILABLE so far."""
    port = free_port()

    def refused() -> int:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30) as answer:
            lines = answer.read().decode().splitlines()
        return sum(int(float(line.split()[-1])) for line in lines if line.startswith(COUNTED))

    return f'metrics = "127.0.0.1:{port}"', refused
