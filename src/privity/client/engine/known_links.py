# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The links into a room as its devices keep them, and what they say again to newcomers in charge.

What is said of links is a message of the room like its name, so the hub has no link. Everybody who was in the room then
has it, and can pass it on; who may say that one is there, or revoked, are those who may let people in.
"""

from __future__ import annotations

from typing import Final

from privity.client.engine.state import LinkRecord, RoomRecord
from privity.identity.room_links import MAX_STATED, Mode, StatedLink, statement
from privity.message.content import SinglePart
from privity.policy.roles import Capability
from privity.policy.room_state import RoomState

DAY_MS: Final = 86_400_000
LETS_IN: Final = Capability.ADD_PARTICIPANT
"""Whoever may bring people in may make a link, and let in who knocks."""


def known(record: RoomRecord) -> list[StatedLink]:
    """All that is remembered, also what is over."""
    return [
        StatedLink(each.secret, Mode(each.mode), each.revoked, each.expires_ms, each.maker, each.name)
        for each in record.links
    ]


def open_links(record: RoomRecord, now_ms: int) -> list[StatedLink]:
    """Those by which somebody can come in."""
    return [link for link in known(record) if not link.revoked and link.expires_ms > now_ms]


def note(record: RoomRecord, said: tuple[StatedLink, ...], now_ms: int) -> tuple[list[StatedLink], list[StatedLink]]:
    """Remember what was said by who may say it: which links are new, and which were open and are revoked now.

    What is over in time is forgotten. Of more than are ever kept the rest is not taken.
    """
    links = {link.secret: link for link in known(record) if link.expires_ms > now_ms}
    new: list[StatedLink] = []
    ended: list[StatedLink] = []
    for link in said:
        before = links.get(link.secret)
        if before is None and (link.expires_ms <= now_ms or len(links) >= MAX_STATED):
            continue
        after = links[link.secret] = link if before is None else before.with_said(link)
        if before is None and not after.revoked:
            new.append(after)
        if before is not None and after.revoked and not before.revoked:
            ended.append(after)
    record.links = tuple(
        LinkRecord(each.secret, int(each.mode), each.revoked, each.expires_ms, each.maker, each.name)
        for each in links.values()
    )
    return new, ended


def links_to_say_again(record: RoomRecord, believed: bool, now_ms: int) -> tuple[SinglePart, ...]:
    """What somebody newly in charge must hear from who is believed; also what was revoked, so that it stays so."""
    links = tuple(link for link in known(record) if link.expires_ms > now_ms)
    return (statement(links),) if believed and links else ()


def newly_in_charge(before: RoomState, after: RoomState, came: set[str]) -> bool:
    """Whether somebody may let people in who could not before, or whose device is new here."""
    earlier = before.who_may(LETS_IN) - came
    return not after.who_may(LETS_IN) <= earlier
