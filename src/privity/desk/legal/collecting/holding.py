# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Whether an operator's profile says more than there is: a class that no table holds is held by no house.

Such a profile would promise data to authorities, and let a verdict release what nobody can collect.
"""

from __future__ import annotations

from privity.desk.legal.collecting import capabilities
from privity.desk.legal.rulebook.errors import ProfileRefused
from privity.desk.legal.rulebook.profile import Profile
from privity.production.classes import Releasable


def held() -> frozenset[Releasable]:
    """The classes of which a table of the hub or of the desk holds something."""
    return frozenset(one.data_class for one in capabilities.shipped().collectors)


def must_be_held(profile: Profile) -> None:
    """Raise ProfileRefused for the classes that the profile says are held, and that no table holds."""
    there = held()
    for name in (each for each in Releasable if each in profile.holds and each not in there):
        raise ProfileRefused(f"the profile says that {name} is held, and no table holds it: leave it out of `holds`")
