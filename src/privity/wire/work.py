# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a hub asks of the device of a challenged account before it begins something with a stranger (spec/challenge.md).

A refusal with the code RESTRICTED carries the `Puzzle`; the same request again, with the `Work`, is taken.
"""

from __future__ import annotations

import msgspec

from privity.wire.numbers import Count


class Puzzle(msgspec.Struct, frozen=True):
    """For one account and one deed. `bits` says how hard each part is, `made_ms` when the hub made it, by its clock."""

    seed: bytes
    bits: Count
    made_ms: Count


class Work(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The puzzle as it came, and an answer to each of its parts, in order (`policy.work`)."""

    seed: bytes
    bits: Count
    made_ms: Count
    answers: list[Count]
