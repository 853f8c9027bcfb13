# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A small catalogue, and rules on it."""

from __future__ import annotations

from privity.desk.signals.language.catalogue import Catalogue, EffectKind, Feature, Parameter
from privity.desk.signals.language.types import Bounds, Type

CATALOGUE = Catalogue(
    features=(
        Feature("age", Type.WHOLE, "seconds since the account was made", Bounds(0, 2**32), "s"),
        Feature("sends", Type.WHOLE, "messages in the last 15 seconds", Bounds(0, 2**31)),
        Feature("asked", Type.WHOLE, "people asked for contact in a day", Bounds(0, 2**31)),
        Feature("accepted", Type.WHOLE, "of those, how many accepted", Bounds(0, 2**31)),
        Feature("drift", Type.WHOLE, "how far its clock is off", Bounds(-3600, 3600), "s"),
        Feature("pace", Type.REAL, "messages an hour, decayed", Bounds(0.0, 1e9)),
        Feature("new", Type.TRUTH, "the other has not heard of it before"),
        Feature("client", Type.TEXT, "what the device calls itself", cost=2),
    ),
    effects=(
        EffectKind(
            "Limit", (Parameter("what", words=("send", "contact")), Parameter("hours", Bounds(1, 72))), True, "slower"
        ),
        EffectKind("Review", (Parameter("priority", Bounds(0, 3)),), False, "a person looks"),
    ),
)

RULES = """
# Accounts that are younger than ten minutes and send more than a person can.
Young = age < 600
Share = wilson_high(accepted, asked)

Fresh = Rule(when=[sends > 100, Young], because=f"{sends} messages in 15 seconds, {age} seconds old")
Unasked = Rule(when=[Share < 0.2, asked >= 20], because=f"at most {Share} of {asked} wanted it")
Odd = Rule(when=[Share < 0.5, matches(client, "(?i)bot|script") or new], because=f"{client} asks {asked}")
WhenRules(any=[Fresh], then=[Limit("send", hours=24), Review(priority=2)])
WhenRules(any=[Unasked, Odd, Fresh], then=[Review(1), Limit("send", 24)])
"""


def values(**given: object) -> list[object]:
    """Of all features, quiet where nothing is said."""
    quiet = {
        "age": 10**6,
        "sends": 0,
        "asked": 0,
        "accepted": 0,
        "drift": 0,
        "pace": 0.0,
        "new": False,
        "client": "app",
    }
    return [(quiet | given)[feature.name] for feature in CATALOGUE.features]
