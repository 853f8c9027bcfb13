# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The attackers that are held back, as the cast of a world."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from privity.lab.attacker import Attacker
from privity.lab.attackers.covered_influence import CoveredInfluence
from privity.lab.attackers.extortion_ring import ExtortionRing
from privity.lab.attackers.patient_groomer import PatientGroomer
from privity.lab.attackers.quiet_spammer import QuietSpammer
from privity.lab.attackers.scripted_groomer import ScriptedGroomer
from privity.lab.parameters import Parameters
from privity.lab.population import Population

HELD_BACK: Final[Mapping[str, Callable[[], Attacker]]] = MappingProxyType(
    {
        "scripted groomer": ScriptedGroomer,
        "patient groomer": PatientGroomer,
        "spammer under the limits": QuietSpammer,
        "extortion ring": ExtortionRing,
        "influence with cover": CoveredInfluence,
    }
)


def only(name: str, count: int) -> Callable[[Population, Parameters], list[Attacker]]:
    """A cast of one kind."""

    def cast(_people: Population, _parameters: Parameters) -> list[Attacker]:
        return [HELD_BACK[name]() for _ in range(count)]

    return cast
