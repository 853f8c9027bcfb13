# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a check says."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class State(StrEnum):
    OK = "ok"
    LOOK = "look"
    """Works, and somebody should look at it."""
    WRONG = "wrong"
    """People notice, or will."""


class Finding(msgspec.Struct, frozen=True):
    """`next` is what to do; nothing where all is well."""

    check: str
    state: State
    said: str
    next: str = ""


class Findings(msgspec.Struct, frozen=True):
    """`wrong` and `look` count."""

    wrong: int
    look: int
    findings: list[Finding]


def ok(check: str, said: str) -> Finding:
    return Finding(check, State.OK, said)


def look(check: str, said: str, then: str) -> Finding:
    return Finding(check, State.LOOK, said, then)


def wrong(check: str, said: str, then: str) -> Finding:
    return Finding(check, State.WRONG, said, then)
