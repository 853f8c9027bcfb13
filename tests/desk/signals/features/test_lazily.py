# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Functions that read features only where a rule comes to them say what the whole function says of all values."""

from __future__ import annotations

from collections import Counter

import pytest

from privity.desk.signals.features.catalogue import FEATURES
from privity.desk.signals.features.events import EventKind
from privity.desk.signals.features.moment import Moment
from privity.desk.signals.features.reading import READERS, Reader, Value
from privity.desk.signals.features.values import values_of
from privity.desk.signals.ladder.catalogue import CATALOGUE as SHIPPED
from privity.desk.signals.language.catalogue import Catalogue, EffectKind
from privity.desk.signals.language.rule_set import RuleSet, compile_rules
from privity.desk.signals.language.which_can_hold import can_hold
from privity.desk.signals.shipped import everything
from tests.desk.signals.features.observing import Watch
from tests.desk.signals.running.running_parts import stream

CATALOGUE = Catalogue(FEATURES, (EffectKind("Look", (), False, "a person looks"),))
TEXT = """
Asks = kind == "asked" and asked_24h >= 2
Named = Rule(when=[Asks, account_hours >= 1], because=f"{asked_24h}")
Direct = Rule(when=[kind == "sent", messages_1h > 20], because=f"{messages_1h}")
Turned = Rule(when=["was_blocked" == kind], because="blocked")
Two = Rule(when=[kind in ["asked", "registered"], account_hours < 30], because=f"{account_hours}")
Other = Rule(when=[kind != "sent", other_age == "adult", blocked_by_7d >= 2], because=f"{blocked_by_7d}")
Either = Rule(when=[kind == "sent" or blocked_by_7d > 3], because=f"{blocked_by_7d}")
Not = Rule(when=[not Asks, count > 7], because=f"{count}")
WhenRules(any=[Named, Direct, Turned, Two, Other, Either, Not], then=[Look()])
"""


@pytest.mark.parametrize("rules", [compile_rules(TEXT, CATALOGUE), compile_rules(everything(), SHIPPED)])
def test_they_agree_on_every_event(rules: RuleSet) -> None:
    watch, held = Watch(), Counter[str]()
    values, by_kind = values_of(rules.catalogue, READERS), rules.lazily(READERS, "kind", EventKind)
    for seen in stream(1_200):
        for moment in watch.counting.count(seen):
            whole = rules.ask(values(moment))
            one = by_kind.get(moment.kind)
            assert whole == (0 if one is None else one(moment)), moment.kind
            held.update(rule.name for rule in rules.held(whole))
    if rules.catalogue is CATALOGUE:
        assert held.keys() == {"Named", "Direct", "Turned", "Two", "Other", "Either", "Not"}


def test_a_kind_that_no_rule_can_hold_for_has_no_function() -> None:
    rules = compile_rules(
        'Sends = Rule(when=[kind == "sent", count > 3], because="x")\nWhenRules(any=[Sends], then=[Look()])', CATALOGUE
    )
    assert rules.lazily(READERS, "kind", EventKind).keys() == {"sent"}
    (rule,) = rules.rules
    assert can_hold(rule, rules.names, "kind", "sent")
    assert not can_hold(rule, rules.names, "kind", "asked")


def test_what_no_rule_comes_to_is_not_read() -> None:
    rules = compile_rules(
        'Sends = Rule(when=[asked_24h > 3, kind == "sent", asked_24h < 9, count > 3], because="x")\n'
        "WhenRules(any=[Sends], then=[Look()])",
        CATALOGUE,
    )
    read: Counter[str] = Counter()
    known: dict[str, Value] = {"kind": "sent", "count": 5, "asked_24h": 5}

    def reader(name: str) -> Reader:
        def value(_moment: Moment) -> Value:
            read[name] += 1
            return known[name]

        return value

    readers = {name: reader(name) for name in READERS}
    evaluate = rules.lazily(readers, "kind", ["sent"])["sent"]
    moment = object.__new__(Moment)
    assert evaluate(moment) == 1
    assert read == Counter(kind=1, count=1, asked_24h=1), "each once at the most"
    known["count"] = 0
    assert rules.lazily(readers, "kind", ["sent"])["sent"](moment) == 0
    assert (read["count"], read["asked_24h"]) == (2, 1), "what is dear comes last"
