# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What is kept of a conversation that waits for its person's word (`admission`)."""

from __future__ import annotations

import msgspec


class HeldBack(msgspec.Struct, frozen=True):
    """A conversation that this device is said to be in, and has not entered. `added_by` is empty where nobody says who
    added it; `declined` once its person, or the rule for minors, said no."""

    added_by: str
    people: tuple[str, ...]
    declined: bool = False
