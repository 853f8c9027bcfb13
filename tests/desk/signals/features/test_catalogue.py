# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The catalogue and the code beside it are of one kind."""

from __future__ import annotations

import random

import pytest

from privity.desk.signals.features.catalogue import FEATURES, MOST
from privity.desk.signals.features.events import EventKind
from privity.desk.signals.features.reading import READERS
from privity.desk.signals.features.values import FeaturesUnlike, values_of
from privity.desk.signals.language.catalogue import Catalogue
from privity.desk.signals.language.types import Type
from privity.wire.age import AgeBand
from privity.wire.observed import ObservedKind
from tests.desk.signals.features.observing import AT, Watch, seen

PYTHON = {Type.TEXT: str, Type.TRUTH: bool, Type.WHOLE: int, Type.REAL: float}


def test_each_feature_has_its_reader_in_the_same_place() -> None:
    assert [feature.name for feature in FEATURES] == list(READERS)


def test_values_keep_to_their_types_and_bounds_whatever_was_observed() -> None:
    watch, draw = Watch(), random.Random(11)
    values = values_of(Catalogue(FEATURES, ()), READERS)
    largest = (1 << 53) - 1
    for n in range(1_500):
        kind = draw.choice(list(ObservedKind))
        amount = draw.choice([0, 1, 7, largest])
        one = seen(
            kind, f"a{draw.randrange(4)}", f"b{draw.randrange(500)}", at_ms=AT + draw.choice([0, n * 60_000, largest]),
            born_ms=draw.choice([0, AT, largest]), age=draw.choice(list(AgeBand)), other_age=draw.choice(list(AgeBand)),
            mutual=amount, together=draw.random() < 0.5, count=amount, people=amount, rooms=amount, largest=amount,
            network=str(draw.randrange(3)), room=str(draw.randrange(9)),
        )  # fmt: skip
        for moment in watch.saw(one):
            for feature, value in zip(FEATURES, values(moment), strict=True):
                assert type(value) is PYTHON[feature.type], feature.name
                if feature.bounds is not None:
                    assert feature.bounds.low <= float(value) <= feature.bounds.high, feature.name


def test_what_no_rule_looks_at_is_not_worked_out() -> None:
    watch = Watch()
    watch.saw(seen(ObservedKind.SENT, "a", count=3))
    moment = watch.last["mimi://hub.example/u/a"]
    some = dict(zip(READERS, values_of(Catalogue(FEATURES, ()), {"messages_15s"})(moment), strict=True))
    assert some["messages_15s"] == 3
    assert some["messages_1h"] == 0.0
    assert some["kind"] == ""


def test_rules_on_other_features_are_refused() -> None:
    with pytest.raises(FeaturesUnlike):
        values_of(Catalogue(FEATURES[:-1], ()), ())


def test_every_observed_kind_is_an_event_kind_but_the_end_of_an_account() -> None:
    asked_about = {kind.value for kind in ObservedKind} - {ObservedKind.CLOSED}
    assert asked_about < {kind.value for kind in EventKind}
    assert ObservedKind.CLOSED not in {kind.value for kind in EventKind}
    assert MOST == 1_000_000
