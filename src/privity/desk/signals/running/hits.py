# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What comes out of asking rules: for whoever acts on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import msgspec

from privity.desk.signals.features.reading import Value
from privity.desk.signals.language.rule_set import RuleSet


class InForce(Protocol):
    """A version of rules that is asked: live, or in the shadow."""

    @property
    def number(self) -> int: ...
    @property
    def rules(self) -> RuleSet: ...


@dataclass(frozen=True, slots=True)
class Hit:
    """Rules held for an account.

    Attributes:
        version: The number of the rules.
        account: User URI of whom they held.
        at_ms: When.
        number: Of the observation.
        hits: Bit i is set where rule i of the version held, and had not held earlier on the same day.
        values: Of all features, in the catalogue's order: what `RuleSet.reasons` takes.
    """

    version: int
    account: str
    at_ms: int
    number: int
    hits: int
    values: Sequence[Value]

    def packed(self) -> bytes:
        """What `unpacked` takes. There may be more rules than an integer has bits there."""
        bits = self.hits.to_bytes(-(-self.hits.bit_length() // 8), "big")
        return msgspec.msgpack.encode((self.version, self.account, self.at_ms, self.number, bits, list(self.values)))

    @classmethod
    def unpacked(cls, data: bytes) -> Hit:
        """The hit again. Raises msgspec.MsgspecError."""
        version, account, at_ms, number, bits, values = msgspec.msgpack.decode(data, type=_Packed)
        return cls(version, account, at_ms, number, int.from_bytes(bits, "big"), tuple(values))


_Packed = tuple[int, str, int, int, bytes, list[bool | int | float | str]]
