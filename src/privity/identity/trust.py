# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Following an account along the chain of its lists, from whatever is known of it, or from its first one.

Every value comes with the time at which the key log shows it to have appeared, or None where that was not proven; only
resets need it. A reset that is pending stands in the account that is returned, for people to see; of one in force
`Account.resets` tells.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence

from privity.identity.account import Account, advance, first, settle
from privity.identity.device_list import DeviceList
from privity.identity.errors import (
    DeviceListError,
    Fork,
    OtherUserUri,
    Rollback,
    UsageError,
    WrongPredecessor,
)

Dated = tuple[bytes, int | None]
"""A value and the time in ms at which it appeared in the key log, if that is proven."""


def follow(known: Account | None, values: Sequence[Dated], user_uri: str, as_of_ms: int | None = None) -> Account:
    """The account after one version after another, oldest first. The newest known one may come again first.

    `as_of_ms` is the timestamp of the log entry under which the last value is proven to be the newest: a reset that has
    waited long enough by then is in force. Raises Rollback for an older version, Fork for another list of the same
    version or one that does not follow; other DeviceListErrors say which rule a list itself breaks.
    """
    if known is None:
        return verify_chain(values, user_uri, as_of_ms)[-1]
    if known.newest.user_uri != user_uri:
        raise UsageError(f"the known list belongs to {known.newest.user_uri}, not to {user_uri}")
    current = known
    for value, appeared_ms in values:
        current = _next(current, value, appeared_ms)
    return current if as_of_ms is None else settle(current, as_of_ms)


def verify_chain(values: Sequence[Dated], user_uri: str, as_of_ms: int | None = None) -> tuple[Account, ...]:
    """Every state that the account was in, from version 0 to the newest, resets included: to judge the past.

    Raises DeviceListError.
    """
    states: list[Account] = []
    for value, appeared_ms in values:
        if not states:
            states.append(first(value, user_uri))
            continue
        if appeared_ms is not None:
            _settled(states, appeared_ms)
        states.append(advance(states[-1], value, appeared_ms))
    if not states:
        raise DeviceListError("there are no lists")
    if as_of_ms is not None:
        _settled(states, as_of_ms)
    return tuple(states)


def _settled(states: list[Account], now_ms: int) -> None:
    """A reset that took effect in between is a state of its own: its list was in force."""
    after = settle(states[-1], now_ms)
    if after != states[-1]:
        states.append(after)


def _next(current: Account, value: bytes, appeared_ms: int | None) -> Account:
    newest = current.newest
    new = DeviceList.decode(value)
    if new.user_uri != newest.user_uri:
        raise OtherUserUri(f"the list belongs to {new.user_uri}, expected {newest.user_uri}")
    if new.version < newest.version:
        raise Rollback(f"version {newest.version} is pinned, the server shows {new.version}")
    if new.version == newest.version:
        if not hmac.compare_digest(new.encode(), newest.encode()):
            raise Fork(f"another list of version {newest.version} is pinned")
        return current
    try:
        return advance(current, value, appeared_ms)
    except WrongPredecessor as err:
        raise Fork(str(err)) from None
