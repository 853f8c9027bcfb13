# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Reading a chain of lists without dates: for somebody who has no device left, and so no log to look into.

Whether a reset took effect is then told by who signed what came after it. What may be in force now stays open until the
hub, which knows the dates, takes or refuses the next list.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass

from privity.identity.device_list import DeviceList, verify_first, verify_successor
from privity.identity.errors import DeviceListError


@dataclass(frozen=True, slots=True)
class UndatedChain:
    """The newest list, and those that may be in force: the last that was built on, and those that waited after it."""

    newest: DeviceList
    candidates: tuple[DeviceList, ...]

    def under(self, recovery_key: bytes) -> DeviceList | None:
        """The list that counts if this recovery key is the account's. A closing list that waits gives way to it."""
        found = [
            one for one in self.candidates if hmac.compare_digest(one.recovery_key, recovery_key) and not one.closes
        ]
        return found[-1] if found else None


def read_chain(values: Sequence[bytes], user_uri: str) -> UndatedChain:
    """All versions from 0 on. Raises DeviceListError, in the words of the oldest authority that refuses a list."""
    if not values:
        raise DeviceListError("there are no lists")
    first = verify_first(values[0], user_uri)
    chain = UndatedChain(first, (first,))
    for value in values[1:]:
        chain = _extended(chain, value)
    return chain


def once_in_force(values: Sequence[bytes], user_uri: str) -> tuple[DeviceList, ...]:
    """The lists that were in force at some time. Of a reset that is known only once something was built on it.

    Raises DeviceListError.
    """
    read_chain(values, user_uri)
    lists = [DeviceList.decode(value) for value in values]
    return tuple(one for at, one in enumerate(lists) if not one.reset or _was_built_on(lists, values, at))


def _was_built_on(lists: Sequence[DeviceList], values: Sequence[bytes], at: int) -> bool:
    for following in range(at + 1, len(lists)):
        try:
            verify_successor(lists[following - 1], values[following], lists[at])
        except DeviceListError:
            continue
        return not lists[following].reset
    return False


def _extended(chain: UndatedChain, value: bytes) -> UndatedChain:
    refused: DeviceListError | None = None
    for authority in chain.candidates:
        try:
            new = verify_successor(chain.newest, value, authority)
        except DeviceListError as err:
            refused = refused or err
        else:
            return UndatedChain(new, (*chain.candidates, new) if new.waits else (new,))
    assert refused is not None  # there is always a candidate
    raise refused
