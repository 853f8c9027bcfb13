# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Which abusers there are in a world of a size: each harm as often as the table of parameters says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from privity.lab.attacker import Attacker
from privity.lab.harms.brigading import Brigade
from privity.lab.harms.extortion import Extortionist
from privity.lab.harms.farms import Farm
from privity.lab.harms.grooming import Groomer
from privity.lab.harms.influence import Campaign
from privity.lab.harms.intimate import Exposer
from privity.lab.harms.known_media import Shower
from privity.lab.harms.spam import Spammer
from privity.lab.harms.vouched import Vouched
from privity.lab.parameters import Parameters
from privity.lab.population import Population
from privity.lab.truth import Harm

Maker = Callable[[], Attacker]

HARMS: Final[Mapping[Harm, Maker]] = MappingProxyType(
    {
        Harm.SPAM: Spammer,
        Harm.EXTORTION: Extortionist,
        Harm.GROOMING: Groomer,
        Harm.BRIGADING: Brigade,
        Harm.INFLUENCE: Campaign,
        Harm.FARM: Farm,
        Harm.KNOWN_MEDIA: Shower,
        Harm.INTIMATE: Exposer,
        Harm.VOUCHED: Vouched,
    }
)
"""The open ones. Those in `lab.attackers` are held back from whoever writes rules."""

_OF_MANY: Final = {Harm.BRIGADING: 0.1, Harm.INFLUENCE: 0.1, Harm.FARM: 0.1, Harm.VOUCHED: 0.1}
"""A case of these is many accounts, so there are fewer cases."""


FEWEST: Final = 2


def expected(population: Population, parameters: Parameters, harm: Harm) -> float:
    """Cases of a harm by the table; a small world has more, so that there is something to measure."""
    many = parameters["harms.per_million"] * population.size / 1e6 * population.days / 30
    return many * _OF_MANY.get(harm, 1.0)


def abusers(population: Population, parameters: Parameters) -> list[Attacker]:
    """All cases of a world, in an order that does not depend on anything drawn."""
    return [
        make()
        for harm, make in HARMS.items()
        for _ in range(max(FEWEST, round(expected(population, parameters, harm))))
    ]
