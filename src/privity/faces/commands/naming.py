# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What people are called on the screen: their handle, if it names one person only, or else letters of their ID.

No handle can look like the letters of somebody else's ID, which end in a dot of three, nor like `you`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from privity.client.engine.shown import Item, Kind
from privity.client.sdk import Device
from privity.identity.errors import BadUri
from privity.identity.uris import parse_user_uri

LETTERS = 6
YOU = "you"
NAMED = " named this conversation: "
"""What follows is an admin's word; people who stand in it are neither asked for nor named."""
_USER = re.compile(r"mimi://[a-z0-9.:-]+/u/[a-z2-7]{26}")
_SAID_OF = re.compile(rf"(?P<account>the account of )?(?P<user>{_USER.pattern})(?: (?P<verb>has|is|was|keeps))?")
_TO_YOU = {"has": " have", "is": " are", "was": " were", "keeps": " keep", None: ""}


def called(device: Device, user_uri: str) -> str:
    """What to call a person. It is no proof of who that is; the safety number is."""
    if user_uri == device.user_uri:
        return YOU
    letters = f"{user_uri.rsplit('/', 1)[-1][:LETTERS]}…"
    handle = device.names.handle(user_uri)
    if handle is None:
        return letters
    return handle if handle != YOU and device.names.bearers(handle) == [user_uri] else f"{handle} ({letters})"


def with_names(device: Device, text: str) -> str:
    """A sentence of the program with people's names in place of their URIs."""
    own, named, said = text.partition(NAMED)
    return _SAID_OF.sub(lambda found: _said_of(device, found), own) + named + said


def _said_of(device: Device, found: re.Match[str]) -> str:
    """A person in a sentence: to the one it speaks of it says `you have`, and `your account`."""
    name = called(device, found["user"])
    if name != YOU:
        return found[0].replace(found["user"], name)
    if found["account"]:
        return f"your account{'' if found['verb'] is None else ' ' + found['verb']}"
    return f"{YOU}{_TO_YOU[found['verb']]}"


def people_in(items: Iterable[Item]) -> list[str]:
    """User URIs of everyone who appears in these entries, each once."""
    found: dict[str, None] = {}
    for item in items:
        deleter = "" if item.deleted_by is None else item.deleted_by.user_uri
        senders = (item.sender, deleter, *(reaction.sender for reaction in item.reactions))
        own = item.text.partition(NAMED)[0] if item.kind is Kind.LINE else ""
        found.update(dict.fromkeys(uri for uri in (*senders, *_USER.findall(own)) if _is_user(uri)))
    return list(found)


def _is_user(text: str) -> bool:
    try:
        parse_user_uri(text)
    except BadUri:
        return False
    return True
