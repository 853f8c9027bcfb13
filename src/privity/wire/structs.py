# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Lets msgspec look at every Struct before there are threads.

msgspec works out what a Struct holds when it first decodes one, and does not lock that: two threads that meet the same
Struct for the first time at once end the process (a null pointer in 0.22.0). Whoever starts threads settles this first.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

HOUSE = "privity."


def settle_structs() -> None:
    """Work out all Structs of the house that are imported by now. Again is cheap; call it before the first thread."""
    for struct in _structs(msgspec.Struct):
        msgspec.json.Decoder(struct)


def _structs(base: type[msgspec.Struct]) -> Iterator[type[msgspec.Struct]]:
    for struct in base.__subclasses__():
        if struct.__module__.startswith(HOUSE):
            yield struct
        yield from _structs(struct)
