# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What is counted of no single account: how many were made from one network, and by the invites of one person."""

from __future__ import annotations

from typing import Final

import msgspec

from privity.desk.signals.counters.count_min import CountMin, Packed
from privity.desk.signals.counters.errors import CountersUnreadable
from privity.desk.signals.counters.periods import DAY_MS, HOUR_MS, WEEK_MS

_NAMES: Final = ("network_hour", "network_day", "inviter_day", "inviter_week")
_PERIODS: Final = (HOUR_MS, DAY_MS, DAY_MS, WEEK_MS)


class Commons:
    """Four sketches. Half a megabyte, whatever happens.

    Attributes:
        changed: Something was counted since they were last kept.
    """

    __slots__ = ("changed", *_NAMES)
    network_hour: CountMin
    network_day: CountMin
    inviter_day: CountMin
    inviter_week: CountMin

    def __init__(self, at_ms: int = 0) -> None:
        self.changed = False
        for name, period_ms in zip(_NAMES, _PERIODS, strict=True):
            setattr(self, name, CountMin(period_ms, at_ms))

    def registered(self, network: int, inviter: int, at_ms: int) -> None:
        """An account was made; 0 stands for a network or an inviter that is not known."""
        self.changed = True
        if network:
            self.network_hour.add(network, 1, at_ms)
            self.network_day.add(network, 1, at_ms)
        if inviter:
            self.inviter_day.add(inviter, 1, at_ms)
            self.inviter_week.add(inviter, 1, at_ms)

    def merge(self, other: Commons) -> None:
        """Count what another one counted, too."""
        self.changed = True
        for name in _NAMES:
            getattr(self, name).merge(getattr(other, name))

    def encode(self) -> bytes:
        """What is kept of them."""
        return msgspec.msgpack.encode([getattr(self, name).packed() for name in _NAMES])

    @classmethod
    def decode(cls, data: bytes) -> Commons:
        """The sketches again, or CountersUnreadable."""
        try:
            packed = msgspec.msgpack.decode(data, type=tuple[Packed, Packed, Packed, Packed])
        except msgspec.MsgspecError as err:
            raise CountersUnreadable(f"expected four sketches, got something else: {err}") from None
        self = cls()
        for name, period_ms, one in zip(_NAMES, _PERIODS, packed, strict=True):
            if one[0] != period_ms:
                raise CountersUnreadable(f"expected the period {period_ms} of {name}, got {one[0]}")
            setattr(self, name, CountMin.unpacked(one))
        return self
