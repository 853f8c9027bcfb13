# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Handing over messages of a conversation: what would be in it, and making it. It goes to nobody by itself."""

from __future__ import annotations

from privity.faces.app.port.asked import AccountRequest, Result
from privity.faces.app.port.shown import Person


class LookAtDisclosure(AccountRequest, frozen=True, kw_only=True):
    """What would be handed over: `DisclosureShown`. With `message_ids` these messages, or with `range` all from the
    first to the last of them; without, the whole conversation."""

    room_uri: str
    message_ids: tuple[bytes, ...] = ()
    range: bool = False


class DisclosureShown(Result, frozen=True, kw_only=True):
    """`people` wrote what is in it, `others` are named in what proves it; this account is in neither."""

    messages: int
    left_out: int
    """Of the range: deleted, expired, or proven by nothing here."""
    own: int
    """Messages of this device, which only its own signature stands for."""
    people: tuple[Person, ...]
    others: tuple[Person, ...]


class Disclose(AccountRequest, frozen=True, kw_only=True):
    """Make it as a ZIP file, or encrypted to an age key: `ErrandIs`. The last three say what the hub is asked for."""

    room_uri: str
    message_ids: tuple[bytes, ...] = ()
    range: bool = False
    recipient: str
    purpose: str
    statement: str = ""
    age_key: str = ""
    fetch: bool = False
    keys: bool = False
    attestation: bool = False
