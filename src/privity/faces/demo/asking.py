# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What the demo's conductor and a device process say to each other: one JSON object a line, answers by number."""

from __future__ import annotations

from typing import Any

import msgspec

LINE_LIMIT = 64 << 20
"""Bytes of one line: a conversation of a thousand messages fits many times."""


class Request(msgspec.Struct, frozen=True):
    """What is asked of the device."""

    number: int
    verb: str
    given: dict[str, Any] = {}


class Answer(msgspec.Struct, frozen=True):
    """`error` is the name of a refusal, `said` its sentence; without one, `value` is the result."""

    number: int
    value: Any = None
    error: str = ""
    said: str = ""


class Refused(Exception):
    """A device's named refusal: `name` is its class."""

    def __init__(self, name: str, said: str) -> None:
        super().__init__(f"{name}: {said}" if said else name)
        self.name = name
