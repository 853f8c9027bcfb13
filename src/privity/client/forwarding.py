# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What of a message can be passed on to other conversations, and how often that was done before."""

from __future__ import annotations

from dataclasses import dataclass

from privity.client.engine.shown import Item, Kind, State
from privity.client.engine.timeline import plain_text
from privity.client.errors import CommandRefused
from privity.message.content import ExternalPart, MimiContent, MultiPart, Part, SinglePart, walk
from privity.message.forwarding import hops_in
from privity.policy.forwarding import check_forward, next_hops


@dataclass(frozen=True, slots=True)
class Forwarded:
    """A part to send as it is, or (`file_index`) the file in it to attach anew with this caption."""

    part: Part
    hops: int
    file_index: int | None
    caption: str


def hops_of(item: Item) -> int:
    """How often a message was passed on, as far as its sender ever said: an edit takes nothing back.

    A sender whose program leaves the count out from the beginning is not found by it.
    """
    contents = (item.content, *(version.content for version in item.versions))
    return max((hops_in(MimiContent.decode(content)) for content in contents if content), default=0)


def forwarded(item: Item | None, conversations: int) -> Forwarded:
    """What to send to so many conversations. A file gets a new key there: nobody there can read the old place.

    Raises CommandRefused for what cannot be passed on, PolicyRefused for too many conversations at once.
    """
    if item is None or item.kind is not Kind.MESSAGE or item.state not in (State.SHOWN, State.EDITED):
        raise CommandRefused("there is no message to forward")
    if item.expires_ms is not None:
        raise CommandRefused("this message disappears, so it is not forwarded")
    content = MimiContent.decode(item.content)
    hops = hops_of(item)
    check_forward(hops, conversations)
    files = [index for index, part in walk(content.part) if isinstance(part, ExternalPart)]
    if len(files) > 1:
        raise CommandRefused("this message has several files; save them and send them one by one")
    caption = plain_text(content.part) if files and _has_text(content.part) else ""
    return Forwarded(content.part, next_hops(hops), files[0] if files else None, caption)


def _has_text(part: Part) -> bool:
    return isinstance(part, MultiPart) and any(isinstance(inner, SinglePart) for _, inner in walk(part))
