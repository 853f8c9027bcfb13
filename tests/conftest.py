# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Watches which errors a run brings about, lets the test that counts them come last, and keeps logs of tests apart."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest
import structlog

from tests import raised_errors


def pytest_configure() -> None:
    signal.signal(
        signal.SIGINT, signal.default_int_handler
    )  # a run in the background ignores it, and so would our processes
    raised_errors.watch()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.get_closest_marker("last") is not None)


@pytest.fixture(autouse=True)
def logs_of_ones_own() -> Iterator[None]:
    """A process configures its log once; a test that runs one in this process must not leave its closed file behind."""
    yield
    structlog.reset_defaults()
