# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Trust on first contact: pin the first device list, then accept only what continues it.

This is NOT YET AUDITED trust: until a list is proven under the key log, the first list is the server's word. It ends
what a server can change later, and the safety number lets people check the first.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence

from privity.identity.device_list import DeviceList, verify_first, verify_successor
from privity.identity.errors import (
    AccountKeyChanged,
    DeviceListError,
    Fork,
    OtherUserUri,
    Rollback,
    UsageError,
    WrongPredecessor,
)

AUDITED = False
"""Faces show "not yet audited" beside what rests on this module alone."""


def pin(known: DeviceList | None, value: bytes, user_uri: str) -> DeviceList:
    """The list that may be used now: the first of this user, the pinned one again, or its direct successor.

    Raises AccountKeyChanged for a valid reset, Rollback for an older version, Fork for another list of the same version
    or one that does not follow; other DeviceListErrors say which rule the list itself breaks.
    """
    if known is None:
        return verify_first(value, user_uri)
    if known.user_uri != user_uri:
        raise UsageError(f"the pinned list belongs to {known.user_uri}, not to {user_uri}")
    new = DeviceList.decode(value)
    if new.user_uri != user_uri:
        raise OtherUserUri(f"the list belongs to {new.user_uri}, expected {user_uri}")
    if new.version < known.version:
        raise Rollback(f"version {known.version} is pinned, the server shows {new.version}")
    if new.version == known.version:
        if not hmac.compare_digest(new.encode(), known.encode()):
            raise Fork(f"another list of version {known.version} is pinned")
        return known
    try:
        accepted = verify_successor(known, value)
    except WrongPredecessor as err:
        raise Fork(str(err)) from None
    if accepted.reset:
        raise AccountKeyChanged(f"version {accepted.version} is a reset without the old account key")
    return accepted


def pin_chain(known: DeviceList | None, values: Sequence[bytes], user_uri: str) -> DeviceList:
    """`pin` for one version after another, oldest first. Nothing is pinned unless all of them hold.

    At first contact the chain starts at version 0, and resets before that contact are history, not news.
    """
    if known is None:
        return verify_chain(values, user_uri)[-1]
    current = known
    for value in values:
        current = pin(current, value, user_uri)
    return current


def accept_reset(known: DeviceList, value: bytes) -> DeviceList:
    """The list of a reset, once a person has confirmed it after AccountKeyChanged. Raises a DeviceListError."""
    new = verify_successor(known, value)
    if not new.reset:
        raise UsageError("this list is no reset")
    return new


def verify_chain(values: Sequence[bytes], user_uri: str) -> tuple[DeviceList, ...]:
    """Every version of a user from 0 on, resets included: to judge the past. Raises DeviceListError."""
    lists: list[DeviceList] = []
    for value in values:
        lists.append(verify_successor(lists[-1], value) if lists else verify_first(value, user_uri))
    if not lists:
        raise DeviceListError("there are no lists")
    return tuple(lists)
