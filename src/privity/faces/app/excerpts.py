# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What is shown of a message that was found: its words as they are read, around those that were looked for."""

from __future__ import annotations

from typing import Final

from privity.client.sdk import Device
from privity.client.search import AROUND, Found
from privity.client.words import first_match
from privity.faces.app.entries import laid_out
from privity.faces.app.plain import visible

_EDGES: Final = " \t\n.,;:!?)]}…-–—"
"""What no excerpt begins with."""


def excerpt(device: Device, found: Found, query: str) -> tuple[str, str, str]:
    """Before, the match, after.

    What was found in what is not read as text, the address of a link say, is shown as it was typed.
    """
    text = _read(device, found)
    place = first_match(text, query)
    if place is None:
        return visible(found.before), visible(found.match), visible(found.after)
    start, end = place
    first = max(0, start - AROUND)
    before = text[first:start]
    return (_from_a_word(before) if first else before), text[start:end], text[end : end + AROUND]


def _read(device: Device, found: Found) -> str:
    """The text of a message without its marks."""
    blocks = laid_out(device, found.item.room_uri, found.item.content).blocks
    return " ".join("".join(run.text for run in block.runs) for block in blocks)


def _from_a_word(cut: str) -> str:
    """Without the half of a word that it may begin with; a script that puts no spaces is left as it is."""
    _, space, rest = cut.partition(" ")
    return (rest if space else cut).lstrip(_EDGES)
