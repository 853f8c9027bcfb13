# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Who is shown a first contact, and what becomes of it: the rules of `policy.contact`, asked once for every case.

Benign people ask by the hundred thousand, so the answers of the policy are laid out in a table, and looked up.
"""

from __future__ import annotations

from itertools import product
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from privity.mls.errors import PolicyRefused
from privity.policy.contact import Audience, Standing, audience, check_contact

AUDIENCES: Final = tuple(Audience)
PERSON, GUARDIAN = AUDIENCES.index(Audience.PERSON), AUDIENCES.index(Audience.GUARDIAN)
_BITS: Final = tuple(product((False, True), repeat=4))
_TABLE: Final = np.array(
    [
        AUDIENCES.index(audience(Standing(minor), blocked=False, listed=listed, share_room=share_room, guarded=guarded))
        for minor, listed, share_room, guarded in _BITS
    ]
)


def shown_to(
    minor: npt.NDArray[Any], listed: npt.NDArray[Any], share_room: npt.NDArray[Any], guarded: npt.NDArray[Any]
) -> npt.NDArray[np.int64]:
    """For each ask the place in `AUDIENCES` of who sees it; `minor` is whether the person counts as one."""
    bits = (minor.astype(np.int64), listed.astype(np.int64), share_room.astype(np.int64), guarded.astype(np.int64))
    return np.take(_TABLE, bits[0] * 8 + bits[1] * 4 + bits[2] * 2 + bits[3])


def contact(standing: Standing) -> bool:
    """Whether the two may talk: the answer of the policy, for those who have to decide what to do next."""
    try:
        check_contact(standing)
    except PolicyRefused:
        return False
    return True
