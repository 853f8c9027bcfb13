# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What rules may read, and what may follow from them. Who runs the rules hands this over."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property

from privity.desk.signals.language.limits import MAX_REAL, MAX_WHOLE
from privity.desk.signals.language.types import Bounds, Type


@dataclass(frozen=True, slots=True)
class Feature:
    """One value that is known about an event when rules are asked.

    Attributes:
        name: As rules write it: small letters, digits and underscores.
        type: What it is.
        says: What it means, in a sentence that people read beside a decision.
        bounds: Of a number. Whoever fills it keeps to them: a rule relies on it.
        unit: Of a number, as people say it; empty where it is a count.
        cost: What it costs to look at it, in steps: 1 where it is simply there.
    """

    name: str
    type: Type
    says: str
    bounds: Bounds | None = None
    unit: str = ""
    cost: int = 1

    def __post_init__(self) -> None:
        if not (self.name.isidentifier() and self.name == self.name.lower()):
            raise ValueError(f"a feature is called by small letters, digits and underscores, got {self.name!r}")
        if self.type.number is (self.bounds is None):
            raise ValueError(f"{self.name}: bounds belong to numbers, and to nothing else")
        if self.bounds is not None:
            most = MAX_WHOLE if self.type is Type.WHOLE else MAX_REAL
            if not -most <= self.bounds.low <= self.bounds.high <= most:
                raise ValueError(f"{self.name}: bounds lie in order within {-most:,} to {most:,}, got {self.bounds}")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One thing that an effect takes: a whole number within bounds, or one of a few words."""

    name: str
    bounds: Bounds | None = None
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EffectKind:
    """One thing that may follow from a rule.

    Attributes:
        name: As rules write it: it begins with a capital letter.
        parameters: What it takes, in order; they may be given by name.
        restricts: It takes something from somebody: two people agree to a rule with it.
        says: What it does, for people.
    """

    name: str
    parameters: tuple[Parameter, ...]
    restricts: bool
    says: str


@dataclass(frozen=True)
class Catalogue:
    """All features and all effects."""

    features: tuple[Feature, ...]
    effects: tuple[EffectKind, ...]

    def __post_init__(self) -> None:
        names = [feature.name for feature in self.features] + [effect.name for effect in self.effects]
        if len(set(names)) != len(names):
            raise ValueError("each feature and each effect has a name of its own")

    @cached_property
    def feature(self) -> Mapping[str, Feature]:
        """By name."""
        return {feature.name: feature for feature in self.features}

    @cached_property
    def effect(self) -> Mapping[str, EffectKind]:
        """By name."""
        return {effect.name: effect for effect in self.effects}

    @cached_property
    def digest(self) -> bytes:
        """SHA-256 over everything in it: the same rules mean something else beside other features."""
        whole = [[asdict(feature) for feature in self.features], [asdict(effect) for effect in self.effects]]
        return hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).digest()
