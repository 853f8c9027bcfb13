# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The catalogue of this desk: what its rules may read, and what may follow from them."""

from __future__ import annotations

from typing import Final

from privity.desk.signals.features.catalogue import FEATURES
from privity.desk.signals.ladder.effects import EFFECTS
from privity.desk.signals.language.catalogue import Catalogue

CATALOGUE: Final = Catalogue(FEATURES, EFFECTS)
