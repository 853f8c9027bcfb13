# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The hubs of these tests keep what they know in a file, or in PostgreSQL with PRIVITY_TEST_STORE=postgresql."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests import stores


@pytest.fixture(autouse=True)
def databases_of_ones_own() -> Iterator[None]:
    """No test finds what another left."""
    yield
    stores.drop_all()
