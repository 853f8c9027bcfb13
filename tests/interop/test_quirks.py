# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Every quirk that the table tells of is still there."""

from __future__ import annotations

import pytest

from tests.interop.conftest import Have
from tests.interop.quirks import QUIRKS, Quirk


@pytest.mark.parametrize("quirk", QUIRKS, ids=lambda quirk: quirk.name)
def test_quirk(quirk: Quirk, have: Have) -> None:
    quirk.show(have(*quirk.peers))
