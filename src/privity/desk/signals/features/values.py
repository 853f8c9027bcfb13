# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The values of all features in the catalogue's order, as rules take them. Only what is looked at is worked out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from privity.desk.signals.features.catalogue import FEATURES
from privity.desk.signals.features.moment import Moment
from privity.desk.signals.features.reading import READERS, Value
from privity.desk.signals.language.catalogue import Catalogue, Feature
from privity.desk.signals.language.types import Type

Values = Callable[[Moment], tuple[Value, ...]]


class FeaturesUnlike(ValueError):
    """Rules were checked against features that these are not."""


def values_of(catalogue: Catalogue, used: Iterable[str]) -> Values:
    """The function that finds the values of an event for rules that look at `used`.

    What they do not look at stands there as the smallest value that it could have. Raises FeaturesUnlike where the
    catalogue's features are not those of this room.
    """
    if catalogue.features != FEATURES:
        raise FeaturesUnlike("expected rules on the features of `features.catalogue`, got rules on others")
    looked_at = frozenset(used)
    empty: Sequence[Value] = [_least(feature) for feature in FEATURES]
    readers: Final = [(i, READERS[feature.name]) for i, feature in enumerate(FEATURES) if feature.name in looked_at]

    def values(moment: Moment) -> tuple[Value, ...]:
        found = [*empty]
        for i, read in readers:
            found[i] = read(moment)
        return tuple(found)

    return values


def _least(feature: Feature) -> Value:
    if feature.bounds is not None:
        low = feature.bounds.low
        return int(low) if feature.type is Type.WHOLE else float(low)
    return "" if feature.type is Type.TEXT else False
