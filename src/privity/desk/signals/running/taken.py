# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What the desk took, as a source: an observation that does not read keeps none of the others from being counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from privity.desk.db.transaction import Db
from privity.desk.signals.running.joints import Unreadable
from privity.desk.signals.taking import service as taking
from privity.wire.observed import Observed


@dataclass(frozen=True, slots=True)
class Taken:
    """Observations under the desk's own numbers (`joints.Source`)."""

    db: Db = field(repr=False)

    def after(self, number: int, most: int) -> Sequence[Observed | Unreadable]:
        """The next ones, oldest first."""
        try:
            return taking.after(self.db, number, most)
        except ValueError:
            return [self._one(one) for one in taking.numbers_after(self.db, number, most)]

    def first(self) -> int:
        """The lowest number that is kept; where none is, the next that will be given."""
        return taking.first(self.db)

    def newest(self) -> int:
        """The last number that was given."""
        return taking.newest(self.db)

    def _one(self, number: int) -> Observed | Unreadable:
        try:
            return taking.after(self.db, number - 1, 1)[0]
        except ValueError as err:
            return Unreadable(number, type(err).__name__)
