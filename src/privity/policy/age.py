# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Whom the hub treats as a minor, and who may change that.

An age is what somebody said, nothing else: nobody shows papers here. So the rules ask for little of it. Who has said
nothing counts as a minor, and who may contact a minor does not depend on the age that they say they have.
"""

from __future__ import annotations

from enum import StrEnum

from privity.mls.errors import PolicyRefused
from privity.wire.age import AgeBand


class Authority(StrEnum):
    """Who asks for a change of an age band."""

    SELF = "self"
    GUARDIAN = "guardian"
    OPERATOR = "operator"


def band_now(band: AgeBand, adult_from_ms: int | None, now_ms: int) -> AgeBand:
    """The band at this time: a guardian or the operator may have said from when on the person is an adult."""
    if adult_from_ms is not None and now_ms >= adult_from_ms:
        return AgeBand.ADULT
    return band


def is_minor(band: AgeBand) -> bool:
    """Whether the person is protected as a minor. Who has said nothing is."""
    return band is not AgeBand.ADULT


def check_band_change(old: AgeBand, new: AgeBand, authority: Authority) -> None:
    """Raise PolicyRefused for somebody who would lift their own protection. Anybody may ask for more of it."""
    if is_minor(old) and not is_minor(new) and authority is Authority.SELF:
        raise PolicyRefused("a minor becomes an adult here by the word of a guardian or of the operator")


def check_guardian(band: AgeBand) -> None:
    """Raise PolicyRefused unless somebody of this band may watch over a minor."""
    if is_minor(band):
        raise PolicyRefused("only an adult can be a guardian")
