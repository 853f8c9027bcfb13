# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A room that every test may change: it is stored once and read back for each."""

from __future__ import annotations

import copy

import pytest

from privity.mls.public_group import PublicGroup
from tests.mls.public.builders import Room, TestRules

_FIVE = Room(("ana", "ben", "cyd", "dov", "eva"))


@pytest.fixture
def room() -> Room:
    """Five members, all of whom have committed once."""
    twin = copy.copy(_FIVE)
    twin.parties = dict(_FIVE.parties)
    twin.rules = TestRules()
    twin.group = PublicGroup.decode(_FIVE.group.encode(), twin.rules)
    return twin
