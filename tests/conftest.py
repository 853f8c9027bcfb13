# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Watches which errors a run brings about, and lets the test that counts them come last."""

from __future__ import annotations

import pytest

from tests import raised_errors


def pytest_configure() -> None:
    raised_errors.watch()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.get_closest_marker("last") is not None)
