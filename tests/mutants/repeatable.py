# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Hypothesis draws the same examples in every run and keeps none, so that a verdict is the same the next time."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, settings


class Repeatable:
    """Comes after the profile of the house."""

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        settings.register_profile(
            "mutants",
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        settings.load_profile("mutants")
